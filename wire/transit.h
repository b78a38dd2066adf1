/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Proof of transit: every waypoint leaves its mark on the packet, the receiver repeats the chain.
 * Type 252 is of those for experiments, and changes en route (RFC 8754 section 8.2).
 *
 *  | type 252 | length 22 | flags 8 | reserved 8 | HMAC Key ID 32 |
 *  | nonce 64: of the sender, random                              |
 *  | mark 64: 0, then each waypoint's                             |
 *
 *   mark' = SipHash-2-4(key of the waypoint; nonce, mark, flow digest)
 *
 * The flow is that of the packet inside without its ports, which not every fragment has; so a mark
 * cannot be taken from one flow for another. Its digest is keyed with the nonce: flows of equal
 * digests cannot be searched for before.
 */
#pragma once

#include "wire/flow.h"
#include "wire/siphash.h"
#include "wire/tlv.h"

#define WF_TRANSIT_LEN	  24
#define WF_TRANSIT_MARKED (1 << 0) /* of flags: waypoints are to mark it */

struct wf_transit_tlv {
	__u8 type; /* WF_TLV_MUTABLE */
	__u8 len;  /* 22 */
	__u8 flags;
	__u8 reserved;
	__be32 key;
	__be64 nonce;
	__be64 mark;
} WF_WIRE;

_Static_assert(sizeof(struct wf_transit_tlv) == WF_TRANSIT_LEN, "transit TLV");

/* As a template has it: not marked. @key: HMAC Key ID. */
WF_INLINE void wf_transit_fill(struct wf_transit_tlv *tlv, __u32 key)
{
	tlv->type = WF_TLV_MUTABLE;
	tlv->len = WF_TRANSIT_LEN - 2;
	tlv->flags = 0;
	tlv->reserved = 0;
	tlv->key = wf_htonl(key);
	tlv->nonce = 0;
	tlv->mark = 0;
}

/* Is the TLV, of WF_TRANSIT_LEN bytes, one that is understood? */
WF_INLINE _Bool wf_transit_is(const struct wf_transit_tlv *tlv)
{
	return tlv->type == WF_TLV_MUTABLE && tlv->len == WF_TRANSIT_LEN - 2;
}

/* What is marked of a flow. @nonce: as of the TLV, a number. */
WF_INLINE __u64 wf_transit_digest(const struct wf_flow *flow, __u64 nonce)
{
	const __u64 k[2] = {nonce, 0x7472616e73697400ull};
	struct wf_siphash s;

	wf_siphash_begin(&s, k);
	wf_siphash_add(&s, wf_load_be64(flow->src));
	wf_siphash_add(&s, wf_load_be64(flow->src + 8));
	wf_siphash_add(&s, wf_load_be64(flow->dst));
	wf_siphash_add(&s, wf_load_be64(flow->dst + 8));
	wf_siphash_add(&s, flow->proto);
	return wf_siphash_end(&s);
}

WF_INLINE __u64 wf_transit_mark(const __u64 k[2], __u64 nonce, __u64 mark, __u64 digest)
{
	struct wf_siphash s;

	wf_siphash_begin(&s, k);
	wf_siphash_add(&s, nonce);
	wf_siphash_add(&s, mark);
	wf_siphash_add(&s, digest);
	return wf_siphash_end(&s);
}
