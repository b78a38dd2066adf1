/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, addresses and routes of a lab: pure, from the topology alone.
 *
 *	underlay of a link	fd77:HHHH:HHHH:LINK::1/64 and ::2/64
 *	a router itself		fd77:HHHH:HHHH::ID/128
 *	a node's locator	5f00:0:ID::/48
 *
 * HHHH:HHHH is a hash of the lab's name, LINK and ID count from 1 as the file does.
 *
 * Routes are the shortest paths by cost to each locator and router; equal costs share the load.
 * Hosts outside, and the links to them, have no part in this: their addresses are the file's.
 */
#pragma once

#include "lab/topology.h"

#define WF_LAB_PREFIX_MAX 64

/* The name that the file says; else "to-PEER", or "to-" and a hash where that is too long. @ret:
 * WF_LAB_IFNAME_MAX bytes. */
void wf_plan_ifname(const struct wf_lab *lab, const struct wf_lab_link *link, unsigned int end,
		    char *ret);
/* The address of this end, without its length of 64. @ret: WF_LAB_PREFIX_MAX bytes. */
void wf_plan_link_addr(const struct wf_lab *lab, const struct wf_lab_link *link, unsigned int end,
		       char *ret);
/* What others route to: the locator of a node, the address of a router. The same. */
void wf_plan_host_prefix(const struct wf_lab *lab, unsigned int host, char *ret);

struct wf_plan; /* the distances between all hosts */

/* NULL without memory. */
struct wf_plan *wf_plan_new(const struct wf_lab *lab);
void wf_plan_free(struct wf_plan *plan);
WF_DEFINE_CLEANUP(plan, struct wf_plan *, wf_plan_free)

uint32_t wf_plan_distance(const struct wf_plan *plan, unsigned int from, unsigned int to);

/* Lines for `ip -batch` inside the namespace of @host: its addresses, then, once all are there, */
void wf_plan_addr_lines(const struct wf_lab *lab, unsigned int host, struct wf_buf *out);
/* ... its routes. */
void wf_plan_route_lines(const struct wf_plan *plan, unsigned int host, struct wf_buf *out);
