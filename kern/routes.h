/* SPDX-License-Identifier: Apache-2.0 */
/* The routes of a namespace: what there is, and exactly these. */
#pragma once

#include <stdbool.h>

#include "base/addr.h"
#include "kern/netlink.h"

struct wf_route {
	struct wf_prefix to; /* a default route: ::/0, or 0.0.0.0/0 in its 16-byte form, len 96 */
	struct wf_addr by;   /* the gateway; zero: none */
	uint32_t table;
	int ifindex;	  /* 0: by none, or by several */
	uint8_t type;	  /* RTN_* */
	uint8_t protocol; /* RTPROT_*, WF_RTPROT */
};

struct wf_routes {
	struct wf_route *items; /* owned */
	size_t n;
	size_t cap;
};

/* Of both families and all tables. The caller frees with wf_routes_done(), also on failure. */
int wf_routes_list(struct wf_nl *nl, struct wf_routes *ret, struct wf_err *err);
void wf_routes_done(struct wf_routes *r);

/*
 * Of the routes of ours (protocol WF_RTPROT) in the main table, by @ifindex (0: all of them), there
 * are these @n and no others. Types: RTN_UNICAST, by a gateway that need not be in any prefix of
 * its link; RTN_BLACKHOLE. 1: it was not so, and is now; 0; -EEXIST: another one has a
 * route of the same kind to one of them.
 */
int wf_routes_set(struct wf_nl *nl, int ifindex, const struct wf_route *wanted, size_t n,
		  struct wf_err *err);
