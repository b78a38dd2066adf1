/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Neighbor discovery (RFC 4861): a solicitation is checked as section 7.1.1 asks, then turned into
 * the advertisement where it lies.
 *
 *   | IPv6 40 | type 135 | code | checksum | reserved 32 | target 16 | options, 8 bytes each or
 * more |
 */
#pragma once

#include "wire/bytes.h"
#include "wire/csum.h"
#include "wire/eth.h"
#include "wire/ipv6.h"

#define WF_ND_LEN     24
#define WF_ND_LEN_MAX 88 /* with options; longer ones are refused */
#define WF_ND_ADV_LEN                                                              \
	(WF_IPV6_LEN + WF_ND_LEN + 8) /* the advertisement from its IPv6 header on \
				       */

#define WF_ND_SOLICIT	135
#define WF_ND_ADVERTISE 136

#define WF_ND_ROUTER	0x80000000u
#define WF_ND_SOLICITED 0x40000000u
#define WF_ND_OVERRIDE	0x20000000u

#define WF_ND_OPT_SOURCE_MAC 1
#define WF_ND_OPT_TARGET_MAC 2

struct wf_nd {
	__u8 type;
	__u8 code;
	__be16 csum;
	__be32 flags;
	__u8 target[16];
} WF_WIRE;

_Static_assert(sizeof(struct wf_nd) == WF_ND_LEN, "neighbor solicitation");

enum wf_nd_fault {
	WF_ND_OK,
	WF_ND_TRUNCATED,
	WF_ND_NOT_SOLICIT,
	WF_ND_HOP_LIMIT, /* not 255: may come from another link */
	WF_ND_CODE,
	WF_ND_LENGTH,
	WF_ND_TARGET, /* multicast */
	WF_ND_CSUM,
	WF_ND_OPTION, /* of length 0, or beyond the message */
	WF_ND_DAD,    /* source :: with a wrong destination or a source link-layer option */
	WF_ND_FAULT_COUNT,
};

struct wf_nd_solicit {
	__u8 target[16];
	_Bool is_dad; /* source is ::, i.e. duplicate address detection */
	_Bool has_mac;
	__u8 mac[6]; /* source link-layer address option */
} WF_ALIGNED8;

/* ff02::1:ffxx:xxxx */
WF_INLINE _Bool wf_nd_is_solicited_node(const __u8 a[16])
{
	return wf_load_be64(a) == 0xff02000000000000 && wf_load_be32(a + 8) == 1 && a[12] == 0xff;
}

/* The sum over @len bytes of ICMPv6 at @p, a multiple of 8; false when they go beyond @end. */
WF_INLINE _Bool wf_nd_add_message(const __u8 *p, const void *end, __u32 len, __u64 *sum)
{
	const __u8 *unit;
	__u64 s = *sum;

	for (__u32 i = 0; i < WF_ND_LEN_MAX; i += 8) {
		if (i >= len)
			break;
		unit = p + i;
		WF_OPAQUE(unit); /* or clang compares differences of pointers, which BPF cannot */
		if (unit + 8 > (const __u8 *)end)
			return 0;
		s = wf_csum_add_bytes(s, unit, 8);
	}
	*sum = s;
	return 1;
}

/* Options of @len bytes at @p. */
WF_INLINE enum wf_nd_fault wf_nd_parse_options(const __u8 *p, const void *end, __u32 len,
					       struct wf_nd_solicit *ret)
{
	__u32 at = 0;

	for (int i = 0; i < (WF_ND_LEN_MAX - WF_ND_LEN) / 8 && at < len; i++) {
		const __u8 *opt = p + (at & 0x7f);

		if (opt + 8 > (const __u8 *)end)
			return WF_ND_TRUNCATED;
		if (opt[1] == 0 || at + opt[1] * 8u > len)
			return WF_ND_OPTION;
		if (opt[0] == WF_ND_OPT_SOURCE_MAC) {
			ret->has_mac = 1;
			wf_copy6(ret->mac, opt + 2);
		}
		at += opt[1] * 8u;
	}
	return WF_ND_OK;
}

/* The fields that do not need the message as a whole. */
WF_INLINE enum wf_nd_fault wf_nd_check_fields(const struct wf_ipv6 *ip, const struct wf_nd *nd)
{
	__u32 len = wf_ntohs(ip->payload_len);

	if (ip->next_header != WF_PROTO_ICMPV6 || nd->type != WF_ND_SOLICIT)
		return WF_ND_NOT_SOLICIT;
	if (ip->hop_limit != 255)
		return WF_ND_HOP_LIMIT;
	if (nd->code != 0)
		return WF_ND_CODE;
	if (len < WF_ND_LEN || len > WF_ND_LEN_MAX || len % 8)
		return WF_ND_LENGTH;
	return wf_ipv6_is_multicast(nd->target) ? WF_ND_TARGET : WF_ND_OK;
}

/* The solicitation whose IPv6 header is at @off, without extension headers. */
WF_INLINE enum wf_nd_fault wf_nd_parse(const void *data, const void *end, __u32 off,
				       struct wf_nd_solicit *ret)
{
	const struct wf_ipv6 *ip = (const void *)((const __u8 *)data + off);
	const struct wf_nd *nd = (const void *)(ip + 1);
	enum wf_nd_fault fault;
	__u64 sum;
	__u32 len;

	if ((const void *)(nd + 1) > end)
		return WF_ND_TRUNCATED;
	fault = wf_nd_check_fields(ip, nd);
	if (fault != WF_ND_OK)
		return fault;
	len = wf_ntohs(ip->payload_len);
	wf_copy16(ret->target, nd->target);
	ret->is_dad = wf_ipv6_is_unspecified(ip->src);
	ret->has_mac = 0;
	fault = wf_nd_parse_options((const __u8 *)(nd + 1), end, len - WF_ND_LEN, ret);
	if (fault != WF_ND_OK)
		return fault;
	if (ret->is_dad && (ret->has_mac || !wf_nd_is_solicited_node(ip->dst)))
		return WF_ND_DAD;
	sum = wf_csum_pseudo_v6(ip->src, ip->dst, WF_PROTO_ICMPV6, len);
	if (!wf_nd_add_message((const __u8 *)nd, end, len, &sum))
		return WF_ND_TRUNCATED;
	return wf_csum_fold(sum) == 0xffff ? WF_ND_OK : WF_ND_CSUM;
}

/*
 * Turns the parsed solicitation at @off, right behind its Ethernet header, into the answer "@mac
 * has it". The packet must have been made WF_ND_ADV_LEN bytes long from @off on; false otherwise.
 */
WF_INLINE _Bool wf_nd_advertise(void *data, const void *end, __u32 off, const __u8 mac[6],
				_Bool is_router)
{
	struct wf_ipv6 *ip = (void *)((__u8 *)data + off);
	struct wf_eth *eth = (void *)((__u8 *)ip - sizeof(*eth));
	struct wf_nd *nd = (void *)(ip + 1);
	__u32 flags = WF_ND_OVERRIDE | (is_router ? WF_ND_ROUTER : 0);
	__u8 *opt = (__u8 *)(nd + 1);
	__u64 sum;

	if (off < sizeof(*eth) || opt + 8 > (const __u8 *)end)
		return 0;
	if (wf_ipv6_is_unspecified(ip->src)) { /* to all nodes */
		wf_store_be64(ip->dst, 0xff02000000000000);
		wf_store_be64(ip->dst + 8, 1);
		wf_store_be16(eth->dst, 0x3333);
		wf_store_be32(eth->dst + 2, 1);
	} else {
		flags |= WF_ND_SOLICITED;
		wf_copy16(ip->dst, ip->src);
		wf_copy6(eth->dst, eth->src);
	}
	wf_copy6(eth->src, mac);
	wf_copy16(ip->src, nd->target);
	ip->payload_len = WF_BE16(WF_ND_LEN + 8);
	nd->type = WF_ND_ADVERTISE;
	nd->code = 0;
	nd->csum = 0;
	nd->flags = wf_htonl(flags);
	opt[0] = WF_ND_OPT_TARGET_MAC;
	opt[1] = 1;
	wf_copy6(opt + 2, mac);
	sum = wf_csum_pseudo_v6(ip->src, ip->dst, WF_PROTO_ICMPV6, WF_ND_LEN + 8);
	nd->csum = wf_csum_finish(wf_csum_add_bytes(sum, nd, WF_ND_LEN + 8));
	return 1;
}
