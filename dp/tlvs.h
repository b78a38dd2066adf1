/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The TLVs of an SRH that a node acts on: one walk over all of them finds these and checks the
 * rest.
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/segment.h"
#include "wire/hmac.h"
#include "wire/opaque.h"
#include "wire/transit.h"

/* Offsets from the start of the packet; 0: none. Of more than one, the first. */
struct wf_tlvs {
	__u16 hmac; /* of whatever length: see hmac_len */
	__u16 hmac_len;
	__u16 opaque;
	__u16 transit;
};

/* A walk in progress. */
struct wf_tlvs_walk {
	const void *data;
	const void *end;
	__u32 off;
	__u32 limit;
	struct wf_tlvs found;
	_Bool is_sane; /* it came to the end of the header, exactly */
};

WF_INLINE void wf_tlvs_note(struct wf_tlvs *found, const struct wf_tlv *tlv)
{
	if (tlv->type == WF_TLV_HMAC && !found->hmac) {
		found->hmac = (__u16)tlv->off;
		found->hmac_len = (__u16)tlv->len;
	}
	if (tlv->type == WF_TLV_OPAQUE && tlv->len == WF_OPAQUE_LEN && !found->opaque)
		found->opaque = (__u16)tlv->off;
	if (tlv->type == WF_TLV_MUTABLE && tlv->len == WF_TRANSIT_LEN && !found->transit)
		found->transit = (__u16)tlv->off;
}

static long wf_tlvs_step(__u32 i, void *arg)
{
	struct wf_tlvs_walk *k = arg;
	enum wf_tlv_step step;
	struct wf_tlv tlv;

	(void)i;
	step = wf_tlv_read(k->data, k->end, k->off, k->limit, &tlv);
	if (step != WF_TLV_FOUND) {
		k->is_sane = step == WF_TLV_END;
		return 1;
	}
	wf_tlvs_note(&k->found, &tlv);
	k->off = tlv.off + tlv.len;
	return 0;
}

/* False: they do not fill the rest of the header, or are more than WF_TLV_MAX. */
WF_INLINE _Bool wf_tlvs_find(const void *data, const void *end, const struct wf_outer *o,
			     struct wf_tlvs *ret)
{
	struct wf_tlvs_walk walk = {
		.data = data,
		.end = end,
		.off = o->upper_off - 8u * o->tlv_words,
		.limit = o->upper_off,
	};

	if (o->tlv_words)
		wf_world_repeat(WF_TLV_MAX + 1, wf_tlvs_step, &walk);
	*ret = walk.found;
	return !o->tlv_words || walk.is_sane;
}
