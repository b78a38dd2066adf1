/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the choice of a path rests on, besides its destination. */
#pragma once

#include "dp/table.h"

/* Whose packet, into which tenant, by whose way. */
struct wf_leg {
	__u32 tenant;	/* the destination's home */
	__u32 identity; /* the sender's; 0: the node itself */
	__u16 policy;	/* 0: direct */
	__u8 is_reverse;
	__u8 stage;   /* enum wf_stage */
	__u16 sid;    /* the endpoint that the path is for, or goes on from, as in its key */
	__u32 others; /* wf_lane_of_candidates(): the backends that the path asks before; 0: none */
	__u32 lanes[2]; /* that its connection has, the better one first; 0: none */
	__u64 spread;	/* wf_flow_spread() */
};

/* What a header that is made anew behind a function says of the old one (dp/static.h). */
struct wf_static {
	__u16 source;  /* node of the sender; 0: the packet is the function's own */
	__u16 entered; /* SID of the endpoint by which it entered the function */
};
