/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ICMPv4 (RFC 792) and ICMPv6 (RFC 4443): the errors a node sends, and the answer to an echo.
 *
 * An error is built in front of the packet it is about. The caller makes the room and cuts the
 * tail:
 *
 *   | IP header | ICMP 8 | quote: the first quote_len bytes of the packet |
 *   ^ region                                                               ^ end of the packet
 *
 * The quote is bounded and a multiple of 4, so that BPF can sum it; it always holds the IP header
 * with a few bytes of the upper layer, which is what a sender needs to find the connection.
 */
#pragma once

#include "wire/bytes.h"
#include "wire/csum.h"
#include "wire/flow.h"
#include "wire/icmp_type.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"

#define WF_ICMP_LEN	  8
#define WF_ICMP_QUOTE_MAX 128
#define WF_ICMP_HOP_LIMIT 64
#define WF_ICMP_V4_TOS	  0xc0 /* internetwork control (RFC 1812 section 4.3.2.5) */

struct wf_icmp {
	__u8 type;
	__u8 code;
	__be16 csum;
	__be32 info;
} WF_WIRE;

_Static_assert(sizeof(struct wf_icmp) == WF_ICMP_LEN, "ICMP header");

/* What to send. Addresses of IPv4 are IPv4-mapped. */
struct wf_icmp_error {
	__u8 src[16];
	__u8 dst[16];
	__u32 info;	 /* the second word of the header: MTU or pointer */
	__u16 quote_len; /* wf_icmp_quote_len() */
	__u8 type;
	__u8 code;
} WF_ALIGNED8;

/* How much to quote of a packet of @ip_len bytes. */
WF_INLINE __u32 wf_icmp_quote_len(__u32 ip_len)
{
	return (ip_len < WF_ICMP_QUOTE_MAX ? ip_len : WF_ICMP_QUOTE_MAX) & ~3u;
}

/* Adds @len bytes at @p; false when they do not end before @end. */
WF_INLINE _Bool wf_icmp_add_quote(const __u8 *p, const void *end, __u32 len, __u64 *sum)
{
	const __u8 *word;
	__u64 s = *sum;

	for (__u32 i = 0; i < WF_ICMP_QUOTE_MAX; i += 4) {
		if (i >= len)
			break;
		word = p + i;
		WF_OPAQUE(word); /* or clang compares differences of pointers, which BPF cannot */
		if (word + 4 > (const __u8 *)end)
			return 0;
		s += *(const wf_any32 *)word;
	}
	*sum = s;
	return 1;
}

/* ICMP header at @icmp and its checksum, @sum holding the pseudo header; false: no room. */
WF_INLINE _Bool wf_icmp_fill(struct wf_icmp *icmp, const void *end, const struct wf_icmp_error *e,
			     __u64 sum)
{
	if ((const void *)(icmp + 1) > end)
		return 0;
	icmp->type = e->type;
	icmp->code = e->code;
	icmp->csum = 0;
	icmp->info = wf_htonl(e->info);
	sum = wf_csum_add_bytes(sum, icmp, WF_ICMP_LEN);
	if (!wf_icmp_add_quote((const __u8 *)(icmp + 1), end, e->quote_len, &sum))
		return 0;
	icmp->csum = wf_csum_finish(sum);
	return 1;
}

/* Fills IPv4 and ICMPv4 headers at @region; the quote is there already. False: no room, undefined
 * bytes. */
WF_INLINE _Bool wf_icmp_v4_error(void *region, const void *end, const struct wf_icmp_error *e)
{
	struct wf_ipv4 *ip = region;

	if ((const void *)(ip + 1) > end)
		return 0;
	ip->vihl = 0x45;
	ip->tos = WF_ICMP_V4_TOS;
	ip->total_len = wf_htons((__u16)(WF_IPV4_LEN + WF_ICMP_LEN + e->quote_len));
	ip->id = 0;
	ip->frag = WF_BE16(WF_IPV4_DF);
	ip->ttl = WF_ICMP_HOP_LIMIT;
	ip->proto = WF_PROTO_ICMP;
	ip->src = *(const wf_any32 *)(e->src + 12);
	ip->dst = *(const wf_any32 *)(e->dst + 12);
	ip->csum = wf_ipv4_csum(ip);
	return wf_icmp_fill((struct wf_icmp *)(ip + 1), end, e, 0);
}

/* The same for IPv6 and ICMPv6. */
WF_INLINE _Bool wf_icmp_v6_error(void *region, const void *end, const struct wf_icmp_error *e)
{
	__u16 len = (__u16)(WF_ICMP_LEN + e->quote_len);
	struct wf_ipv6 *ip = region;

	if ((const void *)(ip + 1) > end)
		return 0;
	ip->vtf = wf_ipv6_vtf(0, 0);
	ip->payload_len = wf_htons(len);
	ip->next_header = WF_PROTO_ICMPV6;
	ip->hop_limit = WF_ICMP_HOP_LIMIT;
	wf_copy16(ip->src, e->src);
	wf_copy16(ip->dst, e->dst);
	return wf_icmp_fill((struct wf_icmp *)(ip + 1), end, e,
			    wf_csum_pseudo_v6(e->src, e->dst, WF_PROTO_ICMPV6, len));
}

/* Is the ICMP message in @inner, if it is one, an error or a redirect? Unreadable counts as one. */
WF_INLINE _Bool wf_icmp_is_error(const void *data, const void *end, const struct wf_inner *inner)
{
	_Bool is_v4 = inner->flags & WF_INNER_V4;
	const __u8 *type = (const __u8 *)data + (inner->l4_off & 0x7fff);

	if (inner->upper != (is_v4 ? WF_PROTO_ICMP : WF_PROTO_ICMPV6))
		return 0;
	if (type + 1 > (const __u8 *)end)
		return 1;
	return wf_icmp_type_is_error(inner->upper, *type) || (!is_v4 && *type == WF_ICMP6_REDIRECT);
}

/* Does @a, in the 16-byte form, name a single host? */
WF_INLINE _Bool wf_icmp_is_host(const __u8 a[16])
{
	__be32 v4 = *(const wf_any32 *)(a + 12);

	if (!wf_ipv6_is_v4mapped(a))
		return !wf_ipv6_is_multicast(a) && !wf_ipv6_is_unspecified(a);
	return v4 != 0 && (v4 & WF_BE32(0xff000000)) != WF_BE32(0x7f000000) &&
	       !wf_ipv4_is_multicast(v4) && !wf_ipv4_is_broadcast(v4);
}

/* May an error about this packet be sent at all (RFC 1122 section 3.2.2, RFC 4443 section 2.4 (e))?
 */
WF_INLINE _Bool wf_icmp_may_answer(const void *data, const void *end, const struct wf_inner *inner)
{
	return !(inner->flags & WF_INNER_LATER_FRAGMENT) && wf_icmp_is_host(inner->flow.src) &&
	       wf_icmp_is_host(inner->flow.dst) && !wf_icmp_is_error(data, end, inner);
}

/* An unfragmented echo request whose ICMP header can be read. */
WF_INLINE _Bool wf_icmp_is_echo(const void *data, const void *end, const struct wf_inner *inner)
{
	_Bool is_v4 = inner->flags & WF_INNER_V4;
	const struct wf_icmp *icmp = (const void *)((const __u8 *)data + (inner->l4_off & 0x7fff));

	if (inner->flags & WF_INNER_FRAGMENT || (const void *)(icmp + 1) > end ||
	    inner->l4_off - inner->l3_off + (__u32)WF_ICMP_LEN > inner->ip_len || icmp->code != 0)
		return 0;
	return is_v4 ? inner->upper == WF_PROTO_ICMP && icmp->type == WF_ICMP4_ECHO
		     : inner->upper == WF_PROTO_ICMPV6 && icmp->type == WF_ICMP6_ECHO;
}

/* Turn an echo request into its reply. Swapped addresses leave every sum as it is. */
WF_INLINE void wf_icmp_v4_echo_reply(struct wf_ipv4 *ip, struct wf_icmp *icmp)
{
	__be16 old = wf_htons((__u16)(ip->ttl << 8));
	__be32 src = ip->src;

	ip->src = ip->dst;
	ip->dst = src;
	ip->ttl = WF_ICMP_HOP_LIMIT;
	ip->csum = wf_csum_update16(ip->csum, old, WF_BE16(WF_ICMP_HOP_LIMIT << 8));
	icmp->type = WF_ICMP4_ECHO_REPLY;
	icmp->csum = wf_csum_update16(icmp->csum, WF_BE16(WF_ICMP4_ECHO << 8),
				      WF_BE16(WF_ICMP4_ECHO_REPLY << 8));
}

WF_INLINE void wf_icmp_v6_echo_reply(struct wf_ipv6 *ip, struct wf_icmp *icmp)
{
	__u8 src[16] WF_ALIGNED8;

	wf_copy16(src, ip->src);
	wf_copy16(ip->src, ip->dst);
	wf_copy16(ip->dst, src);
	ip->hop_limit = WF_ICMP_HOP_LIMIT;
	icmp->type = WF_ICMP6_ECHO_REPLY;
	icmp->csum = wf_csum_update16(icmp->csum, WF_BE16(WF_ICMP6_ECHO << 8),
				      WF_BE16(WF_ICMP6_ECHO_REPLY << 8));
}
