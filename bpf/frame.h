/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Ethernet frames that an outside SRv6 node sends through a function (RFC 8986 section 4.11,
 * next header 143).
 *
 *   End.AD   | Ethernet | IPv6, SRH | frame |  ->  | frame |  ->  as it came, the next destination
 *   End.AM, End.AN                                 as other packets with their headers
 *
 * A frame is known again by its addresses and EtherType: it passes a bridged function, as through a
 * wire. Linux makes room for headers in IP packets only, so what comes back is first made one in
 * its eyes: a VLAN tag that it puts into the packet and takes out again makes it read the EtherType
 * anew.
 */
#pragma once

#include "bpf/forward.h"
#include "bpf/proxied.h"
#include "bpf/verdict.h"

/* The frame in hand is none that a function was given. */
#define NOT_GIVEN (-WF_DROP_COUNT - 2)

#define FRAME_TAGGED_LEN 18 /* Ethernet with one VLAN tag */

/* The frame inside: what is known of it. INNER_MALFORMED. */
WF_INLINE enum wf_drop frame_parse(struct __sk_buff *skb, const struct wf_outer *o,
				   struct wf_inner *in)
{
	struct wf_eth eth;

	__builtin_memset(in, 0, sizeof(*in));
	if (bpf_skb_load_bytes(skb, o->upper_off, &eth, sizeof(eth)))
		return WF_DROP_INNER_MALFORMED;
	wf_proxied_flow(&eth, &in->flow);
	in->ip_len = skb->len - o->upper_off;
	return WF_DROP_NONE;
}

/* What ends a path of frames is no SID of Weft's, but its argument, too, begins with the tenant. */
WF_INLINE __u64 frame_arg(struct __sk_buff *skb, const struct wf_outer *o)
{
	const __u8 *final = o->dst;

	if (o->srh_off)
		final = wf_srh_segment(packet_data(skb), packet_end(skb), o->srh_off, 0);
	return final ? wf_sid_arg(final) : 0;
}

/* As a packet of its own a frame is only for a function that is a wire. */
WF_INLINE _Bool frame_is_for(const struct wf_outer *o, const struct wf_sid_entry *sid)
{
	return o->upper != WF_PROTO_ETHERNET || wf_proxy_is_open(sid->behavior) || sid->is_bridged;
}

/* AD: as if it came over the wire. (At least 20 bytes must be behind its header.) */
WF_INLINE int frame_give(struct __sk_buff *skb, const struct wf_outer *o,
			 const struct wf_sid_entry *sid)
{
	struct wf_eth eth;

	if (bpf_skb_load_bytes(skb, o->upper_off, &eth, sizeof(eth)))
		return -WF_DROP_INNER_MALFORMED;
	if (!packet_shrink(skb, o->upper_off - L3 + sizeof(eth), 1) ||
	    bpf_skb_store_bytes(skb, 0, &eth, sizeof(eth), 0))
		return -WF_DROP_RESIZE;
	return (int)bpf_redirect(sid->ifindex, 0);
}

/* Its Ethernet header, with the tag that Linux may hold beside the packet; bytes of it. */
WF_INLINE __u32 frame_header(const struct __sk_buff *skb, const struct wf_eth *eth,
			     __u8 ret[FRAME_TAGGED_LEN])
{
	wf_any16 *tag = (void *)(ret + 12);

	__builtin_memcpy(ret, eth, 12);
	tag[0] = skb->vlan_present ? (__be16)skb->vlan_proto : eth->proto;
	tag[1] = wf_htons((__u16)skb->vlan_tci);
	tag[2] = eth->proto;
	return skb->vlan_present ? FRAME_TAGGED_LEN : sizeof(*eth);
}

/* Linux takes the frame for an IPv6 packet from now on. */
WF_INLINE _Bool frame_become_ipv6(struct __sk_buff *skb)
{
	const __be16 proto = WF_BE16(WF_ETH_P_IPV6), tag = WF_BE16(0x8100);

	if (skb->vlan_present && bpf_skb_vlan_pop(skb))
		return 0;
	return !bpf_skb_store_bytes(skb, 12, &proto, sizeof(proto), 0) &&
	       !bpf_skb_vlan_push(skb, tag, 1) && !bpf_skb_vlan_push(skb, tag, 1) &&
	       !bpf_skb_vlan_pop(skb) && !bpf_skb_vlan_pop(skb);
}

/* The headers of @m, and behind them the frame with its own header @eth of @eth_len bytes. */
WF_INLINE _Bool frame_push(struct __sk_buff *skb, const struct wf_proxied *m,
			   const __u8 eth[FRAME_TAGGED_LEN], __u32 eth_len)
{
	__u32 len = m->len;
	struct wf_ipv6 *ip;

	WF_OPAQUE(len);
	if (len - 1 >= WF_PROXIED_MAX_BYTES || !frame_become_ipv6(skb) ||
	    !packet_grow(skb, len + eth_len) || bpf_skb_store_bytes(skb, L3, m->header, len, 0))
		return 0;
	if (eth_len == FRAME_TAGGED_LEN
		    ? bpf_skb_store_bytes(skb, L3 + len, eth, FRAME_TAGGED_LEN, 0)
		    : bpf_skb_store_bytes(skb, L3 + len, eth, sizeof(struct wf_eth), 0))
		return 0;
	ip = packet_data(skb) + L3;
	if ((void *)(ip + 1) > packet_end(skb))
		return 0;
	ip->payload_len = wf_htons((__u16)(skb->len - L3 - WF_IPV6_LEN));
	ip->hop_limit++; /* forward() takes it */
	return 1;
}

/* To the gateway no function passes frames on. */
WF_INLINE _Bool frame_may_be(const struct __sk_buff *skb)
{
	const __u8 gateway[6] WF_ALIGNED8 = WF_GATEWAY_MAC;
	const struct wf_eth *eth = packet_data(skb);

	return (void *)(eth + 1) <= packet_end(skb) && !wf_equal6(eth->dst, gateway);
}

/* A frame that has come back from an End.AD, on to its next segment. NOT_GIVEN. */
__noinline int frame_take_back(struct __sk_buff *skb)
{
	const __u32 ifindex = skb->ifindex;
	const struct wf_port *port = bpf_map_lookup_elem(&ports, &ifindex);
	const struct wf_eth *eth = packet_data(skb);
	__u8 header[FRAME_TAGGED_LEN] WF_ALIGNED8;
	const struct wf_proxied *m;
	struct wf_outer o = {};
	struct wf_flow flow;
	__u32 len;

	if (!port || port->proxy != WF_BEHAVIOR_AD || (void *)(eth + 1) > packet_end(skb))
		return NOT_GIVEN;
	len = frame_header(skb, eth, header);
	wf_proxied_flow((const void *)header, &flow);
	m = proxied_find(ifindex, &flow);
	if (!m)
		return NOT_GIVEN;
	if (skb->gso_size)
		return -WF_DROP_TOO_BIG;
	count(skb, slot_of_port(WF_COUNTER_ENDPOINT_TX, port), skb->len);
	if (!frame_push(skb, m, header, len))
		return -WF_DROP_RESIZE;
	wf_copy16(o.dst, ((const struct wf_ipv6 *)m->header)->dst);
	return is_here(o.dst) ? SENT_HERE : forward(skb, &o);
}
