/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A question to a set of policies, and its answer (dp/policy.h). */
#pragma once

#include "dp/table.h"

/* Who is at one end, besides the address. */
struct wf_party {
	__u32 home; /* its tenant; 0: no endpoint has the address */
	__u32 identity;
};

#define WF_BY_PORT  (1 << 0) /* another port of the protocol */
#define WF_BY_PROTO (1 << 1) /* another protocol */

struct wf_ruling {
	__u16 policy;	 /* whose verdict it is; 0: the default */
	__u16 way;	 /* whose way it takes; 0: direct */
	__u8 verdict;	 /* ALLOW or DENY */
	__u8 is_reverse; /* by the mirrored way */
	__u8 by;	 /* WF_BY_*: what else, changed, might be judged otherwise */
	__u8 is_tracked; /* the set's */
};

enum wf_side_kind {
	WF_ASK_ZONE,
	WF_ASK_ID,
	WF_ASK_ANY,
	WF_ASK_SIDES,
};

/* A question and its answer. What pairs of sides are made of; tenant 0: not such a side. */
struct wf_ask {
	__u64 set;    /* by its number, in force for ... */
	__u32 tenant; /* ... this one, the destination's home */
	__u32 point;  /* protocol << 16 | port */
	__u32 rank;   /* of the way that the answer has */
	__u32 pad;
	struct wf_side from[WF_ASK_SIDES];
	struct wf_side to[WF_ASK_SIDES];
	struct wf_ruling ruling;
};
