/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The headers around the inner packet, as far as the data path must know them. */
#pragma once

#include "dp/drops.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/sid.h"
#include "wire/srh.h"

#define WF_OUTER_OFF 14 /* of the outer IPv6 header: behind Ethernet */

/* What surrounds the inner packet. */
struct wf_outer {
	__u8 dst[16];  /* destination address, as far as the walk has come */
	__u64 arrived; /* the SID the packet came to, as its table's key; 0: not looked up */
	__u16 srh_off; /* 0: none */
	__u16 upper_off;
	__u16 source; /* node whose address the source is, in the block of dst; 0: it is no node's
		       */
	__u8 upper;   /* protocol behind the extension headers */
	__u8 tc;
	/* the next four are cleared in one store: */
	__u8 segments_left;
	__u8 last_entry;
	__u8 tlv_words; /* bytes behind the segment list, by 8 */
	__u8 is_moved;	/* dst or segments_left differ from the packet's */

	__u16 function;	 /* of the SID of the function that is to have the packet */
	__u16 is_served; /* a backend has taken the packet: it is one to that now */
} WF_ALIGNED8;

WF_INLINE enum wf_drop wf_srh_drop(enum wf_srh_fault fault)
{
	switch (fault) {
	case WF_SRH_OK:
		return WF_DROP_NONE;
	case WF_SRH_TYPE_OTHER:
		return WF_DROP_ROUTING_TYPE;
	case WF_SRH_LAST_ENTRY:
		return WF_DROP_SRH_LAST_ENTRY;
	case WF_SRH_SEGMENTS_LEFT:
		return WF_DROP_SRH_SEGMENTS_LEFT;
	case WF_SRH_TLV:
		return WF_DROP_SRH_TLV;
	default:
		return WF_DROP_SRH_TRUNCATED;
	}
}

/*
 * The node whose own address @src is (wire/sid.h), if its block is that of @dst; else 0. For every
 * packet: without branches, and in the packet's byte order.
 */
WF_INLINE __u16 wf_outer_source(const __u8 src[16], const __u8 dst[16])
{
	const __u64 low = ((const wf_any64 *)src)[1] ^ WF_BE64(1);
	const __u32 block = *(const wf_any32 *)src ^ *(const wf_any32 *)dst;
	const __u16 function = ((const wf_any16 *)src)[3];

	return low | block | function ? 0 : wf_load_be16(src + 4);
}

/*
 * Reads the headers around the inner packet: IPv6 and at most one SRH, checked but for its TLVs
 * (dp/tlvs.h). The IPv6 header has been found to lie within the packet.
 */
WF_INLINE enum wf_drop wf_outer_parse(const void *data, const void *end, struct wf_outer *ret)
{
	const struct wf_ipv6 *ip = (const void *)((const __u8 *)data + WF_OUTER_OFF);
	const __u32 off = WF_OUTER_OFF + WF_IPV6_LEN;
	const struct wf_srh *srh = (const void *)((const __u8 *)data + off);
	enum wf_srh_fault fault;

	if (!wf_ipv6_is_version(ip))
		return WF_DROP_MALFORMED;
	wf_copy16(ret->dst, ip->dst);
	ret->tc = wf_ipv6_tc(ip);
	ret->upper = ip->next_header;
	ret->upper_off = off;
	ret->source = wf_outer_source(ip->src, ip->dst);
	ret->srh_off = 0;
	*(wf_any32 *)&ret->segments_left = 0;
	ret->arrived = 0;
	ret->is_served = 0;
	if (ret->upper != WF_PROTO_ROUTING)
		return WF_DROP_NONE;
	fault = wf_srh_check_list(data, end, off);
	if (fault != WF_SRH_OK)
		return wf_srh_drop(fault);
	if ((const void *)(srh + 1) > end)
		return WF_DROP_SRH_TRUNCATED;
	ret->upper = srh->next_header;
	ret->segments_left = srh->segments_left;
	ret->last_entry = srh->last_entry;
	ret->tlv_words = (__u8)(srh->hdr_ext_len - 2u * (srh->last_entry + 1u));
	ret->srh_off = off;
	ret->upper_off = (__u16)(off + wf_srh_len(srh));
	return WF_DROP_NONE;
}
