/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The everyday packet, TCP or UDP whole behind a plain IP header, read where it lies, word by word:
 * just enough to find, and to compare with, what is remembered of its flow (dp/flowcache.h).
 * Whatever else a packet may be, it is "not quick", and the parser of wire/flow.h reads it.
 */
#pragma once

#include "dp/flowcache.h"
#include "wire/tcp.h"

struct wf_quick {
	__u32 l4_len; /* bytes behind the IP header, less WF_QUICK_L4 */
	__u32 odd;    /* not 0: not everyday */
	__be32 tc;    /* traffic class, where the first word of an IPv6 header has it */
	__u8 hop_limit;
	__u8 tcp_flags; /* whatever is there, if it is not TCP */
};

#define WF_QUICK_L4	  4		     /* at least so many: the ports */
#define WF_QUICK_V4_BYTES (WF_IPV4_LEN + 14) /* as far as the TCP flags; a shorter one is slow */
#define WF_QUICK_V6_BYTES (WF_IPV6_LEN + 14)
#define WF_QUICK_WORDS	  (sizeof(struct wf_flow) / 8)

/*
 * Word @i of its struct wf_flow. IPv6 addresses may be IPv4-mapped ones: only together with the
 * version the words name a flow. @p, here and below: an IP header with WF_QUICK_V4_BYTES or
 * WF_QUICK_V6_BYTES at least, of the version that @is_v4 says.
 */
WF_INLINE __u64 wf_quick_word(const __u8 *p, _Bool is_v4, __u32 i)
{
	const wf_any64 *w = (const void *)(p + 8);
	const struct wf_ipv4 *ip = (const void *)p;
	const __u8 *l4 = p + (is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN);
	const __u32 proto = is_v4 ? ip->proto : p[6];

	if (i == WF_QUICK_WORDS - 1)
		return wf_pair(*(const wf_any32 *)l4, WF_BE32(proto << 24));
	if (!is_v4)
		return w[i];
	return i % 2 ? wf_pair(WF_BE32(0xffff), i == 1 ? ip->src : ip->dst) : 0;
}

WF_INLINE void wf_quick_read_v4(const __u8 *p, struct wf_quick *ret)
{
	const struct wf_ipv4 *ip = (const void *)p;

	ret->odd = (__u32)(ip->vihl ^ 0x45) | wf_ipv4_is_fragment(ip);
	ret->tc = wf_ipv6_tc_word(ip->tos);
	ret->tcp_flags = p[WF_IPV4_LEN + WF_TCP_FLAGS_AT];
	ret->hop_limit = ip->ttl;
	ret->l4_len = (__u32)wf_ntohs(ip->total_len) - WF_IPV4_LEN - WF_QUICK_L4;
}

WF_INLINE void wf_quick_read_v6(const __u8 *p, struct wf_quick *ret)
{
	const __be32 vtf = *(const wf_any32 *)p;

	ret->odd = (vtf ^ WF_BE32(0x60000000)) & WF_BE32(0xf0000000);
	ret->tc = vtf & WF_IPV6_TC_MASK;
	ret->tcp_flags = p[WF_IPV6_LEN + WF_TCP_FLAGS_AT];
	ret->hop_limit = p[7];
	ret->l4_len = (__u32)wf_load_be16(p + 4) - WF_QUICK_L4;
}

/* All but its flow. */
WF_INLINE void wf_quick_read(const __u8 *p, _Bool is_v4, struct wf_quick *ret)
{
	if (is_v4)
		wf_quick_read_v4(p, ret);
	else
		wf_quick_read_v6(p, ret);
}

/* wf_flowcache_slot() of its flow. */
WF_INLINE __u32 wf_quick_slot(const __u8 *p, _Bool is_v4)
{
	return wf_flowcache_hash(wf_quick_word(p, is_v4, 0) ^ wf_quick_word(p, is_v4, 1),
				 wf_quick_word(p, is_v4, 2) ^ wf_quick_word(p, is_v4, 3),
				 wf_quick_word(p, is_v4, 4));
}

/* 0: it is of this flow. */
WF_INLINE __u64 wf_quick_differs(const __u8 *p, _Bool is_v4, const struct wf_flow *flow)
{
	const wf_any64 *w = (const void *)flow;
	__u64 differs = 0;

	for (__u32 i = 0; i < WF_QUICK_WORDS; i++)
		differs = wf_differs_or(differs, wf_quick_word(p, is_v4, i) ^ w[i]);
	return differs;
}

/* May a packet of its flow be quick? What the key of any other says, no quick packet may. */
WF_INLINE _Bool wf_quick_knows(const struct wf_inner *in)
{
	return (in->flow.proto == WF_PROTO_TCP || in->flow.proto == WF_PROTO_UDP) &&
	       !in->flow.is_fragment;
}
