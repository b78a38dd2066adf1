/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where does a flow of a tenant go, and by which path? Lookups that do not depend on how much there
 * is of anything: destination, choice, path.
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/drops.h"
#include "dp/pick.h"
#include "dp/table.h"
#include "dp/verdict.h"
#include "wire/flow.h"
#include "wire/sid.h"

enum wf_action {
	WF_ACTION_DROP,
	WF_ACTION_DELIVER, /* to an endpoint of this node */
	WF_ACTION_ENCAP,
};

/* What becomes of a flow. Pointers are into the tables, valid as long as those are. */
struct wf_way {
	const struct wf_dest *dest;
	const struct wf_template *path; /* NULL until action is DELIVER or ENCAP */
	struct wf_path_key path_key;
	__u32 lane;    /* through functions; 0: none */
	__u64 sid_arg; /* of the final SID */
	__u32 flow_label;
	enum wf_action action;
	__u16 source; /* node whose address is to be the header's source; 0: this one */
};

/* As the verdict on the packet says: c->leg. @identity: the sender's. */
WF_INLINE struct wf_leg *wf_case_leg(struct wf_case *c, __u32 identity)
{
	struct wf_leg *leg = &c->leg;

	leg->identity = identity;
	leg->sid = c->backend.sid | c->exit.sid; /* one of them is 0 */
	leg->others = c->others;
	leg->tenant = c->ahead.tenant;
	leg->policy = c->ruling.way;
	leg->is_reverse = c->ruling.is_reverse;
	leg->stage = c->stage;
	leg->lanes[0] = c->lanes[0];
	leg->lanes[1] = c->lanes[1];
	leg->spread = wf_flow_spread(&c->ahead.flow);
	return leg;
}

/* Where @addr of @tenant lives, or NULL. */
WF_INLINE const struct wf_dest *wf_dest_find(const struct wf_world *w, __u32 tenant,
					     const __u8 addr[16])
{
	struct wf_dest_key key = {.tenant = tenant};

	__builtin_memcpy(key.addr, addr, sizeof(key.addr));
	return wf_world_find(w, DEST, &key);
}

/*
 * Sets path_key: the policy's alternative and lane. Where there are lanes, both directions of a
 * flow are to get the same. NO_PATH.
 */
WF_INLINE enum wf_drop wf_route_choose(const struct wf_world *w, const struct wf_leg *leg,
				       __u16 node, __u64 hash, struct wf_path_key *ret)
{
	const struct wf_choice_key key = {.tenant = leg->tenant,
					  .policy = leg->policy,
					  .node = node,
					  .is_reverse = leg->is_reverse};
	const struct wf_choice *choice = wf_world_find(w, CHOICE, &key);

	if (!choice)
		return WF_DROP_NO_PATH;
	ret->tenant = leg->tenant;
	ret->policy = leg->policy;
	ret->is_reverse = leg->is_reverse;
	ret->alternative = wf_choice_pick(choice, choice->has_lanes ? leg->spread : hash);
	return choice->has_lanes ? wf_world_lane(w, leg, choice, ret) : WF_DROP_NONE;
}

/* Sets path_key: the alternative or the direct path, the sender's own where it is signed. */
WF_INLINE enum wf_drop wf_route_pick(const struct wf_world *w, const struct wf_leg *leg,
				     const struct wf_dest *dest, __u64 hash,
				     struct wf_path_key *ret)
{
	const struct wf_set *set;
	__u64 number = 0;

	__builtin_memset(ret, 0, sizeof(*ret));
	ret->node = dest->node;
	ret->sid = leg->sid;
	if (!wf_set_of(w, leg->tenant, leg->stage, &number))
		return WF_DROP_UNKNOWN_TENANT;
	if (wf_verdict_needs(w, leg->tenant, leg->stage, leg->policy) & WF_NEED_HMAC)
		ret->identity = leg->identity;
	if (leg->policy)
		return wf_route_choose(w, leg, dest->node, hash, ret);
	set = wf_world_find(w, SET, &number);
	if (dest->ifindex && !leg->others)
		ret->sid = 0; /* no header is needed, or (a service's) one that knows no path */
	if (!set || !set->has_direct || (dest->ifindex && !ret->sid))
		ret->identity = 0;
	else
		ret->tenant = leg->tenant;
	return WF_DROP_NONE;
}

/* Of a way whose path_key is known, the rest. NO_PATH, NOT_HERE. */
WF_INLINE enum wf_drop wf_route_finish(const struct wf_world *w, const struct wf_sid_arg *arg,
				       __u64 hash, struct wf_way *ret)
{
	ret->path = wf_world_find(w, PATH, &ret->path_key);
	if (!ret->path)
		return WF_DROP_NO_PATH;
	if (!ret->path->len && !ret->dest->ifindex)
		return WF_DROP_NOT_HERE;
	ret->sid_arg = wf_sid_arg_pack(arg);
	ret->flow_label = wf_flow_label(hash);
	ret->action = ret->path->len ? WF_ACTION_ENCAP : WF_ACTION_DELIVER;
	return WF_DROP_NONE;
}

/* The direct path, of what the node itself sends into @dest's home. As wf_route_decide(). */
WF_INLINE enum wf_drop wf_route_direct(const struct wf_world *w, const struct wf_dest *dest,
				       __u64 hash, struct wf_way *ret)
{
	const struct wf_sid_arg arg = {.tenant = dest->home};
	const struct wf_set *set;
	__u64 number = 0;

	__builtin_memset(ret, 0, sizeof(*ret));
	ret->dest = dest;
	ret->path_key.node = dest->node;
	if (!wf_set_of(w, dest->home, WF_STAGE_OUT, &number))
		return WF_DROP_UNKNOWN_TENANT;
	set = wf_world_find(w, SET, &number);
	if (set && set->has_direct && !dest->ifindex)
		ret->path_key.tenant = dest->home;
	return wf_route_finish(w, &arg, hash, ret);
}

/*
 * The path to @dest. @hash: wf_flow_hash() of the flow. On a drop, action is DROP and the rest is
 * as far as it got. UNKNOWN_TENANT, NO_PATH, NOT_HERE.
 */
WF_INLINE enum wf_drop wf_route_decide(const struct wf_world *w, const struct wf_leg *leg,
				       const struct wf_dest *dest, __u64 hash, struct wf_way *ret)
{
	const struct wf_sid_arg arg = {.tenant = leg->tenant,
				       .identity = leg->identity,
				       .policy = leg->policy};
	enum wf_drop drop;

	__builtin_memset(ret, 0, sizeof(*ret));
	ret->dest = dest;
	drop = wf_route_pick(w, leg, dest, hash, &ret->path_key);
	if (drop)
		return drop;
	ret->lane = ret->path_key.lane;
	ret->path_key.lane = wf_lane_join(ret->lane, leg->others);
	drop = wf_route_finish(w, &arg, hash, ret);
	if (drop)
		return drop;
	if (leg->sid)
		ret->action = WF_ACTION_ENCAP; /* also to a backend that is here */
	return WF_DROP_NONE;
}
