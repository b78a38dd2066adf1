/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A waypoint: the packet goes on to its next segment. The program forwards what is simple; all else
 * (unknown neighbor, too big, hop limit) it leaves, with the new destination, to the kernel, which
 * forwards and answers like any router.
 */
#pragma once

#include "bpf/nexthop.h"
#include "bpf/packet.h"
#include "dp/segment.h"

/* Destination and Segments Left as the walk left them. */
WF_INLINE _Bool outer_store(struct __sk_buff *skb, const struct wf_outer *o)
{
	__u8 *data = packet_data(skb), *end = packet_end(skb);
	struct wf_ipv6 *ip = (void *)(data + L3);
	struct wf_srh *srh = (void *)(data + L3 + WF_IPV6_LEN);
	__u64 sum;

	if ((__u8 *)(ip + 1) > end)
		return 0;
	sum = wf_csum_add_bytes(0, o->dst, 16);
	for (__u32 i = 0; i < 4; i++)
		sum += (__u32) ~((const wf_any32 *)ip->dst)[i];
	wf_copy16(ip->dst, o->dst);
	if (o->srh_off) {
		if ((__u8 *)(srh + 1) > end)
			return 0;
		sum += WF_BE16(o->segments_left) + (__u16)~WF_BE16(srh->segments_left);
		srh->segments_left = o->segments_left;
	}
	bpf_csum_update(skb, wf_csum_fold(sum));
	return 1;
}

/* Does the packet, or each that a GSO packet will become, fit the route found? */
WF_INLINE _Bool forward_fits(struct __sk_buff *skb, const struct bpf_fib_lookup *fib)
{
	__u32 mtu = 0;

	if (!skb->gso_size)
		return skb->len - L3 <= fib->mtu_result;
	return bpf_check_mtu(skb, fib->ifindex, &mtu, 0, BPF_MTU_CHK_SEGS) == 0;
}

static __noinline int forward(struct __sk_buff *skb, const struct wf_outer *o)
{
	struct bpf_fib_lookup fib;
	struct wf_ipv6 *ip;
	__u8 *data;

	if (!outer_store(skb, o))
		return -WF_DROP_RESIZE;
	data = packet_data(skb);
	ip = (void *)(data + L3);
	if ((void *)(ip + 1) > packet_end(skb))
		return -WF_DROP_RESIZE;
	if (ip->hop_limit <= 1)
		return TC_ACT_OK;
	fib_fill(&fib, skb, ip);
	if (bpf_fib_lookup(skb, &fib, sizeof(fib), 0) != BPF_FIB_LKUP_RET_SUCCESS)
		return TC_ACT_OK;
	if (!forward_fits(skb, &fib))
		return TC_ACT_OK;
	packet_hop_down(skb, ip, 0);
	fib_eth((struct wf_eth *)data, &fib);
	return bpf_redirect(fib.ifindex, 0);
}
