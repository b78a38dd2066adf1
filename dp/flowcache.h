/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a CPU remembers of the flows it has seen: the decision, ready to act on.
 *
 * One slot a hash, no chains: a flow that finds another in its slot is decided again. An entry is
 * good while its generation is the current one (user space counts it up after each change); its
 * next hop is believed for WF_NEXTHOP_JIFFIES only, so that the data path follows the kernel's FIB
 * and neighbor tables by itself, whether or not weftd runs.
 */
#pragma once

#include "dp/table.h"
#include "wire/flow.h"

#define WF_FLOWCACHE_SLOTS (1 << 13)
#define WF_NEXTHOP_JIFFIES 4  /* 16 ms at HZ=250 */
#define WF_HEAD_MAX	   64 /* of a header: up to six waypoints in one C-SID container */

struct wf_applied {
	struct wf_flow flow; /* the key: this, */
	__u32 port;	     /* the interface it came from, */
	__u32 generation;    /* and when */

	__u8 action; /* enum wf_action */
	__u8 drop;   /* enum wf_drop, when action is DROP */
	__u16 header_len;
	__u32 ifindex; /* DELIVER: the endpoint's; ENCAP: of the next hop */
	__u32 tx_slot;
	__u32 path_slot;
	__u64 fresh_until; /* jiffies; next hop, max_len and eth are good */
	__u32 max_len;	   /* largest IP packet that fits the next hop's MTU with the header */
	__u32 rx_slot;	   /* DELIVER */
	__u8 mac[6];	   /* the sender's */
	__u8 eth[14];	   /* ready Ethernet header */
	__u8 pad[4];
	__u8 head[WF_HEAD_MAX] WF_ALIGNED8; /* ready outer header, its first WF_HEAD_MAX bytes */
	struct wf_path_key path;	    /* where the rest is, when header_len > WF_HEAD_MAX */
	__u8 pad2[4];
};

struct wf_validated {
	struct wf_flow flow; /* the key: this, */
	__u8 sid[16];	     /* the final SID with its argument, */
	__u32 generation;    /* and when */

	__u32 drop;    /* enum wf_drop; NONE: deliver */
	__u32 ifindex; /* the endpoint's */
	__u32 rx_slot;
	__u32 sid_slot;
	__u8 eth[14]; /* ready Ethernet header */
	__u8 pad[6];
};

WF_SIZE_IS(struct wf_applied, 104 + WF_HEAD_MAX + 16);
WF_SIZE_IS(struct wf_validated, 96);

WF_INLINE _Bool wf_flow_equal(const struct wf_flow *a, const struct wf_flow *b)
{
	const wf_any64 *x = (const void *)a, *y = (const void *)b;

	return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]) | (x[4] ^ y[4])) == 0;
}
