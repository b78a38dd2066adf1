/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The segment routing header (RFC 8754 section 2) and what a node checks before it uses one.
 *
 *  | next hdr | ext len | type 4 | segments left | last entry | flags | tag 16 |
 *  | Segment List[0], the last of the path | ... | Segment List[Last Entry] | TLVs |
 *
 * Reduced headers leave out the first segment, which is in the destination address already; then
 * Segments Left starts at Last Entry + 1. So do Linux encap.red and Weft; Linux encap and VPP send
 * full headers. All of them pass.
 */
#pragma once

#include "wire/bytes.h"
#include "wire/tlv.h"

#define WF_SRH_TYPE 4
#define WF_SRH_LEN  8 /* without segments */

struct wf_srh {
	__u8 next_header;
	__u8 hdr_ext_len; /* in units of 8 bytes, the first 8 not counted */
	__u8 routing_type;
	__u8 segments_left;
	__u8 last_entry;
	__u8 flags;
	__be16 tag;
} WF_WIRE;

_Static_assert(sizeof(struct wf_srh) == WF_SRH_LEN, "SRH");

enum wf_srh_fault {
	WF_SRH_OK,
	WF_SRH_TRUNCATED,     /* does not end within the packet */
	WF_SRH_TYPE_OTHER,    /* a routing header, not an SRH */
	WF_SRH_LAST_ENTRY,    /* Last Entry points behind the header */
	WF_SRH_SEGMENTS_LEFT, /* Segments Left > Last Entry + 1 */
	WF_SRH_TLV,	      /* TLVs do not fill the rest of the header */
	WF_SRH_FAULT_COUNT,
};

/* Header and segments, TLVs included, bytes. */
WF_INLINE __u32 wf_srh_len(const struct wf_srh *srh)
{
	return WF_SRH_LEN + srh->hdr_ext_len * 8u;
}

/* Offset of Segment List[@i] of the header at @off. */
WF_INLINE __u32 wf_srh_segment_off(__u32 off, __u32 i)
{
	return off + WF_SRH_LEN + i * 16;
}

WF_INLINE __u32 wf_srh_tlv_off(const struct wf_srh *srh, __u32 off)
{
	return wf_srh_segment_off(off, srh->last_entry + 1u);
}

/* RFC 8754 section 4.3.1.1: the fixed part and the segment list of the header at @off (<= 0x3fff).
 */
WF_INLINE enum wf_srh_fault wf_srh_check_list(const void *data, const void *end, __u32 off)
{
	const struct wf_srh *srh;
	__u32 last_entry;

	if (off > 0x3fff)
		return WF_SRH_TRUNCATED;
	srh = (const void *)((const __u8 *)data + off);
	if ((const void *)(srh + 1) > end)
		return WF_SRH_TRUNCATED;
	if (srh->routing_type != WF_SRH_TYPE)
		return WF_SRH_TYPE_OTHER;
	last_entry = srh->last_entry;
	if (last_entry + 1 > srh->hdr_ext_len / 2u)
		return WF_SRH_LAST_ENTRY;
	if (srh->segments_left > last_entry + 1)
		return WF_SRH_SEGMENTS_LEFT;
	if ((const __u8 *)srh + wf_srh_len(srh) > (const __u8 *)end)
		return WF_SRH_TRUNCATED;
	return WF_SRH_OK;
}

/* All of the header at @off: wf_srh_check_list(), then its TLVs. */
WF_INLINE enum wf_srh_fault wf_srh_check(const void *data, const void *end, __u32 off)
{
	enum wf_srh_fault fault = wf_srh_check_list(data, end, off);
	const struct wf_srh *srh = (const void *)((const __u8 *)data + (off & 0x3fff));

	if (fault != WF_SRH_OK)
		return fault;
	if ((const void *)(srh + 1) > end)
		return WF_SRH_TRUNCATED;
	if (!wf_tlv_is_sane(data, end, wf_srh_tlv_off(srh, off), off + wf_srh_len(srh)))
		return WF_SRH_TLV;
	return WF_SRH_OK;
}

/* Segment List[@i] (0..255) of the header at @off, or NULL when it does not lie within the packet.
 */
WF_INLINE const __u8 *wf_srh_segment(const void *data, const void *end, __u32 off, __u32 i)
{
	__u32 at = wf_srh_segment_off(off, i);
	const __u8 *segment;

	if (at > 0x7fff)
		return (const __u8 *)0;
	segment = (const __u8 *)data + at;
	return segment + 16 <= (const __u8 *)end ? segment : (const __u8 *)0;
}
