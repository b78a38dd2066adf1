/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SRv6 from an endpoint that may send it (dp/native.h). On the underlay the packet is this node's,
 * which answers for its sender: it gets the node's source address. A path that is at its end
 * already here leaves the packet inside, which is then looked at as if it had come alone.
 */
#pragma once

#include "bpf/forward.h"
#include "bpf/host.h"
#include "bpf/proxy.h"
#include "bpf/verdict.h"
#include "bpf/world.h"
#include "dp/native.h"

/* The node's own address for a source, the sum over the packet kept right. */
WF_INLINE _Bool native_vouch(struct __sk_buff *skb)
{
	struct wf_ipv6 *ip = packet_data(skb) + L3;
	__u64 sum;

	if ((void *)(ip + 1) > packet_end(skb))
		return 0;
	sum = wf_csum_add_bytes(0, here()->addr, 16);
	for (__u32 i = 0; i < 4; i++)
		sum += (__u32) ~((const wf_any32 *)ip->src)[i];
	wf_copy16(ip->src, here()->addr);
	bpf_csum_update(skb, wf_csum_fold(sum));
	return 1;
}

/* Can it go where o->dst says? NO_ROUTE, TOO_BIG: bigger than @ret_mtu. */
__noinline int native_fits(struct __sk_buff *skb, const struct wf_outer *o, __u32 *ret_mtu)
{
	const struct wf_ipv6 *ip = packet_data(skb) + L3;
	struct bpf_fib_lookup fib;

	if (!o || !ret_mtu || (void *)(ip + 1) > packet_end(skb))
		return WF_DROP_MALFORMED;
	fib_fill(&fib, skb, ip);
	wf_copy16(fib.ipv6_src, here()->addr);
	wf_copy16(fib.ipv6_dst, o->dst);
	if (bpf_fib_lookup(skb, &fib, sizeof(fib), BPF_FIB_LOOKUP_SKIP_NEIGH) !=
	    BPF_FIB_LKUP_RET_SUCCESS)
		return WF_DROP_NO_ROUTE;
	*ret_mtu = fib.mtu_result;
	return forward_fits(skb, &fib) ? WF_DROP_NONE : WF_DROP_TOO_BIG;
}

/* The path ends here: what is inside comes in again, from the same endpoint. */
WF_INLINE int native_unwrap(struct __sk_buff *skb, const struct wf_outer *o)
{
	const _Bool is_v4 = o->upper == WF_PROTO_IPV4;
	struct wf_eth *eth;

	if (!packet_shrink(skb, o->upper_off - L3, is_v4))
		return -WF_DROP_RESIZE;
	eth = packet_data(skb);
	if ((void *)(eth + 1) > packet_end(skb))
		return -WF_DROP_RESIZE;
	eth->proto = is_v4 ? WF_BE16(WF_ETH_P_IPV4) : WF_BE16(WF_ETH_P_IPV6);
	return bpf_redirect(skb->ifindex, BPF_F_INGRESS);
}

/* May it be sent, and where to. */
__noinline int native_walk(struct __sk_buff *skb, struct wf_outer *o, enum wf_drop *drop)
{
	const void *data = packet_data(skb), *end = packet_end(skb);
	const struct wf_eth *eth = data;
	const __u32 ifindex = skb->ifindex;
	const struct wf_port *port = bpf_map_lookup_elem(&ports, &ifindex);

	if (!o || !drop)
		return WF_STEP_DROP;
	*drop = WF_DROP_NO_PORT;
	if (!port || data + L3 + WF_IPV6_LEN > end)
		return WF_STEP_DROP;
	*drop = WF_DROP_SOURCE_MAC;
	if (!wf_equal6(eth->src, port->mac))
		return WF_STEP_DROP;
	*drop = wf_native_check(WF_WORLD, port, data, end, o);
	if (*drop)
		return WF_STEP_DROP;
	count(skb, slot_of_port(WF_COUNTER_ENDPOINT_TX, port), skb->len - L3);
	return is_here(o->dst) ? wf_segment_walk(WF_WORLD, data, end, o, drop) : WF_STEP_FORWARD;
}

/* From a function that gets its packets with their headers: not one that it sends itself? */
WF_INLINE _Bool native_is_proxied(const struct __sk_buff *skb, const struct wf_inner *in)
{
	const __u32 ifindex = skb->ifindex;
	const struct wf_port *port = bpf_map_lookup_elem(&ports, &ifindex);

	return port && wf_proxy_is_open(port->proxy) &&
	       !(port->is_sr_aware && wf_port_has_address(port, in->flow.src));
}

/* A packet with a routing header. TOO_BIG: for @ret_mtu. */
static __noinline int native_packet(struct __sk_buff *skb, const struct wf_inner *in,
				    __u32 *ret_mtu)
{
	enum wf_drop drop = WF_DROP_NONE;
	enum wf_step step;
	struct wf_outer o = {};

	packet_pull(skb);
	step = native_walk(skb, &o, &drop);
	if (step == WF_STEP_DECAP)
		return native_unwrap(skb, &o);
	if (step != WF_STEP_FORWARD)
		return step == WF_STEP_DROP ? -(int)drop : -WF_DROP_FOREIGN_SID;
	if (in->hop_limit <= 1)
		return -WF_DROP_HOP_LIMIT;
	drop = native_fits(skb, &o, ret_mtu);
	if (drop)
		return -(int)drop;
	return native_vouch(skb) ? forward(skb, &o) : -WF_DROP_RESIZE;
}
