/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The flow a packet belongs to, and the parser that finds it: the per-packet path of the data
 * plane.
 *
 * The parser has two halves. wf_flow_parse_fast() is straight-line code for what nearly all packets
 * are: IPv4 without options, IPv6 whose upper layer follows at once. It says WF_FLOW_SLOW for the
 * others; wf_flow_parse_slow() takes them all and belongs in a function of its own.
 *
 * A packet of a fragmented datagram has no ports, not even the first: all fragments hash alike, and
 * none is of the same flow as a whole packet.
 */
#pragma once

#include "wire/bytes.h"
#include "wire/eth.h"
#include "wire/exthdr.h"
#include "wire/icmp_type.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"

/* The key of a flow, without holes. IPv4 addresses are IPv4-mapped. */
struct wf_flow {
	__u8 src[16];
	__u8 dst[16];
	__be16 sport; /* TCP, UDP, SCTP, DCCP; identifier of an ICMP echo or its reply; else 0 */
	__be16 dport; /* ... of ICMP: type << 8 | code */
	__u8 proto;   /* upper layer; of an IPv6 fragment, Next Header of its Fragment header */
	__u8 is_fragment;
	__u8 pad[2];
} WF_ALIGNED8;

_Static_assert(sizeof(struct wf_flow) == 40, "flow key");

#define WF_INNER_V4		(1 << 0)
#define WF_INNER_FRAGMENT	(1 << 1)
#define WF_INNER_LATER_FRAGMENT (1 << 2)
#define WF_INNER_ROUTING	(1 << 3) /* IPv6 with a routing header, of any type */
#define WF_INNER_TINY_FRAGMENT	(1 << 4) /* begins 8 bytes behind the first fragment's start */

/* A packet inside an overlay, as far as the data plane must know it. */
struct wf_inner {
	struct wf_flow flow;
	__u16 l3_off;
	__u16 l4_off; /* behind IP options and extension headers */
	__u16 routing_off;
	__u8 routing_type;
	__u8 flags;   /* WF_INNER_* */
	__u32 ip_len; /* IP header and payload; less than the frame if that is padded */
	__u8 tc;      /* IPv4 TOS or IPv6 traffic class */
	__u8 hop_limit;
	__u8 upper;	  /* upper layer; flow.proto, but for a first fragment with more headers */
	__u8 fragment_at; /* IPv6: where the Fragment header is, behind l3_off, in units of 4 bytes;
			     0: none, or too far away */
};

_Static_assert(sizeof(struct wf_inner) == 56, "no holes");

enum wf_flow_fault {
	WF_FLOW_OK,
	WF_FLOW_SLOW, /* wf_flow_parse_slow() must look at it */
	WF_FLOW_NOT_IP,
	WF_FLOW_TRUNCATED,
	WF_FLOW_VERSION,
	WF_FLOW_LENGTH, /* length fields contradict each other or leave no room for ports */
	WF_FLOW_TOO_MANY_HEADERS, /* more than WF_EXTHDR_MAX */
	WF_FLOW_FAULT_COUNT,
};

/* Of the IP header: behind Ethernet, IPv6 and an SRH of 17 segments with TLVs, and 100 to spare. */
#define WF_FLOW_OFF_MAX 0x1ff

WF_INLINE _Bool wf_flow_has_ports(__u8 proto)
{
	return proto == WF_PROTO_TCP || proto == WF_PROTO_UDP || proto == WF_PROTO_SCTP ||
	       proto == WF_PROTO_DCCP;
}

/* Type, code and identifier take the place of ports. All that there is of ICMP has 8 bytes. */
WF_INLINE enum wf_flow_fault wf_flow_fill_icmp(const __u8 *l4, const void *end, __u8 proto,
					       struct wf_inner *inner)
{
	if (inner->l4_off - inner->l3_off + 8u > inner->ip_len)
		return WF_FLOW_LENGTH;
	if (l4 + 8 > (const __u8 *)end)
		return WF_FLOW_TRUNCATED;
	inner->flow.dport = *(const wf_any16 *)l4;
	if (wf_icmp_has_id(proto, l4[0]))
		inner->flow.sport = *(const wf_any16 *)(l4 + 4);
	return WF_FLOW_OK;
}

/* Proto, pad and ports of @inner, given l4_off, ip_len and flags. @l4: at @inner->l4_off. */
WF_INLINE enum wf_flow_fault wf_flow_fill_l4(const __u8 *l4, const void *end, __u8 proto,
					     struct wf_inner *inner)
{
	wf_any32 *ports = (void *)&inner->flow.sport;

	inner->upper = proto;
	/* and is_fragment and pad, in one store */
	*(wf_any32 *)&inner->flow.proto = WF_BE32((__u32)proto << 24 |
						  (inner->flags & WF_INNER_FRAGMENT ? 1 << 16 : 0));
	*ports = 0;
	if (inner->flags & WF_INNER_FRAGMENT)
		return WF_FLOW_OK;
	if (proto == WF_PROTO_ICMP || proto == WF_PROTO_ICMPV6)
		return wf_flow_fill_icmp(l4, end, proto, inner);
	if (!wf_flow_has_ports(proto))
		return WF_FLOW_OK;
	if (inner->l4_off - inner->l3_off + 4u > inner->ip_len)
		return WF_FLOW_LENGTH;
	if (l4 + 4 > (const __u8 *)end)
		return WF_FLOW_TRUNCATED;
	*ports = *(const wf_any32 *)l4;
	return WF_FLOW_OK;
}

/* What both halves do with a fixed header of 20 bytes. l4_off is set, ports are not. */
WF_INLINE enum wf_flow_fault wf_flow_fill_v4(const struct wf_ipv4 *ip, __u32 off,
					     struct wf_inner *inner)
{
	__u32 header_len = wf_ipv4_header_len(ip);

	if (ip->vihl >> 4 != 4)
		return WF_FLOW_VERSION;
	inner->ip_len = wf_ntohs(ip->total_len);
	if (header_len < WF_IPV4_LEN || inner->ip_len < header_len)
		return WF_FLOW_LENGTH;
	wf_copy_v4mapped(inner->flow.src, ip->src);
	wf_copy_v4mapped(inner->flow.dst, ip->dst);
	inner->l3_off = (__u16)off;
	inner->l4_off = (__u16)(off + header_len);
	inner->routing_off = 0;
	inner->routing_type = 0;
	inner->flags = WF_INNER_V4;
	if (wf_ipv4_is_fragment(ip)) {
		inner->flags |= WF_INNER_FRAGMENT;
		if (wf_ipv4_is_later_fragment(ip))
			inner->flags |= WF_INNER_LATER_FRAGMENT;
		if (wf_ipv4_is_tiny_fragment(ip))
			inner->flags |= WF_INNER_TINY_FRAGMENT;
	}
	inner->tc = ip->tos;
	inner->hop_limit = ip->ttl;
	inner->fragment_at = 0;
	return WF_FLOW_OK;
}

WF_INLINE enum wf_flow_fault wf_flow_fill_v6(const struct wf_ipv6 *ip, __u32 off,
					     struct wf_inner *inner)
{
	if (!wf_ipv6_is_version(ip))
		return WF_FLOW_VERSION;
	wf_copy16(inner->flow.src, ip->src);
	wf_copy16(inner->flow.dst, ip->dst);
	inner->l3_off = (__u16)off;
	inner->l4_off = (__u16)(off + WF_IPV6_LEN);
	inner->routing_off = 0;
	inner->routing_type = 0;
	inner->flags = 0;
	inner->ip_len = WF_IPV6_LEN + wf_ntohs(ip->payload_len);
	inner->tc = wf_ipv6_tc(ip);
	inner->hop_limit = ip->hop_limit;
	inner->fragment_at = 0;
	return WF_FLOW_OK;
}

/*
 * The common packets. @off: of the IP header, at most WF_FLOW_OFF_MAX; @proto: Ethernet protocol,
 * host order. @ret is defined only after WF_FLOW_OK. That ip_len bytes are really there is for the
 * caller to check: the packet may go on behind @end (wf_inner_fits()).
 */
WF_INLINE enum wf_flow_fault wf_flow_parse_fast(const void *data, const void *end, __u32 off,
						__u16 proto, struct wf_inner *ret)
{
	const __u8 *p = (const __u8 *)data + off;
	const struct wf_ipv4 *v4 = (const void *)p;
	const struct wf_ipv6 *v6 = (const void *)p;
	enum wf_flow_fault fault;

	if (off > WF_FLOW_OFF_MAX)
		return WF_FLOW_TRUNCATED;
	if (proto == WF_ETH_P_IPV4) {
		if (p + WF_IPV4_LEN > (const __u8 *)end)
			return WF_FLOW_TRUNCATED;
		if (v4->vihl != 0x45)
			return WF_FLOW_SLOW;
		fault = wf_flow_fill_v4(v4, off, ret);
		if (fault != WF_FLOW_OK)
			return fault;
		return wf_flow_fill_l4(p + WF_IPV4_LEN, end, v4->proto, ret);
	}
	if (proto != WF_ETH_P_IPV6)
		return WF_FLOW_NOT_IP;
	if (p + WF_IPV6_LEN > (const __u8 *)end)
		return WF_FLOW_TRUNCATED;
	if (wf_exthdr_is(v6->next_header))
		return WF_FLOW_SLOW;
	fault = wf_flow_fill_v6(v6, off, ret);
	if (fault != WF_FLOW_OK)
		return fault;
	return wf_flow_fill_l4(p + WF_IPV6_LEN, end, v6->next_header, ret);
}

WF_INLINE enum wf_flow_fault wf_flow_parse_options(const void *data, const void *end, __u32 off,
						   struct wf_inner *ret)
{
	const __u8 *p = (const __u8 *)data + off;
	const struct wf_ipv4 *ip = (const void *)p;
	enum wf_flow_fault fault;
	__u32 header_len;

	if (p + WF_IPV4_LEN > (const __u8 *)end)
		return WF_FLOW_TRUNCATED;
	fault = wf_flow_fill_v4(ip, off, ret);
	if (fault != WF_FLOW_OK)
		return fault;
	header_len = wf_ipv4_header_len(ip);
	if (p + header_len > (const __u8 *)end)
		return WF_FLOW_TRUNCATED;
	return wf_flow_fill_l4(p + header_len, end, ip->proto, ret);
}

WF_INLINE enum wf_flow_fault wf_flow_parse_exthdrs(const void *data, const void *end, __u32 off,
						   struct wf_inner *ret)
{
	const __u8 *p = (const __u8 *)data + off;
	const struct wf_ipv6 *ip = (const void *)p;
	enum wf_exthdr_fault walk;
	enum wf_flow_fault fault;
	struct wf_upper upper;
	__u8 proto;

	if (p + WF_IPV6_LEN > (const __u8 *)end)
		return WF_FLOW_TRUNCATED;
	fault = wf_flow_fill_v6(ip, off, ret);
	if (fault != WF_FLOW_OK)
		return fault;
	walk = wf_exthdr_walk(data, end, off + WF_IPV6_LEN, ip->next_header, &upper);
	if (walk != WF_EXTHDR_OK)
		return walk == WF_EXTHDR_TRUNCATED ? WF_FLOW_TRUNCATED : WF_FLOW_TOO_MANY_HEADERS;
	if (upper.off - off > ret->ip_len)
		return WF_FLOW_LENGTH;
	if (upper.flags & WF_UPPER_FRAGMENT)
		ret->flags |= WF_INNER_FRAGMENT;
	if (upper.flags & WF_UPPER_LATER_FRAGMENT)
		ret->flags |= WF_INNER_LATER_FRAGMENT;
	if (upper.flags & WF_UPPER_TINY_FRAGMENT)
		ret->flags |= WF_INNER_TINY_FRAGMENT;
	if (upper.flags & WF_UPPER_ROUTING)
		ret->flags |= WF_INNER_ROUTING;
	if (upper.flags & WF_UPPER_FRAGMENT && (upper.fragment_off - off) / 4 <= 0xff)
		ret->fragment_at = (__u8)((upper.fragment_off - off) / 4);
	ret->routing_off = (__u16)upper.routing_off;
	ret->routing_type = upper.routing_type;
	ret->l4_off = (__u16)upper.off;
	proto = upper.flags & WF_UPPER_FRAGMENT ? upper.fragment_proto : upper.proto;
	fault = wf_flow_fill_l4((const __u8 *)data + (upper.off & 0x7fff), end, proto, ret);
	ret->upper = upper.proto;
	return fault;
}

/* Every packet the fast half takes, and those it does not. Same contract. */
WF_INLINE enum wf_flow_fault wf_flow_parse_slow(const void *data, const void *end, __u32 off,
						__u16 proto, struct wf_inner *ret)
{
	if (off > WF_FLOW_OFF_MAX)
		return WF_FLOW_TRUNCATED;
	if (proto == WF_ETH_P_IPV4)
		return wf_flow_parse_options(data, end, off, ret);
	if (proto == WF_ETH_P_IPV6)
		return wf_flow_parse_exthdrs(data, end, off, ret);
	return WF_FLOW_NOT_IP;
}

/* Both halves, for those who do not count instructions. */
WF_INLINE enum wf_flow_fault wf_flow_parse(const void *data, const void *end, __u32 off,
					   __u16 proto, struct wf_inner *ret)
{
	enum wf_flow_fault fault = wf_flow_parse_fast(data, end, off, proto, ret);

	return fault == WF_FLOW_SLOW ? wf_flow_parse_slow(data, end, off, proto, ret) : fault;
}

/* Are the ip_len bytes there? @packet_len: from where @data points, bytes, linear or not. */
WF_INLINE _Bool wf_inner_fits(const struct wf_inner *inner, __u32 packet_len)
{
	return inner->l3_off + inner->ip_len <= packet_len;
}

/*
 * The flow of the answers to @flow, which is no fragment. Of ICMP only echo has one: false of the
 * rest of it. @ret is another one.
 */
WF_INLINE _Bool wf_flow_answer(const struct wf_flow *flow, struct wf_flow *ret)
{
	const _Bool is_v6 = flow->proto == WF_PROTO_ICMPV6;
	const __u8 turn = is_v6 ? WF_ICMP6_ECHO ^ WF_ICMP6_ECHO_REPLY
				: WF_ICMP4_ECHO ^ WF_ICMP4_ECHO_REPLY;

	wf_copy16(ret->src, flow->dst);
	wf_copy16(ret->dst, flow->src);
	*(wf_any32 *)&ret->proto = *(const wf_any32 *)&flow->proto;
	ret->sport = flow->dport;
	ret->dport = flow->sport;
	if (flow->proto != WF_PROTO_ICMP && !is_v6)
		return 1;
	ret->sport = flow->sport;
	ret->dport = flow->dport ^ WF_BE16(turn << 8);
	return wf_icmp_has_id(flow->proto, (__u8)(wf_ntohs(flow->dport) >> 8));
}

/*
 * 64 bits, all of them good: take the path from the high ones and the flow label from the low ones.
 * NH (RFC 4418 section 5.2.2): independent 32 x 32 multiplications, then a final mix.
 */
WF_INLINE __u64 wf_flow_hash(const struct wf_flow *flow)
{
	const wf_any32 *w = (const void *)flow;
	__u64 h;

	h = (__u64)(__u32)(w[0] + 0x9e3779b9u) * (__u32)(w[1] + 0x85ebca6bu);
	h += (__u64)(__u32)(w[2] + 0xc2b2ae35u) * (__u32)(w[3] + 0x27d4eb2fu);
	h += (__u64)(__u32)(w[4] + 0x165667b1u) * (__u32)(w[5] + 0xd3a2646cu);
	h += (__u64)(__u32)(w[6] + 0xfd7046c5u) * (__u32)(w[7] + 0xb55a4f09u);
	h += (__u64)(__u32)(w[8] + 0x8f1bbcdcu) * (__u32)(w[9] + 0xca62c1d6u);
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdull;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ull;
	return h ^ h >> 33;
}

WF_INLINE __u64 wf_flow_end_hash(const __u8 addr[16], __be16 port)
{
	const wf_any32 *w = (const void *)addr;
	__u64 h;

	h = (__u64)(__u32)(w[0] + 0x9e3779b9u) * (__u32)(w[1] + 0x85ebca6bu);
	h += (__u64)(__u32)(w[2] + 0xc2b2ae35u) * (__u32)(w[3] + 0x27d4eb2fu);
	h += (__u64)(__u32)(port + 0x165667b1u) * 0xd3a2646cu;
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdull;
	return h ^ h >> 33;
}

/* 64 bits that both directions of a flow have in common; of an ICMP echo, question and answer. */
WF_INLINE __u64 wf_flow_spread(const struct wf_flow *flow)
{
	const _Bool is_icmp = flow->proto == WF_PROTO_ICMP || flow->proto == WF_PROTO_ICMPV6;
	__u64 h = wf_flow_end_hash(flow->src, flow->sport) +
		  wf_flow_end_hash(flow->dst, is_icmp ? flow->sport : flow->dport);

	h += flow->proto * 0x9e3779b97f4a7c15ull;
	h ^= h >> 32;
	h *= 0xc4ceb9fe1a85ec53ull;
	return h ^ h >> 33;
}

/* 20 bits, never 0 (RFC 6437 section 3: 0 means unlabelled). */
WF_INLINE __u32 wf_flow_label(__u64 hash)
{
	__u32 label = (__u32)hash & 0xfffff;

	return label ? label : 1;
}
