/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The everyday packet, TCP or UDP whole behind a plain IP header, read into registers: just enough
 * to find what is remembered of its flow (dp/flowcache.h). Whatever else a packet may be, it is
 * "not quick", and the parser of wire/flow.h reads it.
 */
#pragma once

#include "dp/flowcache.h"
#include "wire/tcp.h"

struct wf_quick {
	__u64 key[5]; /* the words of its struct wf_flow */
	__u32 l4_len; /* bytes behind the IP header, less WF_QUICK_L4 */
	__u8 tc;
	__u8 hop_limit;
	__u8 tcp_flags; /* whatever is there, if it is not TCP */
	__u8 odd;	/* not 0: not everyday */
};

#define WF_QUICK_L4	  4		     /* at least so many: the ports */
#define WF_QUICK_V4_BYTES (WF_IPV4_LEN + 14) /* as far as the TCP flags; a shorter one is slow */
#define WF_QUICK_V6_BYTES (WF_IPV6_LEN + 14)

/* Two words as they follow each other in memory. */
WF_INLINE __u64 wf_quick_pair(__u32 first, __u32 second)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (__u64)second << 32 | first;
#else
	return (__u64)first << 32 | second;
#endif
}

/* What both have behind the IP header. */
WF_INLINE void wf_quick_l4(const __u8 *l4, __u8 proto, struct wf_quick *ret)
{
	ret->key[4] = wf_quick_pair(*(const wf_any32 *)l4, WF_BE32((__u32)proto << 24));
	ret->tcp_flags = l4[WF_TCP_FLAGS_AT];
}

/* @p: an IPv4 header, of a packet with WF_QUICK_V4_BYTES at least. */
WF_INLINE void wf_quick_v4(const __u8 *p, struct wf_quick *ret)
{
	const __u32 mapped = WF_BE32(0xffff);
	const struct wf_ipv4 *ip = (const void *)p;

	ret->key[0] = ret->key[2] = 0;
	ret->key[1] = wf_quick_pair(mapped, ip->src);
	ret->key[3] = wf_quick_pair(mapped, ip->dst);
	ret->l4_len = (__u32)wf_ntohs(ip->total_len) - WF_IPV4_LEN - WF_QUICK_L4;
	ret->tc = ip->tos;
	ret->hop_limit = ip->ttl;
	ret->odd = (__u8)(ip->vihl ^ 0x45) | wf_ipv4_is_fragment(ip);
	wf_quick_l4(p + WF_IPV4_LEN, ip->proto, ret);
}

/*
 * @p: an IPv6 header, of a packet with WF_QUICK_V6_BYTES at least. Its addresses may be IPv4-mapped
 * ones: only together with the version the key names a flow.
 */
WF_INLINE void wf_quick_v6(const __u8 *p, struct wf_quick *ret)
{
	const wf_any64 *w = (const void *)p;

	ret->key[0] = w[1];
	ret->key[1] = w[2];
	ret->key[2] = w[3];
	ret->key[3] = w[4];
	ret->l4_len = (__u32)wf_load_be16(p + 4) - WF_QUICK_L4;
	ret->tc = (__u8)(p[0] << 4) | p[1] >> 4;
	ret->hop_limit = p[7];
	ret->odd = (p[0] ^ 0x60) & 0xf0;
	wf_quick_l4(p + WF_IPV6_LEN, p[6], ret);
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

/* May a packet of its flow be quick? What the key of any other says, no quick packet may. */
WF_INLINE _Bool wf_quick_knows(const struct wf_inner *in)
{
	return (in->flow.proto == WF_PROTO_TCP || in->flow.proto == WF_PROTO_UDP) &&
	       !in->flow.is_fragment;
}
