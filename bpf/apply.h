/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a container: may it, where to, and out. */
#pragma once

#include "bpf/case.h"
#include "bpf/egress.h"
#include "bpf/gateway.h"
#include "bpf/native.h"
#include "bpf/proxy.h"
#include "bpf/quick.h"
#include "bpf/reply.h"
#include "bpf/send.h"
#include "bpf/service.h"
#include "dp/apply.h"
#include "wire/ecn.h"

/* Counters and the ready header, of a flow that may go. */
static __noinline int applied_fill_way(struct wf_applied *e, const struct wf_port *port,
				       const struct wf_way *way, const struct wf_case *c,
				       _Bool is_v4)
{
	e->tx_slot = slot_of_port(WF_COUNTER_ENDPOINT_TX, port);
	e->path_slot = slot_find(WF_COUNTER_PATH, &way->path_key, sizeof(way->path_key));
	if (way->action == WF_ACTION_ENCAP) {
		if (way->path->len)
			head_fill(e, way, is_v4);
		else
			head_fill_home(e, way, c->leg.sid, is_v4);
		return 0;
	}
	e->rx_slot = slot_of_ifindex(WF_COUNTER_ENDPOINT_RX, way->dest->ifindex);
	e->ifindex = way->dest->ifindex;
	eth_to_endpoint(e->eth, way->dest, is_v4);
	return 0;
}

WF_INLINE _Bool applied_is(const struct wf_applied *e, const struct __sk_buff *skb,
			   const struct wf_inner *in)
{
	return !((e->generation ^ generation_now()) | (e->port ^ skb->ifindex)) &&
	       wf_flow_equal(&e->flow, &in->flow) &&
	       (!e->has_rest || e->is_proxied || head_rest(e));
}

/* In whose name a function sends what is not its own (dp/static.h): an enum wf_drop. */
__noinline int static_speak(const struct wf_port *port, struct wf_case *c)
{
	return port && c ? wf_static_sender(WF_WORLD, port, c) : WF_DROP_NO_PORT;
}

/* Does a gateway only pass it on from outside? */
WF_INLINE _Bool apply_is_outsiders(const struct wf_port *port, const __u8 src[16])
{
	return port->is_gateway && !wf_port_has_address(port, src);
}

/* What is known of the sender's packet and its destination. */
WF_INLINE void apply_describe(struct wf_event *e, const struct wf_port *port,
			      const struct wf_flow *flow)
{
	const struct wf_dest *dest = wf_dest_find(WF_WORLD, port->tenant, flow->dst);

	e->hook = WF_HOOK_APPLY;
	e->flow = *flow;
	e->tenant = port->tenant;
	e->from = apply_is_outsiders(port, flow->src) ? 0 : port->identity;
	e->to = dest ? dest->identity : 0;
}

/* A flow may go. */
static __noinline int apply_tell(struct __sk_buff *skb, const struct wf_flow *flow,
				 const struct wf_port *port, const struct wf_ruling *ruling,
				 const struct wf_path_key *path)
{
	struct wf_event e = {
		.type = WF_EVENT_VERDICT,
		.policy = ruling->policy,
		.way = path->policy,
		.node = path->node,
		.is_reverse = path->is_reverse,
		.alternative = path->alternative,
	};

	apply_describe(&e, port, flow);
	return event_send(skb, &e);
}

/* The policy that denied the packet counts it. */
WF_INLINE void apply_count_denial(struct __sk_buff *skb, const struct wf_port *port,
				  const struct wf_inner *in, __u16 policy)
{
	const struct wf_dest *dest = wf_dest_find(WF_WORLD, port->tenant, in->flow.dst);
	const __u32 tenant = dest ? dest->home : port->tenant;

	count(skb, slot_of_policy(WF_COUNTER_POLICY_DENY_OUT, tenant, policy), in->ip_len);
}

/* The end of a packet from an endpoint. @policy: with DENIED, whose word it is. */
static __noinline int apply_drop(struct __sk_buff *skb, const struct wf_inner *in,
				 enum wf_drop drop, __u16 policy)
{
	struct wf_event e = {.type = WF_EVENT_DROP, .drop = (__u8)drop, .policy = policy};
	const __u32 ifindex = skb->ifindex;
	const struct wf_port *port = bpf_map_lookup_elem(&ports, &ifindex);

	drop_count(drop);
	if (!port)
		return TC_ACT_SHOT;
	count(skb, slot_of_port(WF_COUNTER_ENDPOINT_TX_DROP, port), in->ip_len);
	if (drop == WF_DROP_DENIED)
		apply_count_denial(skb, port, in, policy);
	if (!event_is_wanted(WF_EVENT_DROP))
		return TC_ACT_SHOT;
	apply_describe(&e, port, &in->flow);
	event_send(skb, &e);
	return TC_ACT_SHOT;
}

/* Decides for the flow, by the case that was read of it, and remembers; NO_PORT is
 * not remembered. */
static __noinline int applied_fill(struct __sk_buff *skb, struct wf_applied *e,
				   const struct wf_inner *in)
{
	const __u32 ifindex = skb->ifindex,
		    now = generation_now(); /* first: what changes meanwhile */
	const struct wf_port *port = bpf_map_lookup_elem(&ports, &ifindex);
	const _Bool is_known = applied_is(e, skb, in);
	struct wf_case *c = case_get();
	struct wf_way way;

	settle_applied(e);
	e->port = 0;
	e->quick_until = 0;
	e->is_alias = 0;
	if (!port || !c)
		return WF_DROP_NO_PORT;
	e->flow = in->flow;
	e->proto = in->flags & WF_INNER_V4 ? WF_BE16(WF_ETH_P_IPV4) : WF_BE16(WF_ETH_P_IPV6);
	if (port->proxy == WF_BEHAVIOR_AD && applied_fill_proxied(e, port, &e->flow, ifindex)) {
		e->stop = 0;
		e->port = ifindex;
		e->generation = now;
		return WF_DROP_NONE;
	}
	e->is_proxied = 0;
	e->drop = (__u8)wf_apply_decide(WF_WORLD, port, in, c, wf_flow_hash(&in->flow), &way);
	e->action = (__u8)way.action;
	e->fresh_until = 0;
	e->header_len = 0;
	e->has_rest = 0;
	e->believed_until = port->sid ? belief_begin() : belief_until(c);
	e->policy = c->ruling.policy;
	if (wf_static_may(port->proxy) && !wf_port_has_address(port, e->flow.src))
		proxy_source_mac(port, e->mac);
	else
		wf_copy6(e->mac, port->mac);
	if (way.action != WF_ACTION_DROP)
		applied_fill_way(e, port, &way, c, in->flags & WF_INNER_V4);
	if (c->alias.at == WF_ALIAS_ANSWER) {
		e->alias = c->alias;
		wf_alias_prepare(&e->alias, e->flow.src, e->flow.sport);
		e->is_alias = 1;
	}
	e->stop = belief_stop(&in->flow, e->believed_until);
	e->port = ifindex;
	/* must not look current; a function may yet be given what it must not send now */
	e->generation = now - (c->is_once || (port->proxy && e->drop));
	if (way.action != WF_ACTION_DROP && !is_known && event_is_wanted(WF_EVENT_VERDICT))
		apply_tell(skb, &in->flow, port, &c->ruling, &way.path_key);
	return WF_DROP_NONE;
}

/* What becomes of the packet's flow, remembered or decided now. */
WF_INLINE enum wf_drop applied_find(struct __sk_buff *skb, const struct wf_inner *in,
				    struct wf_applied **ret)
{
	__u32 slot = cpu_part(wf_flowcache_slot(&in->flow), WF_FLOWCACHE_SLOTS);
	struct wf_applied *e = bpf_map_lookup_elem(&applied, &slot), *other;

	_Bool is_known;

	*ret = e;
	if (!e)
		return WF_DROP_NO_PORT;
	is_known = applied_is(e, skb, in);
	if (!is_known) {
		slot ^= 1;
		other = bpf_map_lookup_elem(&applied, &slot);
		if (!other)
			return WF_DROP_NO_PORT;
		is_known = applied_is(other, skb, in);
		if (is_known ||
		    (e->port && flowcache_keeps(e->generation, e->quick_until, other->generation)))
			*ret = e = other;
	}
	if (is_known && !belief_is_over(skb, in, e->believed_until))
		return WF_DROP_NONE;
	case_read(skb, in);
	return applied_fill(skb, e, in);
}

/* To the sender of the packet that has become an error: what a function passes on is not its own.
 */
static __noinline int apply_answer(struct __sk_buff *skb, const struct wf_inner *in)
{
	const __u32 ifindex = skb->ifindex;
	const struct wf_port *port = bpf_map_lookup_elem(&ports, &ifindex);

	if (port && port->proxy && !wf_port_has_address(port, in->flow.src))
		return host_send(skb, port->tenant, 0, in);
	return bpf_redirect(ifindex, 0);
}

/*
 * In whose name the sender of the packet is told: the gateway that it sees. Who is outside sees
 * none, and no router there would pass on what is from that: the packet's destination.
 */
static __noinline int apply_voice(struct __sk_buff *skb, const struct wf_inner *in, __u8 src[16])
{
	const __u32 ifindex = skb->ifindex;
	const struct wf_port *port = bpf_map_lookup_elem(&ports, &ifindex);

	if (port && apply_is_outsiders(port, in->flow.src))
		wf_copy16(src, in->flow.dst);
	else
		gateway_addr(src, in->flags & WF_INNER_V4);
	return 0;
}

/*
 * A packet that may not go: the gateway may answer it, or its sender is told why. @policy: with
 * DENIED, whose word it is.
 */
static __noinline int apply_refuse(struct __sk_buff *skb, const struct wf_inner *in,
				   enum wf_drop drop, __u32 mtu, __u16 policy)
{
	const _Bool is_v4 = in->flags & WF_INNER_V4;
	__u8 src[16] WF_ALIGNED8;
	struct reply r;
	int ret;

	switch (drop) {
	case WF_DROP_GATEWAY:
	case WF_DROP_ND:
		ret = drop == WF_DROP_ND ? gateway_nd(skb) : gateway_input(skb, in);
		return ret < 0 ? apply_drop(skb, in, (enum wf_drop) - ret, 0) : ret;
	case WF_DROP_HOP_LIMIT:
		r = reply_hop_limit();
		break;
	case WF_DROP_TOO_BIG:
		r = reply_too_big(mtu, is_v4);
		break;
	case WF_DROP_NO_ENDPOINT:
	case WF_DROP_NO_ROUTE:
	case WF_DROP_NO_PATH:
	case WF_DROP_HAIRPIN:
		r = reply_unreachable();
		break;
	case WF_DROP_NO_BACKEND:
		r = reply_refused();
		break;
	case WF_DROP_NO_GATEWAY:
		r = reply_no_gateway();
		break;
	default:
		return apply_drop(skb, in, drop, policy);
	}
	ret = apply_drop(skb, in, drop, 0);
	apply_voice(skb, in, src);
	return reply_make(skb, in, &r, src) ? apply_answer(skb, in) : ret;
}

/* Does each packet of a GSO packet fit? */
static __noinline int gso_fits(struct __sk_buff *skb, const struct wf_inner *in, __u32 max_len)
{
	const __u8 *data = packet_data(skb), *end = packet_end(skb);
	const __u8 *l4 = data + (in->l4_off & 0x1ff);
	__u32 l4_len = 8;

	if (!skb->gso_size)
		return 0;
	if (in->flow.proto == WF_PROTO_TCP) {
		if (l4 + 20 > end)
			return 0;
		l4_len = (l4[12] >> 4) * 4u;
	}
	return in->l4_off - in->l3_off + l4_len + skb->gso_size <= max_len;
}

/* An answer of a service leaves by its address. May invalidate packet pointers. */
static __noinline int apply_alias(struct __sk_buff *skb, const struct wf_inner *in,
				  const struct wf_applied *e)
{
	return alias_put(skb, in, &e->alias);
}

WF_INLINE int apply_deliver(struct __sk_buff *skb, const struct wf_inner *in,
			    const struct wf_applied *e)
{
	const int drop = e->is_alias ? apply_alias(skb, in, e) : 0;
	__u8 *data = packet_data(skb), *end = packet_end(skb);
	const _Bool is_v4 = in->flags & WF_INNER_V4;

	if (drop)
		return -drop;
	if (data + L3 + (is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN) > end)
		return -WF_DROP_MALFORMED;
	packet_hop_down(skb, data + L3, is_v4);
	eth_store(data, e->eth);
	count(skb, e->tx_slot, in->ip_len);
	count(skb, e->path_slot, in->ip_len);
	count(skb, e->rx_slot, in->ip_len);
	return endpoint_give(e->ifindex);
}

/* Packets like this one may pass without a second look, for a while. */
WF_INLINE void applied_quicken(struct wf_applied *e, const struct wf_inner *in)
{
	const __u32 least = (in->flags & WF_INNER_V4 ? WF_IPV4_LEN : WF_IPV6_LEN) + WF_QUICK_L4;

	if (e->has_rest || e->max_len < least || !wf_quick_knows(in))
		return;
	e->max_l4 = (__u16)(e->max_len - least);
	e->quick_until = belief_limit(e->believed_until, e->fresh_until);
}

WF_INLINE int apply_encap(struct __sk_buff *skb, const struct wf_inner *in, struct wf_applied *e)
{
	const _Bool is_v4 = in->flags & WF_INNER_V4;
	struct nexthop nh = {};
	enum wf_drop drop;
	__u8 *data;

	if (e->fresh_until < bpf_jiffies64()) {
		settle_applied(e);
		drop = nexthop_find(skb, e, &nh);
		if (drop)
			return apply_refuse(skb, in, drop, 0, 0);
	}
	if (in->ip_len > e->max_len && !gso_fits(skb, in, e->max_len))
		return apply_refuse(skb, in, WF_DROP_TOO_BIG, e->max_len, 0);
	drop = e->is_alias ? (enum wf_drop)apply_alias(skb, in, e) : WF_DROP_NONE;
	if (drop)
		return -(int)drop;
	data = packet_data(skb);
	if (data + L3 + (is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN) > (__u8 *)packet_end(skb))
		return -WF_DROP_MALFORMED;
	applied_quicken(e, in);
	hop_down(data + L3, is_v4); /* no sum over the packet outlives the header before it */
	count(skb, e->tx_slot, in->ip_len);
	count(skb, e->path_slot, in->ip_len);
	drop = head_push(skb, e, in->ip_len, wf_ecn_encap_tc(in->tc));
	return drop ? -(int)drop : send_out(e, &nh);
}

/* A packet with a routing header. */
static __noinline int apply_native(struct __sk_buff *skb, const struct wf_inner *in)
{
	__u32 mtu = 0;
	int ret;

	if (native_is_proxied(skb, in))
		return proxy_take_back(skb);
	ret = native_packet(skb, in, &mtu);
	if (ret == -WF_DROP_HOP_LIMIT || ret == -WF_DROP_TOO_BIG || ret == -WF_DROP_NO_ROUTE)
		return apply_refuse(skb, in, -ret, mtu, 0);
	return ret;
}

WF_INLINE int apply_ip(struct __sk_buff *skb)
{
	const struct wf_eth *eth = packet_data(skb);
	struct wf_case *c = case_get();
	struct wf_applied *e;
	struct wf_inner *in;
	enum wf_drop drop;

	if (!c || (void *)(eth + 1) > packet_end(skb))
		return -WF_DROP_MALFORMED;
	in = &c->inner;
	if (eth->proto == WF_BE16(WF_ETH_P_ARP))
		return gateway_arp(skb);
	drop = packet_parse(skb, L3, wf_ntohs(eth->proto), in);
	if (drop)
		return -(int)drop;
	drop = wf_inner_check(in);
	if (drop == WF_DROP_ROUTING_HEADER)
		return apply_native(skb, in);
	if (drop)
		return apply_drop(skb, in, drop, 0);
	drop = applied_find(skb, in, &e);
	if (drop)
		return -(int)drop;
	eth = packet_data(skb);
	if ((void *)(eth + 1) > packet_end(skb) || !wf_equal6(eth->src, e->mac))
		return apply_drop(skb, in, WF_DROP_SOURCE_MAC, 0);
	if (e->drop)
		return apply_refuse(skb, in, e->drop, 0, e->policy);
	if (in->hop_limit <= 1)
		return apply_refuse(skb, in, WF_DROP_HOP_LIMIT, 0, 0);
	return e->action == WF_ACTION_DELIVER ? apply_deliver(skb, in, e) : apply_encap(skb, in, e);
}

WF_INLINE int apply_packet(struct __sk_buff *skb)
{
	const int ret = frame_may_be(skb) ? frame_take_back(skb) : NOT_GIVEN;

	return ret == NOT_GIVEN ? apply_ip(skb) : ret;
}
