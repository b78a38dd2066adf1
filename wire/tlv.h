/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * TLVs behind an SRH's segment list (RFC 8754 section 2.1).
 *
 *  | type 8 | length 8 | value ... |     Pad1 (type 0) is a single byte
 *
 * The top bit of a type says that its value changes en route.
 */
#pragma once

#include "wire/bytes.h"

#define WF_TLV_PAD1    0
#define WF_TLV_PADN    4
#define WF_TLV_HMAC    5
#define WF_TLV_OPAQUE  124 /* experimental: Weft's metadata */
#define WF_TLV_MUTABLE 252 /* experimental, changes en route */

#define WF_TLV_OFF_MAX 0x7fff
#define WF_TLV_MAX     16 /* a header with more TLVs, padding included, is refused */

enum wf_tlv_step {
	WF_TLV_FOUND,
	WF_TLV_END,
	WF_TLV_OVERRUN, /* a TLV reaches beyond the header or the packet */
};

struct wf_tlv {
	__u32 off; /* of the type byte */
	__u32 len; /* type, length and value */
	__u8 type;
};

/* Reads the TLV at @off; the next one is at ret->off + ret->len. @limit: where the header ends. */
WF_INLINE enum wf_tlv_step wf_tlv_read(const void *data, const void *end, __u32 off, __u32 limit,
				       struct wf_tlv *ret)
{
	const __u8 *type, *len;
	__u32 has_len;

	if (off >= limit)
		return WF_TLV_END;
	if (off > WF_TLV_OFF_MAX)
		return WF_TLV_OVERRUN;
	/* a last byte is Pad1 or wrong: no length is read behind it */
	type = (const __u8 *)data + off;
	len = type + wf_bit_less(off + 1, limit);
	if (type + 1 > (const __u8 *)end || len + 1 > (const __u8 *)end)
		return WF_TLV_OVERRUN;
	has_len = 1 - wf_bit_equal8(*type, WF_TLV_PAD1);
	ret->off = off;
	ret->type = *type;
	ret->len = 1 + wf_bit_select(has_len, 1u + *len, 0);
	return off + ret->len <= limit ? WF_TLV_FOUND : WF_TLV_OVERRUN;
}

/* Do TLVs of at most WF_TLV_MAX fill [@off, @limit) exactly? */
WF_INLINE _Bool wf_tlv_is_sane(const void *data, const void *end, __u32 off, __u32 limit)
{
	struct wf_tlv tlv = {.off = off};
	enum wf_tlv_step step = off < limit ? WF_TLV_FOUND : WF_TLV_END;

	for (int i = 0; i < WF_TLV_MAX && step == WF_TLV_FOUND; i++)
		step = wf_tlv_read(data, end, tlv.off + tlv.len, limit, &tlv);
	return step == WF_TLV_END || tlv.off + tlv.len == limit;
}
