/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's interface: a veth pair with one end in the container's network namespace. Contracts
 * as port_create() and its like in kern.h; @nl is a socket of the node's namespace, where the
 * caller is, too.
 *
 * A pair is made under the name WF_PORT_UNDONE and gets its own name and alias in one step when all
 * else is done. So a pair that is called so was left by a crash; the next one made removes it.
 */
#pragma once

#include "kern/kern.h"
#include "kern/netlink.h"

#define WF_PORT_UNDONE "weft-undone"

/* As every container sees it (dp/config.h). */
struct wf_addr wf_port_gateway(bool is_v4);

int wf_port_create(struct wf_nl *nl, const struct wf_port_spec *spec, int *ret_ifindex,
		   struct wf_err *err);
int wf_port_repair(struct wf_nl *nl, int ifindex, struct wf_err *err);
/* @rooms: a directory of namespaces that are looked at first, or NULL. */
int wf_port_mtu(struct wf_nl *nl, const char *rooms, int ifindex, uint32_t mtu, struct wf_err *err);
