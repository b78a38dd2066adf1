/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Into a function, and back from it (dp/proxy.h).
 *
 *   validate   | Ethernet | IPv6, SRH | packet |  ->  | Ethernet | packet |              AD, AS
 *                                                     | Ethernet | IPv6, SRH | packet |  AN, AM
 *   apply      the same in the other direction
 *
 * Hop limits: the outer one goes down where the packet goes in, the inner one where it comes back,
 * like that of any packet from a container.
 */
#pragma once

#include "bpf/forward.h"
#include "bpf/frame.h"
#include "bpf/inner.h"
#include "bpf/proxied.h"
#include "bpf/send.h"
#include "bpf/verdict.h"
#include "dp/inner.h"
#include "dp/verify.h"

/* The entry of this node's SID with @function. */
WF_INLINE const struct wf_sid_entry *sid_find(__u16 function)
{
	const __u64 head = wf_sid_head_make(here()->block, here()->node, function);

	return bpf_map_lookup_elem(&sids, &head);
}

/* Is the packet one of the tenant whose function it is to go through? */
WF_INLINE _Bool proxy_is_own(struct __sk_buff *skb, const struct wf_outer *o,
			     const struct wf_proof *proof, const struct wf_sid_entry *sid)
{
	__u64 arg = proof->arg;

	if (o->upper == WF_PROTO_ETHERNET)
		arg = frame_arg(skb, o);
	else if (!o->tlv_words)
		arg = wf_proof_final_arg(packet_data(skb), packet_end(skb), o);
	return wf_sid_arg_unpack(arg).tenant == sid->tenant;
}

/* The frame's Ethernet header. */
WF_INLINE _Bool proxy_frame(struct __sk_buff *skb, const struct wf_sid_entry *sid, __u16 proto)
{
	const __u8 gateway[6] WF_ALIGNED8 = WF_GATEWAY_MAC;
	struct wf_eth *eth = packet_data(skb);

	if ((void *)(eth + 1) > packet_end(skb))
		return 0;
	wf_copy6(eth->dst, sid->mac);
	wf_copy6(eth->src, gateway);
	eth->proto = wf_htons(proto);
	return 1;
}

/* AN, AM: with its headers. */
WF_INLINE int proxy_give_open(struct __sk_buff *skb, struct wf_outer *o,
			      const struct wf_sid_entry *sid)
{
	const __u8 *last;
	struct wf_ipv6 *ip;

	if (sid->behavior == WF_BEHAVIOR_AM) {
		last = wf_srh_segment(packet_data(skb), packet_end(skb), o->srh_off, 0);
		if (!last)
			return -WF_DROP_SRH_TRUNCATED;
		wf_copy16(o->dst, last);
	}
	if (!outer_store(skb, o))
		return -WF_DROP_RESIZE;
	ip = packet_data(skb) + L3;
	if ((void *)(ip + 1) > packet_end(skb))
		return -WF_DROP_RESIZE;
	packet_hop_down(skb, ip, 0);
	if (!proxy_frame(skb, sid, WF_ETH_P_IPV6))
		return -WF_DROP_RESIZE;
	return bpf_redirect_peer(sid->ifindex, 0);
}

/* AS, AD: without. */
WF_INLINE int proxy_give_plain(struct __sk_buff *skb, const struct wf_outer *o,
			       const struct wf_inner *in, const struct wf_sid_entry *sid)
{
	const _Bool is_v4 = in->flags & WF_INNER_V4;

	if (!inner_set_ecn(skb, o, in))
		return -WF_DROP_ECN;
	if (!packet_shrink(skb, o->upper_off - L3, is_v4))
		return -WF_DROP_RESIZE;
	if (!proxy_frame(skb, sid, is_v4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6))
		return -WF_DROP_RESIZE;
	return bpf_redirect_peer(sid->ifindex, 0);
}

/* The packet or frame inside may be given to a function. INNER_MALFORMED, ROUTING_HEADER, FRAGMENT.
 */
WF_INLINE enum wf_drop proxy_parse(struct __sk_buff *skb, const struct wf_outer *o,
				   struct wf_inner *in)
{
	const __u16 proto = o->upper == WF_PROTO_IPV4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6;
	enum wf_drop drop;

	if (o->upper == WF_PROTO_ETHERNET)
		return frame_parse(skb, o, in);
	if (packet_parse(skb, o->upper_off & 0xfff, proto, in))
		return WF_DROP_INNER_MALFORMED;
	drop = wf_inner_check(in);
	return drop == WF_DROP_MALFORMED ? WF_DROP_INNER_MALFORMED : drop;
}

/* A packet that has come to the SID of a function; o->dst is the one behind it. */
__noinline int proxy_give(struct __sk_buff *skb, struct wf_outer *o, const struct wf_proof *proof)
{
	const struct wf_sid_entry *sid;
	const struct wf_ipv6 *ip;
	struct wf_inner in;
	enum wf_drop drop;

	if (!o || !proof)
		return -WF_DROP_MALFORMED;
	sid = sid_find(o->function);
	if (!sid || !sid->ifindex)
		return -WF_DROP_FUNCTION_DOWN;
	if (!proxy_is_own(skb, o, proof, sid))
		return -WF_DROP_FOREIGN_SID;
	if (!frame_is_for(o, sid))
		return -WF_DROP_UPPER_LAYER;
	drop = proxy_parse(skb, o, &in);
	if (drop)
		return -(int)drop;
	ip = packet_data(skb) + L3;
	if ((void *)(ip + 1) > packet_end(skb))
		return -WF_DROP_MALFORMED;
	if (ip->hop_limit <= 1) /* the kernel says so */
		return outer_store(skb, o) ? TC_ACT_OK : -WF_DROP_RESIZE;
	if (sid->behavior != WF_BEHAVIOR_AS)
		drop = proxied_store(skb, o, &in, sid->ifindex_out);
	if (drop)
		return -(int)drop;
	if (wf_proxy_is_open(sid->behavior))
		return proxy_give_open(skb, o, sid);
	return o->upper == WF_PROTO_ETHERNET ? frame_give(skb, o, sid)
					     : proxy_give_plain(skb, o, &in, sid);
}

/* The source of frames that come back from @port's function: the endpoint, or who sent them in. */
WF_INLINE void proxy_source_mac(const struct wf_port *port, __u8 ret[6])
{
	const __u8 gateway[6] WF_ALIGNED8 = WF_GATEWAY_MAC;
	const struct wf_sid_entry *sid = sid_find(WF_FN_ENDPOINT | port->sid);

	if (sid && sid->is_bridged)
		wf_copy6(ret, gateway);
	else
		wf_copy6(ret, port->mac);
}

/*
 * A packet that has come back from an End.AD: its headers, for as long as a next hop is believed.
 * False: it is none.
 */
static __noinline int applied_fill_proxied(struct wf_applied *e, const struct wf_port *port,
					   const struct wf_flow *flow, __u32 ifindex)
{
	const struct wf_proxied *m = proxied_find(ifindex, flow);

	if (!m)
		return 0;
	e->drop = WF_DROP_NONE;
	e->action = WF_ACTION_ENCAP;
	e->is_proxied = 1;
	e->header_len = m->len;
	e->has_rest = m->len > WF_HEAD_MAX;
	e->fresh_until = 0;
	e->believed_until = (__u32)(bpf_jiffies64() + WF_NEXTHOP_JIFFIES) | 1;
	e->policy = 0;
	e->path_slot = 0;
	e->tx_slot = slot_of_port(WF_COUNTER_ENDPOINT_TX, port);
	__builtin_memcpy(e->head, m->header, WF_HEAD_MAX);
	proxy_source_mac(port, e->mac);
	return 1;
}

/* Does the packet come with the headers that it was given? */
WF_INLINE _Bool proxy_is_same(struct __sk_buff *skb, const struct wf_outer *o,
			      const struct wf_proxied *m, __u8 behavior)
{
	const struct wf_ipv6 *ip = packet_data(skb) + L3;
	const __u8 *srh = (const void *)(ip + 1);

	if ((const void *)(ip + 1) > packet_end(skb))
		return 0;
	return wf_proxied_is_ip(m, ip, behavior) && o->upper_off - L3 == m->len &&
	       wf_proxied_is_srh(m, srh, packet_end(skb), wf_header_srh_len(o));
}

/*
 * A packet with a routing header, from a port behind an End.AN or End.AM: on to its next segment.
 * FUNCTION_FLOW: it was not given. SOURCE_MAC, those of wf_outer_parse().
 */
__noinline int proxy_take_back(struct __sk_buff *skb)
{
	const __u32 ifindex = skb->ifindex;
	const struct wf_port *port = bpf_map_lookup_elem(&ports, &ifindex);
	const struct wf_proxied *m;
	const void *data, *end;
	struct wf_outer o = {};
	__u8 mac[6] WF_ALIGNED8;
	struct wf_inner in;
	enum wf_drop drop;

	packet_pull(skb);
	data = packet_data(skb);
	end = packet_end(skb);
	if (!port || data + L3 + WF_IPV6_LEN > end)
		return -WF_DROP_NO_PORT;
	proxy_source_mac(port, mac);
	if (!wf_equal6(((const struct wf_eth *)data)->src, mac))
		return -WF_DROP_SOURCE_MAC;
	drop = wf_outer_parse(data, end, &o);
	if (drop)
		return -(int)drop;
	if (!wf_proxy_takes(port->proxy, &o) || proxy_parse(skb, &o, &in))
		return -WF_DROP_FUNCTION_FLOW;
	m = proxied_find(ifindex, &in.flow);
	if (!m || !proxy_is_same(skb, &o, m, port->proxy))
		return -WF_DROP_FUNCTION_FLOW;
	wf_copy16(o.dst, ((const struct wf_ipv6 *)m->header)->dst);
	count(skb, slot_of_port(WF_COUNTER_ENDPOINT_TX, port), in.ip_len);
	if (!is_here(o.dst))
		return forward(skb, &o);
	return outer_store(skb, &o) ? SENT_HERE : -WF_DROP_RESIZE;
}
