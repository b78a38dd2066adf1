/* SPDX-License-Identifier: Apache-2.0 */
/* What a node's own network namespace needs before a packet comes: start() and stop() in kern.h. */
#pragma once

#include "dp/config.h"
#include "kern/netlink.h"

/* Forwarding on, lo up with the node's address, the locator unreachable but for what has a SID.
   What an earlier start() with another address or locator left is removed. */
int wf_node_prepare(struct wf_nl *nl, const struct wf_config *config, struct wf_err *err);
/* As node_repair() in kern.h. */
int wf_node_repair(struct wf_nl *nl, const struct wf_config *config, unsigned int *ret_parts,
		   struct wf_err *err);
/* Takes address and route away; forwarding and lo stay as they are. */
int wf_node_restore(struct wf_nl *nl, struct wf_err *err);
