/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* IPv6 (RFC 8200): the fixed header and what an address says about itself (RFC 4291). */
#pragma once

#include "wire/bytes.h"

#define WF_IPV6_LEN	40
#define WF_IPV6_MIN_MTU 1280

#define WF_PROTO_HOPOPTS  0
#define WF_PROTO_IPV6	  41
#define WF_PROTO_ROUTING  43
#define WF_PROTO_FRAGMENT 44
#define WF_PROTO_AH	  51
#define WF_PROTO_ICMPV6	  58
#define WF_PROTO_NONE	  59
#define WF_PROTO_DSTOPTS  60
#define WF_PROTO_ETHERNET 143

struct wf_ipv6 {
	__be32 vtf;	    /* version 4 | traffic class 8 | flow label 20 */
	__be16 payload_len; /* all that follows this header */
	__u8 next_header;
	__u8 hop_limit;
	__u8 src[16];
	__u8 dst[16];
} WF_WIRE;

_Static_assert(sizeof(struct wf_ipv6) == WF_IPV6_LEN, "IPv6 header");

/* The first word. @label: 20 bits, host order. */
WF_INLINE __be32 wf_ipv6_vtf(__u8 tc, __u32 label)
{
	return wf_htonl(6u << 28 | (__u32)tc << 20 | label);
}

WF_INLINE _Bool wf_ipv6_is_version(const struct wf_ipv6 *ip)
{
	return (ip->vtf & WF_BE32(0xf0000000)) == WF_BE32(0x60000000);
}

WF_INLINE __u8 wf_ipv6_tc(const struct wf_ipv6 *ip)
{
	return (__u8)(wf_ntohl(ip->vtf) >> 20);
}

/* The traffic class where the first word has it. */
#define WF_IPV6_TC_MASK WF_BE32(0x0ff00000)

WF_INLINE __be32 wf_ipv6_tc_word(__u8 tc)
{
	return wf_htonl((__u32)tc << 20);
}

WF_INLINE void wf_ipv6_set_tc(struct wf_ipv6 *ip, __u8 tc)
{
	ip->vtf = (ip->vtf & ~WF_IPV6_TC_MASK) | wf_ipv6_tc_word(tc);
}

/* Address predicates. */
WF_INLINE _Bool wf_ipv6_is_multicast(const __u8 a[16])
{
	return a[0] == 0xff;
}

WF_INLINE _Bool wf_ipv6_is_link_local(const __u8 a[16])
{
	return (wf_load_be16(a) & 0xffc0) == 0xfe80;
}

WF_INLINE _Bool wf_ipv6_is_unspecified(const __u8 a[16])
{
	const wf_any64 *w = (const void *)a;

	return (w[0] | w[1]) == 0;
}

WF_INLINE _Bool wf_ipv6_is_v4mapped(const __u8 a[16])
{
	const wf_any64 *w = (const void *)a;

	return w[0] == 0 && ((const wf_any32 *)w)[2] == WF_BE32(0xffff);
}
