/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where does a flow of a tenant go, and by which path? Lookups that do not depend on how much there
 * is of anything: destination, choice, path.
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/drops.h"
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
	__u64 sid_arg; /* of the final SID */
	__u32 flow_label;
	enum wf_action action;
};

/* Whose packet, into which tenant, by whose way. */
struct wf_leg {
	__u32 tenant;	/* the destination's home */
	__u32 identity; /* the sender's; 0: the node itself */
	__u16 policy;	/* 0: direct */
	__u8 is_reverse;
	__u8 stage; /* enum wf_stage */
};

/* Where @addr of @tenant lives, or NULL. */
WF_INLINE const struct wf_dest *wf_dest_find(const struct wf_world *w, __u32 tenant,
					     const __u8 addr[16])
{
	struct wf_dest_key key = {.tenant = tenant};

	__builtin_memcpy(key.addr, addr, sizeof(key.addr));
	return wf_world_find(w, DEST, &key);
}

/* Which alternative a flow takes: its hash, scaled to the sum of the weights. */
WF_INLINE __u8 wf_choice_pick(const struct wf_choice *c, __u64 hash)
{
	const __u32 last = (c->n - 1u) & (WF_CHOICE_MAX - 1); /* the verifier wants to see it */
	const __u32 at = (__u32)((hash >> 32) * c->bound[last] >> 32);
	__u8 i;

	for (i = 0; i < WF_CHOICE_MAX - 1; i++) {
		if (i >= last || at < c->bound[i])
			break;
	}
	return i;
}

/* Sets path_key: the policy's alternative. NO_PATH. */
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
	ret->alternative = wf_choice_pick(choice, hash);
	return WF_DROP_NONE;
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
	if (!wf_set_of(w, leg->tenant, leg->stage, &number))
		return WF_DROP_UNKNOWN_TENANT;
	if (wf_verdict_needs(w, leg->tenant, leg->stage, leg->policy) & WF_NEED_HMAC)
		ret->identity = leg->identity;
	if (leg->policy)
		return wf_route_choose(w, leg, dest->node, hash, ret);
	set = wf_world_find(w, SET, &number);
	if (!set || !set->has_direct || dest->ifindex)
		ret->identity = 0;
	else
		ret->tenant = leg->tenant;
	return WF_DROP_NONE;
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
	ret->path = wf_world_find(w, PATH, &ret->path_key);
	if (!ret->path)
		return WF_DROP_NO_PATH;
	if (!ret->path->len && !dest->ifindex)
		return WF_DROP_NOT_HERE;
	ret->sid_arg = wf_sid_arg_pack(&arg);
	ret->flow_label = wf_flow_label(hash);
	ret->action = ret->path->len ? WF_ACTION_ENCAP : WF_ACTION_DELIVER;
	return WF_DROP_NONE;
}
