/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where does a flow of a tenant go, and by which path? Four lookups, none of which depends on how
 * much there is of anything: destination, rule, choice, path.
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/drops.h"
#include "dp/table.h"
#include "wire/flow.h"
#include "wire/sid.h"

enum wf_action {
	WF_ACTION_DROP,
	WF_ACTION_DELIVER, /* to an endpoint of this node */
	WF_ACTION_ENCAP,
};

/* Who sends: an endpoint, or (class and identity 0) the node itself. */
struct wf_sender {
	__u32 tenant;
	__u32 class;
	__u32 identity;
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

/* The rule for a pair of classes, most specific first; NULL: the direct path. */
WF_INLINE const struct wf_rule *wf_rule_find(const struct wf_world *w, __u32 tenant, __u32 source,
					     __u32 dest)
{
	struct wf_rule_key key = {.tenant = tenant, .source = source, .dest = dest};
	const struct wf_rule *rule;

	rule = wf_world_find(w, RULE, &key);
	if (rule)
		return rule;
	key.dest = WF_CLASS_ANY;
	rule = wf_world_find(w, RULE, &key);
	if (rule)
		return rule;
	key.source = WF_CLASS_ANY;
	key.dest = dest;
	rule = wf_world_find(w, RULE, &key);
	if (rule)
		return rule;
	key.dest = WF_CLASS_ANY;
	return wf_world_find(w, RULE, &key);
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

/* Sets path_key: the policy's alternative, or the direct path. */
WF_INLINE enum wf_drop wf_route_pick(const struct wf_world *w, const struct wf_sender *from,
				     const struct wf_dest *dest, __u64 hash,
				     struct wf_path_key *ret)
{
	struct wf_choice_key key = {.tenant = from->tenant, .node = dest->node};
	const struct wf_tenant_entry *tenant;
	const struct wf_choice *choice;
	const struct wf_rule *rule;

	__builtin_memset(ret, 0, sizeof(*ret));
	ret->node = dest->node;
	tenant = wf_world_find(w, TENANT, &from->tenant);
	if (!tenant)
		return WF_DROP_UNKNOWN_TENANT;
	if (!tenant->has_rules)
		return WF_DROP_NONE;
	rule = wf_rule_find(w, from->tenant, from->class, dest->class);
	if (!rule)
		return WF_DROP_NONE;
	key.policy = rule->policy;
	key.is_reverse = rule->is_reverse;
	choice = wf_world_find(w, CHOICE, &key);
	if (!choice)
		return WF_DROP_NO_PATH;
	ret->tenant = from->tenant;
	ret->policy = rule->policy;
	ret->is_reverse = rule->is_reverse;
	ret->alternative = wf_choice_pick(choice, hash);
	return WF_DROP_NONE;
}

/*
 * @hash: wf_flow_hash() of the flow. On a drop, action is DROP and the rest is as far as it got.
 * NO_ENDPOINT, UNKNOWN_TENANT, NO_PATH, NOT_HERE.
 */
WF_INLINE enum wf_drop wf_route_decide(const struct wf_world *w, const struct wf_sender *from,
				       const __u8 dst[16], __u64 hash, struct wf_way *ret)
{
	struct wf_sid_arg arg = {.tenant = from->tenant, .identity = from->identity};
	struct wf_dest_key key = {.tenant = from->tenant};
	enum wf_drop drop;

	__builtin_memset(ret, 0, sizeof(*ret));
	__builtin_memcpy(key.addr, dst, sizeof(key.addr));
	ret->dest = wf_world_find(w, DEST, &key);
	if (!ret->dest)
		return WF_DROP_NO_ENDPOINT;
	drop = wf_route_pick(w, from, ret->dest, hash, &ret->path_key);
	if (drop)
		return drop;
	ret->path = wf_world_find(w, PATH, &ret->path_key);
	if (!ret->path)
		return WF_DROP_NO_PATH;
	if (!ret->path->len && !ret->dest->ifindex)
		return WF_DROP_NOT_HERE;
	arg.policy = ret->path_key.policy;
	ret->sid_arg = wf_sid_arg_pack(&arg);
	ret->flow_label = wf_flow_label(hash);
	ret->action = ret->path->len ? WF_ACTION_ENCAP : WF_ACTION_DELIVER;
	return WF_DROP_NONE;
}
