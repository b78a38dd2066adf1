/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The everyday packet, TCP or UDP whole behind a plain IP header, read into registers: just enough
 * to find what is remembered of its flow (dp/flowcache.h). Whatever else a packet may be, it is
 * "not quick", and the parser of wire/flow.h reads it.
 */
#pragma once

#include "dp/flowcache.h"

struct wf_quick {
	__u64 key[5]; /* the words of its struct wf_flow */
	__u32 ip_len; /* as in struct wf_inner */
	__u8 tc;
	__u8 hop_limit;
	__u8 tcp_flags; /* 0: UDP */
};

#define WF_QUICK_V4_BYTES (WF_IPV4_LEN + 14) /* as far as the TCP flags; a shorter one is slow */
#define WF_QUICK_V6_BYTES (WF_IPV6_LEN + 14)

/* What both have behind the IP header. False: neither TCP nor UDP. */
WF_INLINE _Bool wf_quick_l4(const __u8 *l4, __u8 proto, struct wf_quick *ret)
{
	ret->key[4] = WF_BE64((__u64)wf_load_be32(l4) << 32 | (__u32)proto << 24);
	ret->tcp_flags = proto == WF_PROTO_TCP ? l4[13] : 0;
	return proto == WF_PROTO_TCP || proto == WF_PROTO_UDP;
}

/* @p: an IPv4 header, of a packet with WF_QUICK_V4_BYTES at least. */
WF_INLINE _Bool wf_quick_v4(const __u8 *p, struct wf_quick *ret)
{
	const __u64 mapped = 0xffff00000000ull;
	const struct wf_ipv4 *ip = (const void *)p;

	ret->key[0] = ret->key[2] = 0;
	ret->key[1] = WF_BE64(mapped | wf_ntohl(ip->src));
	ret->key[3] = WF_BE64(mapped | wf_ntohl(ip->dst));
	ret->ip_len = wf_ntohs(ip->total_len);
	ret->tc = ip->tos;
	ret->hop_limit = ip->ttl;
	return wf_quick_l4(p + WF_IPV4_LEN, ip->proto, ret) && ip->vihl == 0x45 &&
	       !wf_ipv4_is_fragment(ip) && ret->ip_len >= WF_IPV4_LEN + 4;
}

/* @p: an IPv6 header, of a packet with WF_QUICK_V6_BYTES at least. */
WF_INLINE _Bool wf_quick_v6(const __u8 *p, struct wf_quick *ret)
{
	const struct wf_ipv6 *ip = (const void *)p;
	const wf_any64 *src = (const void *)ip->src, *dst = (const void *)ip->dst;

	ret->key[0] = src[0];
	ret->key[1] = src[1];
	ret->key[2] = dst[0];
	ret->key[3] = dst[1];
	ret->ip_len = WF_IPV6_LEN + wf_ntohs(ip->payload_len);
	ret->tc = wf_ipv6_tc(ip);
	ret->hop_limit = ip->hop_limit;
	/* an address that begins with 64 zeros may be an IPv4-mapped one, which has no place here
	 */
	return wf_quick_l4(p + WF_IPV6_LEN, ip->next_header, ret) && wf_ipv6_is_version(ip) &&
	       src[0] && dst[0] && ret->ip_len >= WF_IPV6_LEN + 4;
}

/* wf_flowcache_slot() of its flow. */
WF_INLINE __u32 wf_quick_slot(const struct wf_quick *q)
{
	return wf_flowcache_hash(q->key[0] ^ q->key[1], q->key[2] ^ q->key[3], q->key[4]);
}

/* 0: it is of this flow. */
WF_INLINE __u64 wf_quick_differs(const struct wf_quick *q, const struct wf_flow *flow)
{
	const wf_any64 *w = (const void *)flow;

	return (q->key[0] ^ w[0]) | (q->key[1] ^ w[1]) | (q->key[2] ^ w[2]) | (q->key[3] ^ w[3]) |
	       (q->key[4] ^ w[4]);
}
