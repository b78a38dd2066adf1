/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Proof of transit: the mark of a waypoint, and the check of all of them at the end. */
#pragma once

#include "bpf/packet.h"
#include "bpf/verdict.h"
#include "bpf/world.h"
#include "dp/proof.h"
#include "dp/transit.h"

WF_INLINE struct wf_transit_tlv *transit_tlv(struct __sk_buff *skb, const struct wf_proof *proof)
{
	struct wf_transit_tlv *tlv = packet_data(skb) + (proof->transit_off & 0xfff);

	return (void *)(tlv + 1) <= packet_end(skb) ? tlv : (void *)0;
}

/*
 * This node's mark, on a packet that is to be marked. One that cannot be marked (no key, nothing
 * inside that could be told from other packets) goes on as it is: its receiver will tell.
 */
__noinline int transit_mark(struct __sk_buff *skb, const struct wf_outer *o,
			    const struct wf_proof *proof)
{
	const struct wf_transit_entry *key;
	struct wf_transit_tlv *tlv;
	__u64 nonce, was, mark;
	struct wf_inner in;
	__u16 proto;

	if (!o || !proof)
		return 0;
	proto = o->upper == WF_PROTO_IPV4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6;
	tlv = transit_tlv(skb, proof);
	if (!tlv || !(tlv->flags & WF_TRANSIT_MARKED) ||
	    packet_parse(skb, o->upper_off & 0xfff, proto, &in))
		return 0;
	tlv = transit_tlv(skb, proof);
	if (!tlv)
		return 0;
	key = wf_transit_key(WF_WORLD, wf_ntohl(tlv->key), here()->node);
	if (!key)
		return 0;
	nonce = wf_load_be64(&tlv->nonce);
	was = tlv->mark;
	mark = wf_transit_mark(key->k, nonce, wf_load_be64(&tlv->mark),
			       wf_transit_digest(&in.flow, nonce));
	wf_store_be64(&tlv->mark, mark);
	mark = tlv->mark;
	bpf_csum_update(skb, wf_csum_fold((__u64)(__u32)mark + (mark >> 32) + (__u32)~was +
					  (__u32)(~was >> 32)));
	return 1;
}

/* Is the mark the one that the packet's list of waypoints leaves? */
static __noinline int transit_is_right(struct __sk_buff *skb, const struct wf_inner *in,
				       const struct wf_proof *proof)
{
	const struct wf_sid_arg arg = wf_sid_arg_unpack(proof->arg);
	const struct wf_listed_key name = {.tenant = arg.tenant,
					   .policy = arg.policy,
					   .source = proof->source,
					   .hash = proof->list};
	const struct wf_transit_tlv *tlv = transit_tlv(skb, proof);
	const struct wf_listed *list = wf_world_find(WF_WORLD, LISTED, &name);
	__u64 nonce, mark, want;

	if (!tlv || !list)
		return 0;
	nonce = wf_load_be64(&tlv->nonce);
	mark = wf_load_be64(&tlv->mark);
	return wf_transit_expect(WF_WORLD, list, wf_ntohl(tlv->key), nonce,
				 wf_transit_digest(&in->flow, nonce), &want) &&
	       mark == want;
}

/*
 * Of a packet that came by @policy of @set, which requires it: TRANSIT, or NONE. Packets without a
 * mark pass when only some are marked. Counted for the policy.
 */
static __noinline int transit_check(struct __sk_buff *skb, const struct wf_inner *in,
				    const struct wf_proof *proof, __u64 set, __u16 policy)
{
	const struct wf_policy_key key = {.set = set, .policy = policy};
	const struct wf_policy_entry *entry = wf_world_find(WF_WORLD, POLICY, &key);
	const struct wf_policy_name name = {.tenant = wf_sid_arg_unpack(proof->arg).tenant,
					    .policy = policy};
	const struct wf_transit_tlv *tlv = transit_tlv(skb, proof);
	_Bool is_right = 0;

	if (proof->transit_off && tlv && (__u16)proof->arg == policy) {
		if (tlv->flags & WF_TRANSIT_MARKED)
			is_right = transit_is_right(skb, in, proof);
		else if (entry && entry->transit_every > 1)
			return WF_DROP_NONE;
	}
	count(skb,
	      slot_find(is_right ? WF_COUNTER_POLICY_TRANSIT : WF_COUNTER_POLICY_TRANSIT_DROP,
			&name, sizeof(name)),
	      in->ip_len);
	return is_right ? WF_DROP_NONE : WF_DROP_TRANSIT;
}
