/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the programs tell those who listen, through a ring buffer: a drop, or the verdict on a flow
 * when it is decided. Nothing is written while nobody listens.
 */
#pragma once

#include "dp/table.h"
#include "wire/flow.h"

#define WF_EVENTS_BYTES (1 << 20) /* of the ring */

/* What is wanted, as the kernel's side of it; finer filters are the reader's. */
struct wf_monitor {
	__u32 mask; /* 1 << enum wf_event_type; 0: nobody listens */
	__u32 rate; /* events a second and CPU; more are only counted */
};

enum wf_event_type {
	WF_EVENT_DROP,
	WF_EVENT_VERDICT, /* a flow was allowed, and has its way */
	WF_EVENT_TYPE_COUNT,
};

struct wf_event {
	__u64 time_ns;	     /* since boot */
	struct wf_flow flow; /* zero: the packet was not understood */
	__u32 ifindex;	     /* where the packet came in */
	__u32 tenant;	     /* 0: not known */
	__u32 from;	     /* identity of the sender, 0: unknown */
	__u32 to;	     /* ... and of the destination */
	__u16 policy;	     /* whose verdict it is; 0: the tenant's default */
	__u16 way;	     /* whose path it takes; 0: direct */
	__u16 node;	     /* where the path ends */
	__u8 type;	     /* enum wf_event_type */
	__u8 drop;	     /* enum wf_drop */
	__u8 hook;	     /* enum wf_hook */
	__u8 is_reverse;
	__u8 alternative;
	__u8 pad[5];
};

WF_SIZE_IS(struct wf_event, 80);
