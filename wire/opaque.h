/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tenant, sender's identity and policy, carried in a TLV instead of the final SID's argument, which
 * is 0 then. Type 124 is of those for experiments (RFC 8754 section 8.2).
 *
 *  | type 124 | length 14 | version 16 | reserved 32 |
 *  | argument 64, as of a SID (wire/sid.h)           |
 *
 * The standard HMAC does not cover TLVs: what is in this one is not proven.
 */
#pragma once

#include "wire/tlv.h"

#define WF_OPAQUE_LEN	  16
#define WF_OPAQUE_VERSION 1

struct wf_opaque_tlv {
	__u8 type; /* WF_TLV_OPAQUE */
	__u8 len;  /* 14 */
	__be16 version;
	__be32 reserved; /* sent as 0, not looked at */
	__be64 arg;
} WF_WIRE;

_Static_assert(sizeof(struct wf_opaque_tlv) == WF_OPAQUE_LEN, "opaque TLV");

WF_INLINE void wf_opaque_fill(struct wf_opaque_tlv *tlv, __u64 arg)
{
	tlv->type = WF_TLV_OPAQUE;
	tlv->len = WF_OPAQUE_LEN - 2;
	tlv->version = WF_BE16(WF_OPAQUE_VERSION);
	tlv->reserved = 0;
	wf_store_be64(&tlv->arg, arg);
}

/* Is the TLV, of WF_OPAQUE_LEN bytes, one that is understood? */
WF_INLINE _Bool wf_opaque_is(const struct wf_opaque_tlv *tlv)
{
	return tlv->type == WF_TLV_OPAQUE && tlv->len == WF_OPAQUE_LEN - 2 &&
	       tlv->version == WF_BE16(WF_OPAQUE_VERSION);
}
