/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads the proof that the headers around a packet are.
 *
 * The signature of RFC 8754 2.1.2.1 covers source address, key and segment list; with the final
 * SID's argument also tenant, sender and policy. The destination address is not signed: it must be
 * where the list says that the packet is.
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/proof.h"
#include "dp/tlvs.h"

/* Of a packet without TLVs that has come to the End.DT46 in o->dst. */
WF_INLINE void wf_proof_plain(const struct wf_outer *o, struct wf_proof *ret)
{
	*ret = (struct wf_proof){.arg = wf_sid_arg(o->dst), .source = o->source};
}

/* End.DT46, or End.DX of an endpoint: those that paths end at. */
WF_INLINE _Bool wf_proof_is_final(__u16 function)
{
	return function == WF_FN_DT46 || (function & WF_FN_ENDPOINT) == WF_FN_ENDPOINT;
}

/* The final SID's argument, or 0: o->dst is elsewhere, and may be any SID. It ends at a tenant's
 * End.DT46, or at an endpoint. */
WF_INLINE __u64 wf_proof_final_arg(const void *data, const void *end, const struct wf_outer *o)
{
	const __u8 *final = o->dst;

	if (o->srh_off)
		final = wf_srh_segment(data, end, o->srh_off, 0);
	return final && wf_proof_is_final((__u16)wf_sid_head(final)) ? wf_sid_arg(final) : 0;
}

/*
 * The argument, where the transit TLV is, whence. If the argument is in the opaque TLV, that of
 * o->dst of a packet that is to be decapsulated becomes it.
 */
WF_INLINE void wf_proof_begin(const void *data, const void *end, struct wf_outer *o,
			      const struct wf_tlvs *tlvs, _Bool is_final, struct wf_proof *ret)
{
	const struct wf_opaque_tlv *opaque;

	wf_proof_plain(o, ret);
	if (!is_final || o->segments_left)
		ret->arg = wf_proof_final_arg(data, end, o);
	ret->transit_off = tlvs->transit;
	ret->has = tlvs->transit ? WF_NEED_TRANSIT : 0;
	if (ret->arg || !tlvs->opaque)
		return;
	opaque = (const void *)((const __u8 *)data + (tlvs->opaque & 0xfff));
	if ((const void *)(opaque + 1) > end || !wf_opaque_is(opaque))
		return;
	ret->arg = wf_load_be64(&opaque->arg);
	if (is_final && !o->segments_left)
		wf_sid_set_arg(o->dst, ret->arg);
}

/* Must this node, as a waypoint, see a right signature on headers of @arg's tenant? */
WF_INLINE _Bool wf_proof_is_wanted(const struct wf_world *w, __u64 arg)
{
	const __u32 id = wf_sid_arg_unpack(arg).tenant;
	const struct wf_tenant_entry *tenant = wf_world_find(w, TENANT, &id);
	const struct wf_set *set;

	if (!tenant || !tenant->set)
		return 0;
	set = wf_world_find(w, SET, &tenant->set);
	return set && set->is_verified_here;
}

/*
 * Is a packet to @dst at @segment? It is if they are equal; or if @segment is a container of C-SIDs
 * of which some have been used up (RFC 9800 section 4.1).
 */
WF_INLINE _Bool wf_proof_is_at(const __u8 dst[16], const __u8 segment[16])
{
	const __u64 to_high = wf_load_be64(dst), to_low = wf_load_be64(dst + 8);
	__u64 high = wf_load_be64(segment), low = wf_load_be64(segment + 8);

	for (__u32 i = 0; i < WF_CSID_PER_CONTAINER; i++) {
		if (high == to_high && low == to_low)
			return 1;
		if (!wf_sid_is_node((__u16)(high >> 16)) || !wf_sid_is_node((__u16)high))
			return 0;
		high = (high & 0xffffffff00000000) | (high & 0xffff) << 16 | low >> 48;
		low <<= 16;
	}
	return 0;
}

/* RFC 8754 2.1.2.1: the destination address of the packet is the active segment, or cannot be
 * checked and says so. */
WF_INLINE _Bool wf_proof_is_on_list(const void *data, const void *end, const struct wf_outer *o,
				    const struct wf_hmac_tlv *tlv)
{
	const struct wf_ipv6 *ip = (const void *)((const __u8 *)data + WF_OUTER_OFF);
	const struct wf_srh *srh = (const void *)(ip + 1);
	const __u8 *segment;

	if ((const void *)(srh + 1) > end)
		return 0;
	if (srh->segments_left > o->last_entry)
		return wf_ntohs(tlv->d_reserved) & WF_HMAC_D;
	segment = wf_srh_segment(data, end, o->srh_off, srh->segments_left);
	return segment && wf_proof_is_at(ip->dst, segment);
}

/* Segments on their way into job->text. */
struct wf_proof_copy {
	const void *data;
	const void *end;
	struct wf_hmac_job *job;
	__u32 srh_off;
	__u32 at; /* where the next one goes */
	__u32 is_cut;
};

static long wf_proof_copy_step(__u32 i, void *arg)
{
	struct wf_proof_copy *k = arg;
	const __u8 *segment = wf_srh_segment(k->data, k->end, k->srh_off, i);

	if (!segment || k->at > WF_HMAC_TEXT_MAX - 16) {
		k->is_cut = 1;
		return 1;
	}
	wf_copy16(k->job->text + k->at, segment);
	k->at += 16;
	return 0;
}

/* The segments behind the first @at bytes of job->text. The bytes of text, or 0. */
WF_INLINE __u32 wf_proof_copy(const void *data, const void *end, const struct wf_outer *o,
			      struct wf_hmac_job *job, __u32 at)
{
	struct wf_proof_copy copy = {
		.data = data,
		.end = end,
		.job = job,
		.srh_off = o->srh_off,
		.at = at,
	};

	wf_world_repeat(o->last_entry + 1u, wf_proof_copy_step, &copy);
	return copy.is_cut || copy.at > WF_HMAC_TEXT_MAX ? 0 : copy.at;
}

/* The signature that the header must have, into job->state. False: nobody signs such a header. */
WF_INLINE _Bool wf_proof_sign(const void *data, const void *end, const struct wf_outer *o,
			      const struct wf_hmac_tlv *tlv, const struct wf_key_entry *key,
			      struct wf_hmac_job *job)
{
	const struct wf_ipv6 *ip = (const void *)((const __u8 *)data + WF_OUTER_OFF);
	const struct wf_srh *srh = (const void *)(ip + 1);
	__u32 len;

	if ((const void *)(srh + 1) > end || (const void *)(tlv + 1) > end)
		return 0;
	__builtin_memset(job->text, 0, sizeof(job->text));
	len = wf_hmac_text_head(job->text, ip->src, srh, tlv, key->is_linux);
	len = wf_proof_copy(data, end, o, job, len);
	if (!len)
		return 0;
	__builtin_memcpy(job->state, key->inner, sizeof(job->state));
	wf_world_hash(job, wf_hmac_pad(job, len, WF_SHA256_BLOCK));
	wf_hmac_turn(job, key->outer);
	wf_world_hash(job, 1);
	return 1;
}

/* Verifies the HMAC TLV at @off. HMAC_KEY, HMAC. */
WF_INLINE enum wf_drop wf_proof_verify(const struct wf_world *w, const void *data, const void *end,
				       const struct wf_outer *o, const struct wf_tlvs *tlvs,
				       struct wf_hmac_job *job, struct wf_proof *ret)
{
	const struct wf_hmac_tlv *tlv = (const void *)((const __u8 *)data + (tlvs->hmac & 0xfff));
	const struct wf_key_entry *key;
	__u32 id, differ = 0;

	if (tlvs->hmac_len != WF_HMAC_LEN || (const void *)(tlv + 1) > end)
		return WF_DROP_HMAC;
	id = wf_ntohl(tlv->key_id);
	key = wf_world_find(w, KEY, &id);
	if (!key)
		return WF_DROP_HMAC_KEY;
	if (!wf_proof_is_on_list(data, end, o, tlv) || !wf_proof_sign(data, end, o, tlv, key, job))
		return WF_DROP_HMAC;
	for (__u32 i = 0; i < 8; i++)
		differ |= wf_load_be32(tlv->hmac + 4 * i) ^ job->state[i];
	if (differ)
		return WF_DROP_HMAC;
	ret->key = id;
	ret->has |= WF_NEED_HMAC;
	return WF_DROP_NONE;
}

/* Is its list one by which its policy may come here? Only a signed one proves it. */
WF_INLINE void wf_proof_list(const struct wf_world *w, const void *data, const void *end,
			     const struct wf_outer *o, struct wf_hmac_job *job,
			     struct wf_proof *ret)
{
	const struct wf_sid_arg arg = wf_sid_arg_unpack(ret->arg);
	struct wf_listed_key key = {.tenant = arg.tenant,
				    .policy = arg.policy,
				    .source = ret->source};
	const struct wf_listed *entry;
	__u32 len;

	__builtin_memset(job->text, 0, sizeof(job->text));
	len = wf_proof_copy(data, end, o, job, 0);
	if (!len)
		return;
	wf_sid_set_arg(job->text, 0);
	__builtin_memcpy(job->state, wf_sha256_init, sizeof(job->state));
	wf_world_hash(job, wf_hmac_pad(job, len, 0));
	key.hash = (__u64)job->state[0] << 32 | job->state[1];
	entry = wf_world_find(w, LISTED, &key);
	if (!entry)
		return;
	ret->lane = entry->lane;
	if (!(ret->has & WF_NEED_HMAC))
		return;
	ret->list = key.hash;
	ret->has |= WF_NEED_PATH;
}
