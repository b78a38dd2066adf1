/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Headers with TLVs, or with more than one segment: where they lead, and what they prove. The first
 * of its kind is walked and verified in full, the others are compared with it.
 *
 * Functions that are not static are looked at by the verifier once, and not wherever they are
 * called from; in return they must take any argument.
 */
#pragma once

#include "bpf/packet.h"
#include "bpf/verdict.h"
#include "bpf/world.h"
#include "dp/headercache.h"
#include "dp/verify.h"

#define HEADER_UNKNOWN (1 << 30) /* of header_recall(): not remembered, but may be in this slot */
#define HEADER_STRANGE (1 << 29) /* nothing that Weft makes, or too short; it is not remembered */

/* The shortest SRHs here: two segments, or one and the opaque TLV; one, and a signature. */
#define HEADER_PLAIN_LEN  (WF_SRH_LEN + 2 * 16)
#define HEADER_SIGNED_LEN (WF_SRH_LEN + 16 + WF_HMAC_LEN)
#define HEADER_PAIRS_MAX  ((WF_HEADER_SRH_MAX - HEADER_PLAIN_LEN) / 16) /* of words behind these */

_Static_assert(__builtin_offsetof(struct wf_header, srh) + HEADER_SIGNED_LEN +
			       16 * HEADER_PAIRS_MAX <=
		       sizeof(struct wf_header),
	       "the verifier thinks that a signed one may have as many");

/* A packet from apply, and not from the underlay, has not left its sender's node. */
static __noinline int proof_see_here(struct __sk_buff *skb, struct wf_proof *proof)
{
	const __u32 ifindex = skb->ifindex;

	if (bpf_map_lookup_elem(&ports, &ifindex))
		proof->has |= WF_NEED_HERE;
	return 0;
}

/*
 * Bytes of the shortest SRH of its kind: an HMAC TLV makes an odd number of words an even one. (No
 * branch: what the verifier knows of the packet afterwards would depend on the way taken.)
 */
WF_INLINE __u32 header_least(__u32 srh_len)
{
	return HEADER_SIGNED_LEN - (srh_len & 8) / 8 * (HEADER_SIGNED_LEN - HEADER_PLAIN_LEN);
}

/*
 * Is the SRH the remembered one? @srh_len: m->srh_len, at least header_least(). First the words
 * that all of its kind have, then by two to the end.
 */
WF_INLINE _Bool header_equal(const struct wf_header *m, const __u8 *srh, const __u8 *end,
			     __u32 srh_len)
{
	const __u32 least = header_least(srh_len), n_pairs = (srh_len - least) / 16;
	const _Bool is_signed = !(srh_len & 8);
	const wf_any64 *a = (const void *)srh, *b = m->srh;
	__u64 differ = 0;

	if (srh + (is_signed ? HEADER_SIGNED_LEN : HEADER_PLAIN_LEN) > end)
		return 0;
	for (__u32 i = 0; i < HEADER_PLAIN_LEN / 8; i++)
		differ |= a[i] ^ b[i];
	if (is_signed)
		for (__u32 i = HEADER_PLAIN_LEN / 8; i < HEADER_SIGNED_LEN / 8; i++)
			differ |= a[i] ^ b[i];
	a = (const void *)(srh + least);
	b = (const void *)((const __u8 *)m->srh + least);
	for (__u32 i = 0; i < HEADER_PAIRS_MAX; i++) {
		if (i >= n_pairs)
			break;
		WF_OPAQUE(end); /* else the compiler counts on end + 1, which is no address */
		if ((const __u8 *)(a + 2 * i + 2) > end)
			return 0;
		differ |= (a[2 * i] ^ b[2 * i]) | (a[2 * i + 1] ^ b[2 * i + 1]);
	}
	return !differ;
}

/* Is @m what is remembered of the header at @ip, whose SRH is the key for @srh_len bytes? */
WF_INLINE _Bool header_is(const struct wf_header *m, const struct wf_ipv6 *ip, const __u8 *end,
			  __u32 srh_len)
{
	return m->generation == generation_now() && m->srh_len == srh_len &&
	       (const __u8 *)(ip + 1) <= end && wf_equal16(m->from, ip->dst) &&
	       wf_equal16(m->src, ip->src) && header_equal(m, (const __u8 *)(ip + 1), end, srh_len);
}

/* The first of the slots for it. */
WF_INLINE __u32 header_slot(const struct wf_ipv6 *ip, const __u8 *end, __u32 srh_len)
{
	const __u8 *last = (const __u8 *)(ip + 1) + (srh_len - 8);
	const __u64 word = last + 8 <= end ? *(const wf_any64 *)last : 0;

	return cpu_part(wf_header_slot(ip->dst, ip->src, word), WF_HEADER_SLOTS);
}

/* What is remembered of the header in @slot; or NULL. A function of its own for its registers. */
static __noinline const struct wf_header *header_in(__u32 slot, const struct wf_ipv6 *ip,
						    const __u8 *end, __u32 srh_len)
{
	const struct wf_header *m = bpf_map_lookup_elem(&headers, &slot);

	return m && header_is(m, ip, end, srh_len) ? m : (void *)0;
}

/*
 * The slot where the header is remembered; or, with a flag, where it may be or that it is not.
 * @srh_len: bytes of the SRH that are its key.
 */
__noinline int header_recall(struct __sk_buff *skb, __u32 srh_len)
{
	const __u8 *data = packet_data(skb), *end = packet_end(skb);
	const struct wf_ipv6 *ip = (const void *)(data + L3);
	const struct wf_header *m;
	__u32 slot, place = 0;

	if ((const __u8 *)(ip + 1) > end || srh_len < header_least(srh_len))
		return HEADER_STRANGE;
	WF_OPAQUE(srh_len); /* the verifier wants to see each comparison */
	if (srh_len > WF_HEADER_SRH_MAX)
		return HEADER_STRANGE;
	slot = header_slot(ip, end, srh_len);
	for (__u32 i = 0; i < 2; i++, slot ^= 1) {
		if (header_in(slot, ip, end, srh_len))
			return (int)slot;
		m = bpf_map_lookup_elem(&headers, &slot);
		if (!place && m && m->generation != generation_now())
			place = slot | HEADER_UNKNOWN;
	}
	return (int)(place ? place : slot | HEADER_UNKNOWN);
}

/* Does the path end here, or may it? */
WF_INLINE _Bool header_is_final(enum wf_step step)
{
	return step == WF_STEP_DECAP || step == WF_STEP_SERVE;
}

/* Where the header leads. */
__noinline int header_walk(struct __sk_buff *skb, struct wf_outer *o, struct wf_tlvs *tlvs,
			   struct wf_proof *proof, enum wf_drop *drop)
{
	const void *data = packet_data(skb), *end = packet_end(skb);
	enum wf_step step;

	if (!o || !tlvs || !proof || !drop)
		return WF_STEP_DROP;
	if (!wf_tlvs_find(data, end, o, tlvs)) {
		*drop = WF_DROP_SRH_TLV;
		return WF_STEP_DROP;
	}
	step = wf_segment_walk(WF_WORLD, data, end, o, drop);
	wf_proof_begin(data, end, o, tlvs, header_is_final(step), proof);
	return step;
}

/* HMAC_MISSING, HMAC_KEY, HMAC. */
__noinline int header_verify(struct __sk_buff *skb, const struct wf_outer *o,
			     const struct wf_tlvs *tlvs, struct wf_proof *proof, int is_final)
{
	const void *data = packet_data(skb), *end = packet_end(skb);
	struct wf_hmac_job *job;
	enum wf_drop drop;
	__u32 zero = 0;

	if (!o || !tlvs || !proof)
		return WF_DROP_HMAC;
	if (!is_final && !wf_proof_is_wanted(WF_WORLD, proof->arg))
		return WF_DROP_NONE;
	if (!tlvs->hmac && !is_final)
		return WF_DROP_HMAC_MISSING;
	job = bpf_map_lookup_elem(&hmac_jobs, &zero);
	if (!job)
		return WF_DROP_HMAC;
	drop = tlvs->hmac ? wf_proof_verify(WF_WORLD, data, end, o, tlvs, job, proof)
			  : WF_DROP_NONE;
	if (!drop && is_final && o->srh_off)
		wf_proof_list(WF_WORLD, data, end, o, job, proof);
	return drop;
}

/* Into @slot: the packet's header, and where it led. @now: the generation when that was found. */
__noinline int header_store(struct __sk_buff *skb, const struct wf_outer *o, __u32 slot,
			    const struct wf_proof *proof, __u64 step_now)
{
	const struct wf_ipv6 *ip = packet_data(skb) + L3;
	const __u32 srh_len = o ? wf_header_srh_len(o) : 0;
	struct wf_header *m = bpf_map_lookup_elem(&headers, &slot);

	if (!o || !proof || !m || (void *)(ip + 1) > packet_end(skb))
		return 0;
	m->generation = (__u32)step_now - 1;
	wf_copy16(m->from, ip->dst);
	wf_copy16(m->src, ip->src);
	if (srh_len - 1 >= WF_HEADER_SRH_MAX ||
	    bpf_skb_load_bytes(skb, L3 + WF_IPV6_LEN, m->srh, srh_len))
		return 0;
	m->srh_len = srh_len;
	wf_copy16(m->to, o->dst);
	m->proof = *proof;
	m->arrived_slot = slot_of_sid(o->arrived);
	m->step = (__u8)(step_now >> 32);
	m->function = o->function;
	m->segments_left = o->segments_left;
	m->is_moved = o->is_moved;
	m->generation = (__u32)step_now;
	return 1;
}

/* A header that is not remembered. @slot: where it may be, or HEADER_STRANGE. */
WF_INLINE enum wf_step header_learn(struct __sk_buff *skb, struct wf_outer *o, __u32 slot,
				    struct wf_proof *proof, enum wf_drop *drop)
{
	const __u64 now =
		generation_now(); /* first: what changes meanwhile is not to look current */
	struct wf_tlvs tlvs = {};
	enum wf_step step;

	step = header_walk(skb, o, &tlvs, proof, drop);
	if (o->is_moved)
		count(skb, slot_of_sid(o->arrived), skb->len - L3);
	if (!header_is_final(step) && step != WF_STEP_FORWARD && step != WF_STEP_PROXY)
		return step;
	*drop = header_verify(skb, o, &tlvs, proof, header_is_final(step));
	if (*drop)
		return WF_STEP_DROP;
	if (slot & HEADER_UNKNOWN && tlvs.transit == wf_header_transit(o))
		header_store(skb, o, slot & ~HEADER_UNKNOWN, proof, (__u64)step << 32 | now);
	return step;
}

/* Is the part of the header that is not remembered as it was? */
WF_INLINE _Bool header_transit_is(struct __sk_buff *skb, __u32 off)
{
	const struct wf_transit_tlv *tlv = packet_data(skb) + (off & 0xfff);

	return !off || ((void *)(tlv + 1) <= packet_end(skb) && wf_transit_is(tlv));
}

/* Where the packet goes, and what it proves. */
static __noinline int header_input(struct __sk_buff *skb, struct wf_outer *o,
				   struct wf_proof *proof, enum wf_drop *drop)
{
	__u32 slot = (__u32)header_recall(skb, wf_header_srh_len(o));
	const struct wf_header *m;

	if (slot & (HEADER_UNKNOWN | HEADER_STRANGE))
		return header_learn(skb, o, slot, proof, drop);
	m = bpf_map_lookup_elem(&headers, &slot);
	if (!m || !header_transit_is(skb, m->proof.transit_off))
		return header_learn(skb, o, HEADER_STRANGE, proof, drop);
	wf_copy16(o->dst, m->to);
	o->segments_left = m->segments_left;
	o->is_moved = m->is_moved;
	o->function = m->function;
	*proof = m->proof;
	if (m->is_moved)
		count(skb, m->arrived_slot, skb->len - L3);
	return m->step;
}
