/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A room: the network namespace of a tenant at a gateway, in which its packets are routed, and get
 * other addresses, beside no other tenant's. Contracts as room_keep() and its like in kern.h; @nl
 * is a socket of the node's namespace, where the caller is, too.
 *
 *     the tenant's endpoint (kern/port.h)        the node's namespace
 *               |                                        |
 *          inside  ---- room: nftables, routes ---- outside === wfg1 ---- the gateway's interface
 *                                                (a veth pair)
 *
 * It is kept by a mount, DIR/rooms/ID, and found again there. No address is used between room and
 * node: each has the other's as a neighbor that never changes. What comes to an address that only
 * hides others (nat), and answers nothing that is known, falls into a black hole: it must not go
 * back and forth.
 */
#pragma once

#include "kern/kern.h"
#include "kern/netlink.h"

#define WF_ROOM_INSIDE	"inside"
#define WF_ROOM_OUTSIDE "outside"
#define WF_ROOM_REFUSED "refused" /* a counter of its rules */

int wf_room_keep(struct wf_nl *nl, const char *dir, const struct wf_room_spec *spec,
		 struct wf_err *err);
int wf_room_remove(struct wf_nl *nl, const char *dir, uint32_t tenant, struct wf_err *err);
int wf_room_list(const char *dir, struct wf_room_ids *ret, struct wf_err *err);
int wf_room_stats(const char *dir, uint32_t tenant, struct wf_room_stats *ret, struct wf_err *err);

int wf_gate_keep(const char *dir, const struct wf_gate_spec *spec, struct wf_err *err);
/* All rooms, and the gate. */
int wf_room_purge(struct wf_nl *nl, const char *dir, struct wf_err *err);
