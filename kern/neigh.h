/* SPDX-License-Identifier: Apache-2.0 */
/* Neighbors that never change, by rtnetlink. */
#pragma once

#include "base/addr.h"
#include "kern/netlink.h"

/* @addr is behind @ifindex, at @mac (6 bytes), for ever. One that is there is replaced. */
int wf_neigh_set(struct wf_nl *nl, int ifindex, const struct wf_addr *addr, const uint8_t *mac,
		 struct wf_err *err);
