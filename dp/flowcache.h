/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a CPU remembers of the flows it has seen: the decision, ready to act on.
 *
 * A flow has two slots to be in, side by side; one that finds others in both takes the place of the
 * first if that is idle, else of the second, and that one is decided again. An
 * entry is good while its generation is the current one (user space counts it up after each
 * change); its next hop is believed for WF_NEXTHOP_JIFFIES only, so that the data path follows the
 * kernel's FIB and neighbor tables by itself, whether or not weftd runs.
 *
 * Everyday packets (dp/quick.h) are counted in the entry itself, and from there in the counters
 * of endpoint and path or policy: every WF_NEXTHOP_JIFFIES, before the entry becomes another
 * flow's, and when somebody wants to know (the program "tally").
 */
#pragma once

#include "dp/alias.h"
#include "dp/table.h"
#include "wire/flow.h"

#define WF_FLOWCACHE_BITS  13
#define WF_FLOWCACHE_SLOTS (1 << WF_FLOWCACHE_BITS)
#define WF_NEXTHOP_JIFFIES 4   /* 16 ms at HZ=250 */
#define WF_HEAD_MAX	   128 /* of a header: up to two segments, signed */
#define WF_HEAD_CSID	   64  /* ... up to six waypoints in one C-SID container */
#define WF_HEAD_SIGNED	   104 /* ... one segment, signed */

/*
 * Both are whole cache lines; what an everyday packet takes is in the first ones. quick_until: in
 * jiffies, until when such a packet needs no second look; 0: every packet does.
 */
struct wf_applied {
	struct wf_flow flow; /* the key: this, */
	__u8 mac[6];	     /* the sender's, */
	__u16 proto;	     /* EtherType, as in the packet, */
	__u64 quick_until;
	__u32 generation; /* when, */
	__u32 port;	  /* and the interface it came from */

	struct wf_counter unsettled;
	__u32 ifindex; /* DELIVER: the endpoint's; ENCAP: of the next hop */
	__u16 max_l4;  /* most that may be behind the IP header, as in struct wf_quick */
	__u8 stop;     /* TCP flags that may change what is decided */
	__u8 is_alias; /* the source becomes the alias */
	__u16 header_len;
	__u8 eth[14];		/* ready Ethernet header, */
	__u8 head[WF_HEAD_MAX]; /* and behind it the outer header, its first WF_HEAD_MAX bytes */

	__u64 fresh_until;    /* jiffies; next hop, max_len and eth are good */
	__u32 believed_until; /* low bits of jiffies; 0: for ever. Connections are looked after */
	__u32 tx_slot;
	__u32 path_slot;
	__u32 rx_slot;		 /* DELIVER */
	struct wf_path_key path; /* where the rest is, if there is one */
	__u16 policy;		 /* whose verdict it is */
	__u8 action;		 /* enum wf_action */
	__u8 drop;		 /* enum wf_drop, when action is DROP */
	__u64 sid_arg;		 /* for the rest, if the argument is there */
	__u32 max_len;	 /* largest IP packet that fits the next hop's MTU with the header */
	__u8 has_rest;	 /* more than the head, or something in it that changes */
	__u8 is_proxied; /* the header is one that came before a function; so is the rest */
	__u8 pad2[2];
	struct wf_alias alias; /* the packet answers for a service, and gets this source */
};

struct wf_validated {
	struct wf_flow flow; /* the key: this, */
	__u8 sid[16];	     /* the final SID with its argument, */
	__u64 quick_until;

	__u8 src[16]; /* the outer source of who was asked about last */
	struct wf_counter unsettled;
	__u32 generation; /* when, */
	__u32 ifindex;	  /* the endpoint's */
	__u16 source;	  /* and the node that sent it */
	__u8 needs;	  /* WF_NEED_*, of every packet's headers */
	__u8 drop;	  /* enum wf_drop; NONE: deliver */
	__u8 stop;	  /* as above */
	__u8 upper;	  /* protocol of what is inside */
	__u8 eth[14];	  /* ready Ethernet header */
	__u8 is_alias;	  /* quick packets alone: the destination becomes the alias */
	__u8 pad[3];

	__u32 rx_slot;
	__u32 policy_slot;
	__u64 set;	      /* the set that says ... */
	__u16 way;	      /* ... what it takes to come by this policy */
	__u16 policy;	      /* whose verdict it is */
	__u32 believed_until; /* as above */
	struct wf_alias alias;
	__u8 pad2[16];
};

WF_SIZE_IS(struct wf_applied, 320);
WF_SIZE_IS(struct wf_validated, 192);
_Static_assert(__builtin_offsetof(struct wf_applied, head) % 8 == 0, "words of it are copied");

/* Read in the words that the parser wrote: a CPU waits when it reads across two fresh stores. */
WF_INLINE _Bool wf_flow_equal(const struct wf_flow *a, const struct wf_flow *b)
{
	const wf_any64 *x = (const void *)a, *y = (const void *)b;
	const wf_any32 *u = (const void *)&a->sport, *v = (const void *)&b->sport;

	return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]) |
		((u[0] ^ v[0]) | (u[1] ^ v[1]))) == 0;
}

/*
 * The first of a flow's two slots; the other is its index ^ 1. One multiplication: not as good a
 * hash as wf_flow_hash(), which comes after it when a flow is decided, but good enough to spread
 * flows.
 */
WF_INLINE __u32 wf_flowcache_hash(__u64 src, __u64 dst, __u64 rest)
{
	return (__u32)((src ^ dst >> 7 ^ rest) * 0x9e3779b97f4a7c15ull >> (64 - WF_FLOWCACHE_BITS));
}

WF_INLINE __u32 wf_flowcache_slot(const struct wf_flow *f)
{
	const wf_any64 *w = (const void *)f;

	return wf_flowcache_hash(w[0] ^ w[1], w[2] ^ w[3], w[4]);
}
