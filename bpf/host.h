/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What concerns the node itself: pings of its SIDs, packet-too-big from the underlay about packets
 * that it encapsulated, and packets that it sends into a tenant.
 *
 * Packet-too-big, RFC 2473 section 7.1:
 *
 *   | Ethernet | IPv6 | ICMPv6, MTU | outer IPv6, SRH | inner packet ... |
 *
 * becomes, for the endpoint that sent the inner packet,
 *
 *   | Ethernet | IP | ICMP, MTU less the outer headers | inner packet ... |
 */
#pragma once

#include "bpf/reply.h"
#include "bpf/send.h"
#include "bpf/service.h"
#include "dp/egress.h"
#include "dp/segment.h"
#include "dp/tlvs.h"

#define QUOTE_OFF (L3 + WF_IPV6_LEN + WF_ICMP_LEN)

/* Gives the plain packet to an endpoint of this node. */
WF_INLINE int host_deliver(struct __sk_buff *skb, const struct wf_dest *dest, _Bool is_v4)
{
	__u8 *data = packet_data(skb);

	if (data + L3 > (__u8 *)packet_end(skb))
		return -WF_DROP_RESIZE;
	eth_to_endpoint(data, dest, is_v4);
	return endpoint_give(dest->ifindex);
}

/* The way to who is outside, by the @gateway that has let it in, in the name of in->flow.dst. */
WF_INLINE enum wf_drop host_route_out(__u32 tenant, __u32 gateway, const struct wf_inner *in,
				      struct wf_way *ret)
{
	struct wf_sid_arg arg = {.tenant = tenant};
	const struct wf_exit *exit;
	const struct wf_dest *asked;

	if (!gateway)
		return WF_DROP_NO_ENDPOINT;
	asked = wf_dest_find(WF_WORLD, tenant, in->flow.dst);
	exit = wf_egress_at(WF_WORLD, tenant, (__u16)gateway);
	if (!asked || !exit)
		return WF_DROP_NO_ENDPOINT;
	arg.identity = asked->identity;
	return wf_egress_route(WF_WORLD, exit, &arg, wf_flow_hash(&in->flow), ret);
}

/*
 * Decides where the gateway's packet to in->flow.src goes. @gateway: node by which that has come in
 * if it is from outside. @e is not a flow's afterwards.
 */
static __noinline int host_decide(struct wf_applied *e, __u32 tenant, __u32 gateway,
				  const struct wf_inner *in)
{
	const struct wf_dest *dest = wf_dest_find(WF_WORLD, tenant, in->flow.src);
	struct wf_way way;
	enum wf_drop drop;

	e->port = 0;
	drop = dest ? wf_route_direct(WF_WORLD, dest, wf_flow_hash(&in->flow), &way)
		    : host_route_out(tenant, gateway, in, &way);
	if (drop)
		return drop;
	e->action = (__u8)way.action;
	e->ifindex = way.dest->ifindex;
	eth_to_endpoint(e->eth, way.dest, in->flags & WF_INNER_V4);
	if (way.action == WF_ACTION_ENCAP && way.path) /* the verifier asks */
		head_fill(e, &way, in->flags & WF_INNER_V4);
	return WF_DROP_NONE;
}

/*
 * In whose name in->flow.src, the sender of the packet at L3, is told of it: the gateway that every
 * container sees. Who is outside sees none, and no router there would pass on what is from that:
 * the packet's destination.
 */
static __noinline int host_voice(struct __sk_buff *skb, __u32 tenant, const struct wf_inner *in,
				 __u8 src[16])
{
	const __u8 *p = (const __u8 *)packet_data(skb) + L3;
	const _Bool is_v4 = in->flags & WF_INNER_V4;

	gateway_addr(src, is_v4);
	if (wf_dest_find(WF_WORLD, tenant, in->flow.src) ||
	    p + WF_IPV6_LEN > (const __u8 *)packet_end(skb))
		return 0;
	if (is_v4)
		wf_copy_v4mapped(src, ((const struct wf_ipv4 *)p)->dst);
	else
		wf_copy16(src, ((const struct wf_ipv6 *)p)->dst);
	return 0;
}

/*
 * Sends the plain packet, made by the gateway for in->flow.src, into the tenant, or to who has come
 * in by @gateway. The decision is written into a slot of the flow cache, which forgets what it
 * held.
 */
static __noinline int host_send(struct __sk_buff *skb, __u32 tenant, __u32 gateway,
				const struct wf_inner *in)
{
	struct nexthop nh = {};
	struct wf_applied *e;
	enum wf_drop drop;
	__u32 slot = cpu_part(0, WF_FLOWCACHE_SLOTS);

	e = bpf_map_lookup_elem(&applied, &slot);
	if (!e)
		return -WF_DROP_RESIZE;
	drop = host_decide(e, tenant, gateway, in);
	if (drop)
		return -(int)drop;
	if (e->action == WF_ACTION_DELIVER) {
		if (packet_data(skb) + L3 > packet_end(skb))
			return -WF_DROP_RESIZE;
		eth_store(packet_data(skb), e->eth);
		return endpoint_give(e->ifindex);
	}
	drop = nexthop_find(skb, e, &nh);
	if (drop)
		return -(int)drop;
	drop = head_push(skb, e, skb->len - L3, 0);
	return drop ? -(int)drop : send_out(e, &nh);
}

/* A SID is pinged: the answer goes back the way the question came. */
static __noinline int host_echo(struct __sk_buff *skb, const struct wf_outer *o)
{
	struct wf_inner in;

	if (o->srh_off || packet_parse(skb, L3, WF_ETH_P_IPV6, &in) || !gateway_echo(skb, &in))
		return -WF_DROP_UPPER_LAYER;
	return bpf_redirect(skb->ifindex, 0);
}

/* The argument in the opaque TLV of the quoted SRH at @off, whose list has been checked; or 0. */
WF_INLINE __u64 quote_metadata(const void *data, const void *end, __u32 off,
			       const struct wf_srh *srh)
{
	const struct wf_outer o = {
		.upper_off = (__u16)(off + wf_srh_len(srh)),
		.tlv_words = (__u8)(srh->hdr_ext_len - 2u * (srh->last_entry + 1u)),
	};
	const struct wf_opaque_tlv *opaque;
	struct wf_tlvs tlvs;

	if (!wf_tlvs_find(data, end, &o, &tlvs) || !tlvs.opaque)
		return 0;
	opaque = (const void *)((const __u8 *)data + (tlvs.opaque & 0xfff));
	if ((const void *)(opaque + 1) > end || !wf_opaque_is(opaque))
		return 0;
	return wf_load_be64(&opaque->arg);
}

/* The outer headers of ours that the error quotes: their length, and the tenant. 0: not ours. */
WF_INLINE __u32 quote_parse(const void *data, const void *end, __u32 *ret_tenant, _Bool *ret_is_v4)
{
	const struct wf_ipv6 *ip = (const void *)((const __u8 *)data + QUOTE_OFF);
	const __u32 off = QUOTE_OFF + WF_IPV6_LEN;
	const struct wf_srh *srh = (const void *)((const __u8 *)data + off);
	const __u8 *sid = ip->dst;
	__u32 len = WF_IPV6_LEN;
	__u64 arg = 0;
	__u8 upper;

	if ((const void *)(ip + 1) > end || !wf_equal16(ip->src, here()->addr))
		return 0;
	upper = ip->next_header;
	if (upper == WF_PROTO_ROUTING) {
		if (wf_srh_check_list(data, end, off) != WF_SRH_OK || (const void *)(srh + 1) > end)
			return 0;
		upper = srh->next_header;
		len += wf_srh_len(srh);
		/* a static proxy has the argument in the destination only, if that is the last */
		if (srh->segments_left)
			sid = wf_srh_segment(data, end, off, 0);
		if (!sid)
			return 0;
		arg = quote_metadata(data, end, off, srh);
	}
	if (upper != WF_PROTO_IPV4 && upper != WF_PROTO_IPV6)
		return 0;
	*ret_is_v4 = upper == WF_PROTO_IPV4;
	if (wf_sid_arg(sid))
		arg = wf_sid_arg(sid);
	*ret_tenant = wf_sid_arg_unpack(arg).tenant;
	return len;
}

/*
 * The endpoint of this node that sent the quoted inner packet at @off, or NULL. The error gets its
 * addresses and how much it may quote.
 */
WF_INLINE const struct wf_dest *quote_sender(const void *data, const void *end, __u32 off,
					     __u32 tenant, _Bool is_v4, struct wf_icmp_error *e)
{
	const __u8 *p = (const __u8 *)data + (off & 0xfff);
	struct wf_dest_key key = {.tenant = tenant};
	const struct wf_dest *dest;

	if (p + (is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN) + WF_ICMP_LEN > (const __u8 *)end)
		return (void *)0;
	if (is_v4)
		wf_copy_v4mapped(e->dst, ((const struct wf_ipv4 *)p)->src);
	else
		wf_copy16(e->dst, ((const struct wf_ipv6 *)p)->src);
	gateway_addr(e->src, is_v4);
	e->quote_len = (__u16)wf_icmp_quote_len((__u32)((const __u8 *)end - p));
	__builtin_memcpy(key.addr, e->dst, sizeof(key.addr));
	dest = wf_world_find(WF_WORLD, DEST, &key);
	return dest && dest->ifindex ? dest : (void *)0;
}

/* The packet-too-big, about the inner packet whose quote begins at @off, for its sender. */
WF_INLINE enum wf_drop too_big_make(struct __sk_buff *skb, __u32 off, struct wf_icmp_error *e,
				    _Bool is_v4)
{
	const __u32 header_len = (is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN) + WF_ICMP_LEN;

	if (!packet_shrink(skb, off - L3 - header_len, is_v4) ||
	    bpf_skb_change_tail(skb, L3 + header_len + e->quote_len, 0) ||
	    !reply_store(skb, e, is_v4))
		return WF_DROP_RESIZE;
	return WF_DROP_NONE;
}

/* The backend of this node that has sent what is quoted at @off, by a service's address, or NULL.
 */
WF_INLINE const struct wf_dest *quote_backend(struct __sk_buff *skb, __u32 off, __u32 tenant,
					      _Bool is_v4)
{
	struct wf_case *c = case_get();
	const struct wf_dest *dest;

	if (!c || !service_recall(skb, off, tenant, is_v4))
		return (void *)0;
	dest = wf_dest_find(WF_WORLD, tenant, c->alias.addr);
	return dest && dest->ifindex ? dest : (void *)0;
}

/*
 * What is quoted at @off, of e->dst, has come in by a gateway of @tenant: the endpoint of one here,
 * by which the error goes out, in the name of whom the packet was for; or NULL.
 */
static __noinline const struct wf_dest *quote_gateway(struct __sk_buff *skb, __u32 off,
						      __u32 tenant, struct wf_icmp_error *e)
{
	const __u8 *p = (const __u8 *)packet_data(skb) + (off & 0xfff);
	const struct wf_egress_entry *entry = bpf_map_lookup_elem(&egresses, &tenant);

	if (!entry || p + WF_IPV6_LEN > (const __u8 *)packet_end(skb) ||
	    wf_dest_find(WF_WORLD, tenant, e->dst) ||
	    !wf_egress_is_outside(WF_WORLD, tenant, WF_STAGE_IN, e->dst))
		return (void *)0;
	if (wf_ipv6_is_v4mapped(e->dst))
		wf_copy_v4mapped(e->src, ((const struct wf_ipv4 *)p)->dst);
	else
		wf_copy16(e->src, ((const struct wf_ipv6 *)p)->dst);
	for (__u32 i = 0; i < WF_EXITS_MAX && i < entry->n; i++)
		if (entry->exits[i].dest.ifindex)
			return &entry->exits[i].dest;
	return (void *)0;
}

static __noinline int host_too_big(struct __sk_buff *skb)
{
	void *data = packet_data(skb), *end = packet_end(skb);
	const struct wf_icmp *icmp = data + L3 + WF_IPV6_LEN;
	__u32 outer_len, tenant = 0, mtu;
	struct wf_icmp_error e = {};
	const struct wf_dest *dest;
	enum wf_drop drop;
	_Bool is_v4 = 0;
	_Bool is_service;
	struct reply r;

	if ((void *)(icmp + 1) > end)
		return TC_ACT_OK;
	mtu = wf_ntohl(icmp->info);
	outer_len = quote_parse(data, end, &tenant, &is_v4);
	if (!outer_len || mtu < WF_IPV6_MIN_MTU)
		return -WF_DROP_ICMP_UNMATCHED;
	dest = quote_sender(data, end, QUOTE_OFF + outer_len, tenant, is_v4, &e);
	is_service = 0;
	if (!dest)
		dest = quote_gateway(skb, QUOTE_OFF + outer_len, tenant, &e);
	if (!dest) {
		is_service = 1;
		dest = quote_backend(skb, QUOTE_OFF + outer_len, tenant, is_v4);
	}
	if (!dest)
		return -WF_DROP_ICMP_UNMATCHED;
	r = reply_too_big(mtu - outer_len, is_v4);
	e.type = is_v4 ? r.v4_type : r.v6_type;
	e.code = is_v4 ? r.v4_code : r.v6_code;
	e.info = r.info;
	drop = too_big_make(skb, QUOTE_OFF + outer_len, &e, is_v4);
	if (!drop && is_service)
		drop = service_tell(skb, is_v4);
	return drop ? -(int)drop : host_deliver(skb, dest, is_v4);
}

/* To the node's own address: the kernel's, but for errors about what Weft has sent. */
static __noinline int host_input(struct __sk_buff *skb, const struct wf_outer *o)
{
	const struct wf_icmp *icmp = packet_data(skb) + L3 + WF_IPV6_LEN;

	if (o->srh_off || o->upper != WF_PROTO_ICMPV6)
		return TC_ACT_OK;
	packet_pull(skb);
	icmp = packet_data(skb) + L3 + WF_IPV6_LEN;
	if ((void *)(icmp + 1) > packet_end(skb) || icmp->type != WF_ICMP6_TOO_BIG)
		return TC_ACT_OK;
	return host_too_big(skb);
}
