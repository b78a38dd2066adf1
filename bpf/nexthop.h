/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The next hop of an outer destination, from the kernel's FIB: any routing daemon may run the
 * underlay.
 *
 * What was found is kept in the flow's entry for a few jiffies and used without the neighbor table.
 * The packet that looks it up goes through the neighbor table itself, so that the kernel keeps
 * confirming the neighbor, and resolves one that is not known yet.
 */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/packet.h"
#include "bpf/world.h"
#include "dp/flowcache.h"
#include "wire/ipv6.h"

#define FAMILY_INET6 10 /* AF_INET6 */

/* Where the packet in hand goes; family 0: as the flow's entry says. */
struct nexthop {
	struct bpf_redir_neigh neigh;
	_Bool is_here;
};

/* Of whoever sends: the packet, headers and all, is one for this node (bpf/weft.bpf.c). */
#define SENT_HERE (-WF_DROP_COUNT - 1)

WF_INLINE void fib_fill(struct bpf_fib_lookup *fib, const struct __sk_buff *skb,
			const struct wf_ipv6 *outer)
{
	__builtin_memset(fib, 0, sizeof(*fib));
	fib->family = FAMILY_INET6;
	fib->ifindex = skb->ifindex;
	fib->tot_len = 1; /* asks for the MTU */
	fib->flowinfo = outer->vtf & WF_BE32(0x000fffff);
	wf_copy16(fib->ipv6_src, outer->src);
	wf_copy16(fib->ipv6_dst, outer->dst);
}

/* The Ethernet header towards what was found; its MAC addresses lie unaligned on the stack. */
WF_INLINE void fib_eth(struct wf_eth *eth, const struct bpf_fib_lookup *fib)
{
	__builtin_memcpy(eth->dst, fib->dmac, sizeof(eth->dst));
	__builtin_memcpy(eth->src, fib->smac, sizeof(eth->src));
	eth->proto = WF_BE16(WF_ETH_P_IPV6);
}

/* Looks the next hop of e->head up, into @e and @ret. NO_ROUTE. */
static __noinline int nexthop_find(struct __sk_buff *skb, struct wf_applied *e, struct nexthop *ret)
{
	const struct wf_ipv6 *outer = (const void *)e->head;
	struct wf_eth *eth = (void *)e->eth;
	struct bpf_fib_lookup fib;
	long found;

	e->fresh_until = 0;
	ret->is_here = is_here(outer->dst);
	if (ret->is_here) {
		eth->proto = WF_BE16(WF_ETH_P_IPV6);
		e->max_len = 0xffff - e->header_len;
		return WF_DROP_NONE;
	}
	fib_fill(&fib, skb, outer);
	found = bpf_fib_lookup(skb, &fib, sizeof(fib), 0);
	if (found == BPF_FIB_LKUP_RET_SUCCESS)
		e->fresh_until = bpf_jiffies64() + WF_NEXTHOP_JIFFIES;
	else if (found != BPF_FIB_LKUP_RET_NO_NEIGH)
		return WF_DROP_NO_ROUTE;
	fib_eth(eth, &fib);
	e->ifindex = fib.ifindex;
	ret->neigh.nh_family = FAMILY_INET6;
	__builtin_memcpy(ret->neigh.ipv6_nh, fib.ipv6_dst, sizeof(ret->neigh.ipv6_nh));
	if (found == BPF_FIB_LKUP_RET_NO_NEIGH) { /* it has not told the MTU */
		fib_fill(&fib, skb, outer);
		bpf_fib_lookup(skb, &fib, sizeof(fib), BPF_FIB_LOOKUP_SKIP_NEIGH);
	}
	e->max_len = fib.mtu_result > e->header_len ? fib.mtu_result - e->header_len : 0;
	return WF_DROP_NONE;
}
