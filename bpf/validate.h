/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From the underlay: is it one of this node's SIDs, what does it do, may the endpoint have it. */
#pragma once

#include "bpf/case.h"
#include "bpf/egress.h"
#include "bpf/forward.h"
#include "bpf/host.h"
#include "bpf/inner.h"
#include "bpf/proof.h"
#include "bpf/proxy.h"
#include "bpf/quick.h"
#include "bpf/reply.h"
#include "bpf/send.h"
#include "bpf/service.h"
#include "bpf/transit.h"
#include "bpf/walk.h"
#include "dp/validate.h"
#include "wire/ecn.h"

/* What is known of a packet that has come out of a tunnel. */
WF_INLINE void validate_describe(struct wf_event *e, const struct wf_outer *o,
				 const struct wf_inner *in)
{
	const struct wf_sid_arg arg = wf_sid_arg_unpack(wf_sid_arg(o->dst));
	const struct wf_dest *dest = wf_dest_find(WF_WORLD, arg.tenant, in->flow.dst);

	e->hook = WF_HOOK_VALIDATE;
	e->flow = in->flow;
	e->tenant = arg.tenant;
	e->from = arg.identity;
	e->to = dest ? dest->identity : 0;
	e->node = here()->node;
}

/* A flow may come in. */
static __noinline int validate_tell(struct __sk_buff *skb, const struct wf_outer *o,
				    const struct wf_inner *in, const struct wf_ruling *ruling)
{
	struct wf_event e = {
		.type = WF_EVENT_VERDICT,
		.policy = ruling->policy,
		.way = ruling->way,
		.is_reverse = ruling->is_reverse,
	};

	validate_describe(&e, o, in);
	return event_send(skb, &e);
}

/*
 * The end of a packet that has come out of a tunnel; counted by who would have got it, and by the
 * policy that @e says, for what it denies or requires.
 */
static __noinline int validate_drop(struct __sk_buff *skb, const struct wf_outer *o,
				    const struct wf_inner *in, const struct wf_validated *e,
				    enum wf_drop drop)
{
	const struct wf_sid_arg arg = wf_sid_arg_unpack(wf_sid_arg(o->dst));
	const __u16 policy = drop == WF_DROP_DENIED ? e->policy : e->way;
	struct wf_event event = {.type = WF_EVENT_DROP, .drop = (__u8)drop, .policy = policy};

	drop_count(drop);
	count(skb, slot_of_ifindex(WF_COUNTER_ENDPOINT_RX_DROP, e->ifindex), in->ip_len);
	if (drop == WF_DROP_DENIED || drop == WF_DROP_HMAC_MISSING || drop == WF_DROP_PATH)
		count(skb, slot_of_policy(WF_COUNTER_POLICY_DENY_IN, arg.tenant, policy),
		      in->ip_len);
	if (!event_is_wanted(WF_EVENT_DROP))
		return TC_ACT_SHOT;
	validate_describe(&event, o, in);
	event_send(skb, &event);
	return TC_ACT_SHOT;
}

/* What the verdict says of the flow's packets. */
WF_INLINE void validated_fill_ruling(struct wf_validated *e, const struct wf_case *c, __u32 tenant)
{
	e->needs = e->drop ? 0 : c->needs;
	e->way = c->ruling.way;
	e->policy = c->ruling.policy;
	e->believed_until = belief_until(c);
	e->policy_slot = slot_of_policy(WF_COUNTER_POLICY_IN, tenant, c->ruling.way);
	wf_set_of(WF_WORLD, tenant, c->stage, &e->set);
}

WF_INLINE _Bool validated_is(const struct wf_validated *e, const struct wf_outer *o,
			     const struct wf_proof *proof, const struct wf_inner *in)
{
	return e->generation == generation_now() && wf_equal16(e->sid, o->dst) &&
	       e->source == proof->source && !(e->needs & ~proof->has) &&
	       wf_flow_equal(&e->flow, &in->flow);
}

/* Decides for the flow, by the case that was read of it, and remembers. */
static __noinline int validated_fill(struct __sk_buff *skb, struct wf_validated *e,
				     const struct wf_outer *o, const struct wf_proof *proof,
				     const struct wf_inner *in)
{
	const struct wf_arrival a = {.outer = o, .proof = proof, .in = in};
	const _Bool is_known = validated_is(e, o, proof, in);
	const __u32 now = generation_now(); /* first: what changes meanwhile */
	const struct wf_dest *dest = (void *)0;
	struct wf_case *c = case_get();

	if (!c)
		return 0;
	e->drop = (__u8)wf_validate_decide(WF_WORLD, &a, c, &dest);
	e->ifindex = dest ? dest->ifindex : 0;
	e->is_alias = 0;
	if (dest) {
		e->rx_slot = slot_of_ifindex(WF_COUNTER_ENDPOINT_RX, dest->ifindex);
		eth_to_endpoint(e->eth, dest, in->flags & WF_INNER_V4);
	}
	validated_fill_ruling(e, c, wf_sid_arg_unpack(wf_sid_arg(o->dst)).tenant);
	e->flow = in->flow;
	e->stop = belief_stop(&in->flow, e->believed_until);
	e->upper = o->upper;
	wf_copy16(e->sid, o->dst);
	e->source = proof->source;
	e->generation = now - c->is_once; /* must not look current */
	if (!e->drop && !is_known && event_is_wanted(WF_EVENT_VERDICT))
		validate_tell(skb, o, in, &c->ruling);
	return 0;
}

/* Packets like this one may pass without a second look, for a while. */
WF_INLINE void validated_quicken(const struct __sk_buff *skb, const struct wf_inner *in,
				 struct wf_validated *e)
{
	const struct wf_ipv6 *outer = packet_data(skb) + L3;

	if ((void *)(outer + 1) > packet_end(skb) || !wf_quick_knows(in))
		return;
	wf_copy16(e->src, outer->src);
	e->quick_until = belief_limit(e->believed_until, bpf_jiffies64() + WF_NEXTHOP_JIFFIES);
}

/*
 * The same for what is sent to a service: its flow, as clients know it, has an entry of its own,
 * with the backend that it is for. @e: of what the packet has become.
 */
static __noinline int validated_quicken_served(struct wf_validated *e)
{
	struct wf_case *c = case_get();
	struct wf_validated *given;
	__u32 slot;

	if (!c || !e->quick_until)
		return 0;
	slot = cpu_part(wf_flowcache_slot(&c->inner.flow), WF_FLOWCACHE_SLOTS);
	given = bpf_map_lookup_elem(&validated, &slot);
	if (!given || given == e)
		return 0;
	settle_validated(given);
	settle_validated(e);
	*given = *e;
	given->flow = c->inner.flow;
	given->alias = c->taken;
	wf_alias_prepare(&given->alias, given->flow.dst, given->flow.dport);
	given->is_alias = 1;
	given->stop = given->flow.proto == WF_PROTO_TCP ? WF_TCP_STATE : 0;
	return 0;
}

/* What becomes of the packet's flow, remembered or decided now. */
WF_INLINE struct wf_validated *validated_find(struct __sk_buff *skb, const struct wf_outer *o,
					      const struct wf_proof *proof,
					      const struct wf_inner *in)
{
	__u32 slot = cpu_part(wf_flowcache_slot(&in->flow), WF_FLOWCACHE_SLOTS);
	struct wf_validated *e = bpf_map_lookup_elem(&validated, &slot), *other;
	_Bool is_known;

	if (!e)
		return e;
	is_known = validated_is(e, o, proof, in);
	if (!is_known) {
		slot ^= 1;
		other = bpf_map_lookup_elem(&validated, &slot);
		if (!other)
			return other;
		is_known = validated_is(other, o, proof, in);
		if (is_known || flowcache_keeps(e->generation, e->quick_until, other->generation))
			e = other;
	}
	if (is_known && !belief_is_over(skb, in, e->believed_until))
		return e;
	settle_validated(e);
	e->quick_until = 0;
	case_read(skb, in);
	validated_fill(skb, e, o, proof, in);
	return e;
}

/*
 * The hop limit ends here: the packet, taken out of its tunnel, becomes the error about itself, and
 * goes back to its sender.
 */
static __noinline int validate_hop_limit(struct __sk_buff *skb, const struct wf_outer *o,
					 struct wf_inner *in, const struct wf_validated *e)
{
	const struct wf_sid_arg arg = wf_sid_arg_unpack(wf_sid_arg(o->dst));
	const struct reply r = reply_hop_limit();
	_Bool is_v4 = in->flags & WF_INNER_V4;
	__u8 src[16] WF_ALIGNED8;
	const int ret = validate_drop(skb, o, in, e, WF_DROP_HOP_LIMIT);

	if ((service_sid(o) && service_undo(skb, in)) ||
	    !packet_shrink(skb, o->upper_off - L3, is_v4))
		return ret;
	in->l4_off -= o->upper_off - L3;
	in->l3_off = L3;
	host_voice(skb, arg.tenant, in, src);
	return reply_make(skb, in, &r, src) ? host_send(skb, arg.tenant, o->source, in) : ret;
}

/* End.DT46. A function of its own: elsewhere its stack is needed. */
static __noinline int decap(struct __sk_buff *skb, const struct wf_outer *o,
			    const struct wf_proof *proof)
{
	const __u16 proto = o->upper == WF_PROTO_IPV4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6;
	const __u32 off = o->upper_off & 0xfff; /* the verifier wants to see it */
	struct wf_inner in;
	struct wf_validated *e;
	enum wf_drop drop;
	void *data;

	if (packet_parse(skb, off, proto, &in))
		return -WF_DROP_INNER_MALFORMED;
	drop = wf_validate_check(&in);
	if (drop)
		return -(int)drop;
	e = validated_find(skb, o, proof, &in);
	if (!e)
		return -WF_DROP_NOT_HERE;
	drop = e->drop;
	if (!drop && e->needs & WF_NEED_TRANSIT)
		drop = transit_check(skb, &in, proof, e->set, e->way);
	if (drop)
		return validate_drop(skb, o, &in, e, drop);
	if (in.hop_limit <= 1)
		return validate_hop_limit(skb, o, &in, e);
	drop = inner_patch(skb, o, &in);
	if (drop)
		return validate_drop(skb, o, &in, e, drop);
	validated_quicken(skb, &in, e);
	if (o->is_served && !o->srh_off)
		validated_quicken_served(e);
	if (!packet_shrink(skb, off - L3, in.flags & WF_INNER_V4))
		return -WF_DROP_RESIZE;
	data = packet_data(skb);
	if (data + L3 > packet_end(skb))
		return -WF_DROP_RESIZE;
	eth_store(data, e->eth);
	settle_validated(e);
	count(skb, e->policy_slot, in.ip_len);
	count(skb, e->rx_slot, in.ip_len);
	return endpoint_give(e->ifindex);
}

/* The parameter problem that RFC 8754 4.3.1.1 and RFC 8986 4.1.1 have for the packet. False: none.
 */
WF_INLINE _Bool reply_parameter(const struct wf_outer *o, enum wf_drop drop, struct reply *ret)
{
	*ret = (struct reply){.v6_type = WF_ICMP6_PARAMETER};
	switch (drop) {
	case WF_DROP_SRH_SEGMENTS_LEFT:
	case WF_DROP_SRH_LAST_ENTRY:
		ret->info = WF_IPV6_LEN + __builtin_offsetof(struct wf_srh, segments_left);
		return 1;
	case WF_DROP_UPPER_LAYER:
		ret->v6_code = WF_ICMP6_PARAMETER_SID;
		ret->info = o->upper_off - L3;
		return 1;
	default:
		return 0;
	}
}

/* A packet that no SID here takes; its source is told what is wrong with it. */
static __noinline int validate_refuse(struct __sk_buff *skb, const struct wf_outer *o,
				      enum wf_drop drop)
{
	__u8 src[16] WF_ALIGNED8;
	struct wf_inner in;
	struct reply r;
	int ret;

	if (!reply_parameter(o, drop, &r) || packet_parse(skb, L3, WF_ETH_P_IPV6, &in))
		return -(int)drop;
	__builtin_memcpy(src, here()->addr, 16);
	ret = drop_unknown(skb, WF_HOOK_VALIDATE, drop);
	return reply_make(skb, &in, &r, src) ? bpf_redirect(skb->ifindex, 0) : ret;
}

/* Where the packet goes, and what its headers prove: at once, or by the walk that they need. */
WF_INLINE enum wf_step validate_walk(struct __sk_buff *skb, struct wf_outer *o,
				     struct wf_proof *proof, enum wf_drop *drop)
{
	enum wf_step step;

	if (!o->tlv_words && wf_segment_is_dt46(here(), o))
		step = wf_segment_final(o, 1, drop);
	else if (o->upper_off <= L3 + WF_IPV6_LEN + WF_WALKED_SRH_LEN)
		step = segment_walk(skb, o, drop);
	else
		return header_input(skb, o, proof, drop);
	wf_proof_plain(o, proof);
	return step;
}

/* A packet to this node's locator. */
WF_INLINE int validate_locator(struct __sk_buff *skb)
{
	struct wf_proof proof;
	struct wf_outer o;
	enum wf_drop drop;
	enum wf_step step;

	drop = wf_outer_parse(packet_data(skb), packet_end(skb), &o);
	if (drop == WF_DROP_SRH_TRUNCATED && packet_pull(skb)) {
		if (packet_data(skb) + L3 + WF_IPV6_LEN > packet_end(skb))
			return -WF_DROP_MALFORMED;
		drop = wf_outer_parse(packet_data(skb), packet_end(skb), &o);
	}
	if (drop)
		return validate_refuse(skb, &o, drop);
	step = validate_walk(skb, &o, &proof, &drop);
	if (step == WF_STEP_DECAP && !wf_segment_is_dt46(here(), &o))
		proof_see_here(skb, &proof);
	if (step == WF_STEP_SERVE)
		step = service_hunt(skb, &o, &proof, &drop);
	switch (step) {
	case WF_STEP_DECAP:
		return decap(skb, &o, &proof);
	case WF_STEP_FORWARD:
		if (proof.transit_off)
			transit_mark(skb, &o, &proof);
		return forward(skb, &o);
	case WF_STEP_PROXY:
		if (proof.transit_off)
			transit_mark(skb, &o, &proof);
		return proxy_give(skb, &o, &proof);
	case WF_STEP_HOST:
		return host_input(skb, &o);
	case WF_STEP_ECHO:
		return host_echo(skb, &o);
	default:
		return validate_refuse(skb, &o, drop);
	}
}

WF_INLINE int validate_packet(struct __sk_buff *skb)
{
	const struct wf_eth *eth = packet_data(skb);
	const struct wf_ipv6 *ip = (const void *)(eth + 1);

	if ((void *)(ip + 1) > packet_end(skb))
		return TC_ACT_OK;
	if (eth->proto != WF_BE16(WF_ETH_P_IPV6) || !is_here(ip->dst))
		return TC_ACT_OK;
	return validate_locator(skb);
}
