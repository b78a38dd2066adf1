/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The second half of the promise: may what came out of the tunnel reach this endpoint?
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/drops.h"
#include "dp/egress.h"
#include "dp/gateway.h"
#include "dp/inner.h"
#include "dp/outer.h"
#include "dp/proof.h"
#include "dp/route.h"
#include "dp/service.h"
#include "dp/table.h"
#include "dp/verdict.h"
#include "wire/flow.h"
#include "wire/sid.h"

/* Of each packet, whatever is remembered of its flow. ROUTING_HEADER, INNER_MALFORMED. */
WF_INLINE enum wf_drop wf_validate_check(const struct wf_inner *in)
{
	enum wf_drop drop = wf_inner_check(in);

	return drop == WF_DROP_MALFORMED ? WF_DROP_INNER_MALFORMED : drop;
}

/* What has come out of a tunnel at this node's End.DT46. */
struct wf_arrival {
	const struct wf_outer *outer; /* dst: the SID, argument and all */
	const struct wf_proof *proof;
	const struct wf_inner *in;
};

/* Who it may be, by the address inside: who lives there, on the node that sent the packet. */
WF_INLINE enum wf_drop wf_validate_sender(const struct wf_arrival *a, __u32 claimed,
					  const struct wf_dest *source, struct wf_party *ret)
{
	*ret = (struct wf_party){0};
	if (!source)
		return claimed ? WF_DROP_IDENTITY : WF_DROP_NONE;
	if (claimed != source->identity && (!claimed || claimed != source->identity_was))
		return WF_DROP_IDENTITY;
	if (a->proof->source != source->node)
		return WF_DROP_SOURCE_NODE;
	ret->home = source->home;
	ret->identity = source->identity;
	return WF_DROP_NONE;
}

/* Is @policy one that packets of @tenant may come by? */
WF_INLINE _Bool wf_validate_knows(const struct wf_world *w, __u32 tenant, __u16 policy)
{
	struct wf_policy_key key = {.policy = policy};

	if (!policy)
		return 1;
	for (__u8 stage = WF_STAGE_IN; stage <= WF_STAGE_WAS; stage++)
		if (wf_set_of(w, tenant, stage, &key.set) && wf_world_find(w, POLICY, &key))
			return 1;
	return 0;
}

/*
 * Do the headers prove what the packet's way needs? Or what the policies asked for that others may
 * still send by. HMAC_MISSING, PATH.
 */
WF_INLINE enum wf_drop wf_validate_proof(const struct wf_world *w, const struct wf_proof *proof,
					 struct wf_case *c)
{
	const __u32 tenant = c->ahead.tenant;
	const struct wf_ruling ruling = c->ruling;
	enum wf_drop drop;
	__u64 was = 0;

	c->needs = WF_NEED_HERE;
	if (proof->has & WF_NEED_HERE)
		return WF_DROP_NONE;
	c->needs = wf_verdict_needs(w, tenant, WF_STAGE_IN, ruling.way);
	drop = wf_proof_judge(c->needs, ruling.way, proof);
	if (!drop)
		return WF_DROP_NONE;
	c->is_once = 1; /* the next one may prove more */
	if (!wf_set_of(w, tenant, WF_STAGE_WAS, &was) || !was)
		return drop;
	c->stage = WF_STAGE_WAS;
	wf_world_decide(w, c);
	c->needs = wf_verdict_needs(w, tenant, WF_STAGE_WAS, c->ruling.way);
	c->is_once = 1;
	if (wf_proof_judge(c->needs, c->ruling.way, proof))
		return drop;
	c->ruling.policy = ruling.policy;
	c->ruling.is_tracked = ruling.is_tracked;
	return WF_DROP_NONE;
}

/*
 * An error that a program made in the gateway's name: for the sender of what it quotes, who must
 * have sent it, where that is remembered.
 */
WF_INLINE _Bool wf_validate_is_gateways(const struct wf_world *w, struct wf_case *c)
{
	const struct wf_dest *target;
	_Bool is_back;

	if (c->kind != WF_CASE_ERROR || !c->has_back ||
	    !wf_equal16(c->back.flow.src, c->ahead.flow.dst))
		return 0;
	target = wf_dest_find(w, c->ahead.tenant, c->back.flow.dst);
	c->back.tenant = target ? target->home : c->ahead.tenant;
	return !wf_case_is_tracked(w, c) || wf_case_find_quoted(w, c, &is_back);
}

/* By which gateway a packet of @from to @dest has come, or leaves now; 0: by none. */
WF_INLINE __u16 wf_validate_gateway(const struct wf_world *w, const struct wf_proof *proof,
				    const struct wf_party *from, const struct wf_dest *dest)
{
	if (!dest->home)
		return w->config->node;
	return from->home ? 0 : proof->source;
}

/* The verdict of the policies on what @dest is to get. IDENTITY, SOURCE_NODE, UNKNOWN_POLICY, those
 * of wf_verdict_decide(), HMAC_MISSING, PATH. */
WF_INLINE enum wf_drop wf_validate_judge(const struct wf_world *w, const struct wf_arrival *a,
					 const struct wf_dest *dest, struct wf_case *c)
{
	const struct wf_sid_arg arg = wf_sid_arg_unpack(wf_sid_arg(a->outer->dst));
	const struct wf_dest *source = wf_dest_find(w, arg.tenant, a->in->flow.src);
	const struct wf_party to = {.home = dest->home, .identity = dest->identity};
	enum wf_drop drop;

	if (!source) {
		drop = wf_world_recognise(w, c, arg.tenant, a->proof->source, arg.identity);
		if (drop)
			return drop;
	}
	if (c->alias.at == WF_ALIAS_FROM)
		source = wf_dest_find(w, arg.tenant, c->alias.addr);
	drop = wf_validate_sender(a, arg.identity, source, &c->from);
	if (drop)
		return drop;
	if (!wf_validate_knows(w, arg.tenant, arg.policy))
		return WF_DROP_UNKNOWN_POLICY;
	if (!to.home && c->from.home != arg.tenant)
		return WF_DROP_DENIED;
	wf_case_parties(c, c->from, to, WF_STAGE_IN);
	c->tells_of_others = WF_TELLS_BY_LANE;
	if (!source && wf_is_gateway(a->in->flow.src) && wf_validate_is_gateways(w, c)) {
		c->ruling = (struct wf_ruling){.verdict = WF_VERDICT_ALLOW};
		c->is_once = 1;
	} else {
		drop = wf_world_decide(w, c);
	}
	if (!drop)
		drop = wf_validate_proof(w, a->proof, c);
	if (!drop)
		wf_world_keep(w, c, a->proof->lane,
			      wf_validate_gateway(w, a->proof, &c->from, dest));
	return drop;
}

/* Does the SID end a path into @tenant? End.DT46, or End.DX of an endpoint of it. */
WF_INLINE _Bool wf_validate_takes(const struct wf_sid_entry *sid, __u32 tenant)
{
	return sid->behavior == WF_BEHAVIOR_DT46 ||
	       ((sid->behavior == WF_BEHAVIOR_DX || sid->behavior == WF_BEHAVIOR_DX_OUT) &&
		sid->tenant == tenant);
}

/* Who gets a packet to @dst that has come to @sid. NOT_HERE. */
WF_INLINE enum wf_drop wf_validate_find(const struct wf_world *w, const struct wf_sid_entry *sid,
					__u32 tenant, struct wf_case *c, const __u8 dst[16],
					const struct wf_dest **ret)
{
	const struct wf_dest *dest;

	if (sid->behavior == WF_BEHAVIOR_DX_OUT) {
		if (wf_world_pass(w, c, sid))
			return WF_DROP_NOT_HERE;
		*ret = &c->exit.dest;
		return WF_DROP_NONE;
	}
	dest = wf_dest_find(w, tenant, dst);
	if (!dest || !dest->ifindex || dest->home != tenant ||
	    (sid->tenant && sid->ifindex != dest->ifindex))
		return WF_DROP_NOT_HERE;
	*ret = dest;
	return WF_DROP_NONE;
}

/*
 * End.DT46, or End.DX, that the packet has come to. @c: as it was read; what it says of the verdict
 * is defined when @ret is, which is who gets the packet, or would. Those of wf_validate_check(),
 * UNKNOWN_SID, UNKNOWN_TENANT, NESTED, NOT_HERE, those of wf_validate_judge().
 */
WF_INLINE enum wf_drop wf_validate_decide(const struct wf_world *w, const struct wf_arrival *a,
					  struct wf_case *c, const struct wf_dest **ret)
{
	const struct wf_sid_arg arg = wf_sid_arg_unpack(wf_sid_arg(a->outer->dst));
	const __u64 head = wf_sid_head(a->outer->dst);
	const struct wf_sid_entry *sid = wf_world_find(w, SID, &head);
	const struct wf_tenant_entry *tenant;
	enum wf_drop drop = wf_validate_check(a->in);

	if (drop)
		return drop;
	if (!sid || !wf_validate_takes(sid, arg.tenant))
		return WF_DROP_UNKNOWN_SID;
	tenant = wf_world_find(w, TENANT, &arg.tenant);
	if (!tenant)
		return WF_DROP_UNKNOWN_TENANT;
	if (wf_load_be32(a->in->flow.dst) == w->config->block)
		return WF_DROP_NESTED;
	drop = wf_validate_find(w, sid, arg.tenant, c, a->in->flow.dst, ret);
	return drop ? drop : wf_validate_judge(w, a, *ret, c);
}
