/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Services (dp/service.h, dp/serve.h). At the backend's node a packet becomes one to the backend's
 * own address before anything else is asked of it; its answers get the virtual address at the very
 * end. So both are judged as packets of the backend, and errors quote what its sender knows.
 */
#pragma once

#include "bpf/alias.h"
#include "bpf/proof.h"
#include "dp/serve.h"
#include "dp/verify.h"

/* Functions of their own, which the verifier looks at once. */
__noinline int service_pick(struct wf_case *c, __u32 tenant)
{
	return c ? wf_service_pick(WF_WORLD, c, tenant) : WF_DROP_NO_ENDPOINT;
}

__noinline int service_recognise(struct wf_case *c, __u32 tenant, __u32 node, __u32 claimed)
{
	return c ? wf_service_recognise(WF_WORLD, c, tenant, (__u16)node, claimed)
		 : WF_DROP_IDENTITY;
}

__noinline int service_answer(struct wf_case *c, __u32 tenant, __u32 sid)
{
	if (c)
		wf_serve_answer(WF_WORLD, c, tenant, (__u16)sid);
	return 0;
}

__noinline int service_take(struct wf_case *c, __u32 tenant, __u32 sid, int is_last)
{
	return c ? wf_serve(WF_WORLD, c, tenant, (__u16)sid, is_last) : WF_DROP_DECLINED;
}

/* The entry of this node's End.DX that the packet is at, or NULL. */
WF_INLINE const struct wf_sid_entry *service_sid(const struct wf_outer *o)
{
	const __u64 head = wf_sid_head(o->dst);
	const struct wf_sid_entry *entry = bpf_map_lookup_elem(&sids, &head);

	return entry && entry->behavior == WF_BEHAVIOR_DX ? entry : (void *)0;
}

/* The packet inside, for the backend whose SID it is at. What it becomes if that takes it. */
WF_INLINE enum wf_drop service_serve(struct __sk_buff *skb, const struct wf_outer *o, __u32 tenant)
{
	const __u16 proto = o->upper == WF_PROTO_IPV4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6;
	struct wf_case *c = case_get();
	enum wf_drop drop;

	if (!c || packet_parse(skb, o->upper_off & 0xfff, proto, &c->inner))
		return WF_DROP_INNER_MALFORMED;
	drop = wf_inner_check(&c->inner);
	if (drop)
		return drop == WF_DROP_MALFORMED ? WF_DROP_INNER_MALFORMED : drop;
	case_read(skb, &c->inner);
	drop = service_take(c, tenant, (__u16)wf_sid_head(o->dst) & ~WF_FN_ENDPOINT,
			    !o->segments_left);
	if (drop)
		return drop;
	c->taken = c->alias;
	return alias_put(skb, &c->inner, &c->alias);
}

/* The next candidate: behind this one in its container of C-SIDs, or the next segment. */
WF_INLINE _Bool service_pass_on(struct __sk_buff *skb, struct wf_outer *o)
{
	wf_csid_shift(o->dst);
	wf_csid_shift(o->dst);
	o->is_moved = 1;
	if ((__u16)(wf_sid_head(o->dst) >> 16))
		return 1;
	return wf_segment_advance(packet_data(skb), packet_end(skb), o);
}

/*
 * End.DX, and whoever is to be asked next, until the packet is another node's. DECAP: it has been
 * taken and is as its backend sees it, o->dst the SID of that with the argument.
 */
static __noinline int service_hunt(struct __sk_buff *skb, struct wf_outer *o,
				   struct wf_proof *proof, enum wf_drop *drop)
{
	const __u64 final = wf_proof_final_arg(packet_data(skb), packet_end(skb), o);

	proof_see_here(skb, proof);
	if (final)
		proof->arg = final;
	for (__u32 i = 0; i <= WF_CANDIDATES_MAX; i++) {
		*drop = WF_DROP_UNKNOWN_SID;
		if (!service_sid(o))
			return WF_STEP_DROP;
		*drop = service_serve(skb, o, wf_sid_arg_unpack(proof->arg).tenant);
		if (!*drop) {
			wf_sid_set_arg(o->dst, proof->arg);
			o->is_served = 1;
			return WF_STEP_DECAP;
		}
		if (!o->segments_left || !service_pass_on(skb, o))
			return WF_STEP_DROP;
		if (!is_here(o->dst))
			return WF_STEP_FORWARD;
	}
	return WF_STEP_DROP;
}

/*
 * The packet that service_hunt() has made one to the backend becomes what its client has sent, for
 * the error about it.
 */
static __noinline int service_undo(struct __sk_buff *skb, const struct wf_inner *in)
{
	struct wf_case *c = case_get();

	return c ? alias_put(skb, in, &c->asked) : WF_DROP_NONE;
}

/*
 * An error quotes, at @off, what has left this node as a packet of @tenant's service: c->alias is
 * which backend has sent it. False: none.
 */
__noinline int service_recall(struct __sk_buff *skb, __u32 off, __u32 tenant, int is_v4)
{
	const __u16 proto = is_v4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6;
	struct wf_case *c = case_get();

	if (!c || parse_slow(skb, off, proto, &c->quoted) != WF_FLOW_OK)
		return 0;
	c->request.tenant = tenant;
	c->request.pad = 0;
	return wf_flow_answer(&c->quoted.flow, &c->request.flow) && wf_serve_recall(WF_WORLD, c);
}

/* The packet at L3 into the case, to which nothing else happens. */
__noinline int service_read(struct __sk_buff *skb, int is_v4)
{
	struct wf_case *c = case_get();

	return c && !packet_parse(skb, L3, is_v4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6, &c->inner);
}

/* The error that has been made about what service_recall() found, for the backend. */
WF_INLINE enum wf_drop service_tell(struct __sk_buff *skb, _Bool is_v4)
{
	struct wf_case *c = case_get();

	if (!c || !service_read(skb, is_v4))
		return WF_DROP_RESIZE;
	return alias_put(skb, &c->inner, &c->alias);
}
