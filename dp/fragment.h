/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Fragmented packets whose first fragment, the one with the ports, was allowed: the others follow
 * it. Alone they are nothing, so what is remembered need not be asked of the policies again.
 */
#pragma once

#include "dp/table.h"

#define WF_FRAGMENTS_MAX  (1 << 12)
#define WF_FRAGMENT_AGE_S 30 /* how long Linux keeps fragments of IPv4 */

struct wf_fragment_key {
	__u8 src[16];
	__u8 dst[16];
	__u32 tenant; /* the destination's home */
	__u32 id;     /* Identification, as it is on the wire */
	__u8 proto;   /* as in struct wf_flow, of a fragment */
	__u8 pad[3];
};

/* The ruling on the first one, and its ports. */
struct wf_fragment {
	__u32 seen_s; /* of the world's clock */
	__u16 policy;
	__u16 way;
	__be16 sport;
	__be16 dport;
	__u8 is_reverse;
	__u8 pad[3];
	__u32 lane; /* 0: none */
};

WF_SIZE_IS(struct wf_fragment_key, 44);
WF_SIZE_IS(struct wf_fragment, 20);
