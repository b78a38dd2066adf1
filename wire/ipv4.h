/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* IPv4 (RFC 791). Fields that are also in the checksum change through functions that keep it right.
 */
#pragma once

#include "wire/bytes.h"
#include "wire/csum.h"

#define WF_IPV4_LEN    20 /* without options */
#define WF_IPV4_MF     0x2000
#define WF_IPV4_DF     0x4000
#define WF_IPV4_OFFSET 0x1fff

#define WF_PROTO_ICMP 1
#define WF_PROTO_IPV4 4
#define WF_PROTO_TCP  6
#define WF_PROTO_UDP  17
#define WF_PROTO_DCCP 33
#define WF_PROTO_SCTP 132

struct wf_ipv4 {
	__u8 vihl;
	__u8 tos;
	__be16 total_len; /* header and payload */
	__be16 id;
	__be16 frag; /* WF_IPV4_DF, WF_IPV4_MF, offset in units of 8 bytes */
	__u8 ttl;
	__u8 proto;
	__be16 csum;
	__be32 src;
	__be32 dst;
} WF_WIRE;

_Static_assert(sizeof(struct wf_ipv4) == WF_IPV4_LEN, "IPv4 header");

/* Header length in bytes, 0..60, as the header says. */
WF_INLINE __u32 wf_ipv4_header_len(const struct wf_ipv4 *ip)
{
	return (ip->vihl & 0xf) * 4u;
}

WF_INLINE _Bool wf_ipv4_is_fragment(const struct wf_ipv4 *ip)
{
	return ip->frag & WF_BE16(WF_IPV4_MF | WF_IPV4_OFFSET);
}

WF_INLINE _Bool wf_ipv4_is_later_fragment(const struct wf_ipv4 *ip)
{
	return ip->frag & WF_BE16(WF_IPV4_OFFSET);
}

/* One that begins within a TCP header, where its flags are (RFC 3128). */
WF_INLINE _Bool wf_ipv4_is_tiny_fragment(const struct wf_ipv4 *ip)
{
	return (ip->frag & WF_BE16(WF_IPV4_OFFSET)) == WF_BE16(1);
}

/* Checksum of a header without options whose csum field may hold anything. */
WF_INLINE __be16 wf_ipv4_csum(const struct wf_ipv4 *ip)
{
	__u64 sum = wf_csum_add_bytes(0, ip, 10);

	return wf_csum_finish(wf_csum_add_bytes(sum, (const __u8 *)ip + 12, 8));
}

/* One hop: TTL less 1. The caller has seen to it that TTL > 1. */
WF_INLINE void wf_ipv4_hop_down(struct wf_ipv4 *ip)
{
	ip->ttl--;
	/* ~m + m' is the same for every TTL */
	ip->csum = wf_csum_finish((__u64)(__u16)~ip->csum + WF_BE16(0xfeff));
}

WF_INLINE void wf_ipv4_set_tos(struct wf_ipv4 *ip, __u8 tos)
{
	ip->csum = wf_csum_update16(ip->csum, WF_BE16(ip->tos), WF_BE16(tos));
	ip->tos = tos;
}

/* Address predicates, on network order. */
WF_INLINE _Bool wf_ipv4_is_multicast(__be32 a)
{
	return (a & WF_BE32(0xf0000000)) == WF_BE32(0xe0000000);
}

WF_INLINE _Bool wf_ipv4_is_broadcast(__be32 a)
{
	return a == WF_BE32(0xffffffff);
}
