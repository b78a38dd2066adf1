/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which of a policy's alternatives a flow takes, and which lane, where it leads through functions.
 *
 * A connection stays on its lane as long as that has a path, whatever others come and go. A new one
 * takes the lane for which a hash of flow and lane is highest (rendezvous, HRW): when a lane goes,
 * only its own flows move. The hash is the same for both directions, and so are the names of
 * mirrored lanes: who knows nothing of a flow yet still sends its answers through the same
 * instances.
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/drops.h"
#include "dp/lane.h"
#include "dp/leg.h"
#include "dp/table.h"
#include "wire/flow.h"

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

/* How much a flow is drawn to a lane. */
WF_INLINE __u64 wf_lane_score(__u64 spread, __u32 name)
{
	__u64 h = spread ^ name * 0x9e3779b97f4a7c15ull;

	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdull;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ull;
	return h ^ h >> 33;
}

/* A search for a path, by keys that differ in alternative and lane. */
struct wf_lane_search {
	const struct wf_world *world;
	const struct wf_lanes *lanes;
	struct wf_path_key *key;
	const struct wf_leg *leg;
	__u64 score; /* the best so far */
	__u32 best;  /* 0: none */
	__u8 first;  /* alternative */
	__u8 has_lanes;
	__u8 n;
};

/* The pinned lanes in all alternatives, from the one that the flow would take on. */
static long wf_lane_pinned_step(__u32 i, void *arg)
{
	struct wf_lane_search *s = arg;
	const __u8 alternative = (__u8)(s->first + i) & (WF_CHOICE_MAX - 1);

	const __u32 name = s->leg->lanes[i / WF_CHOICE_MAX & 1];

	s->key->alternative = alternative;
	s->key->lane = wf_lane_join(name, s->leg->others);
	if (!name || alternative >= s->n || !(s->has_lanes >> alternative & 1) ||
	    !wf_world_find(s->world, PATH, s->key))
		return 0;
	s->best = name;
	return 1;
}

/* The lanes of one alternative. */
static long wf_lane_score_step(__u32 i, void *arg)
{
	struct wf_lane_search *s = arg;
	const __u32 name = s->lanes->names[i & (WF_LANES_MAX - 1)];
	const __u64 score = wf_lane_score(s->leg->spread, name);

	s->key->lane = wf_lane_join(name, s->leg->others);
	if ((s->best && score <= s->score) || !wf_world_find(s->world, PATH, s->key))
		return 0;
	s->best = name;
	s->score = score;
	return 0;
}

/*
 * The lane of a flow that would take @key's alternative, into @key; a pinned lane may be one of
 * another alternative. The rest of @key is filled in. NO_PATH.
 */
WF_INLINE enum wf_drop wf_lane_pick(const struct wf_world *w, const struct wf_leg *leg,
				    const struct wf_choice *choice, struct wf_path_key *key)
{
	const struct wf_lanes_key name = {.tenant = key->tenant,
					  .policy = key->policy,
					  .is_reverse = key->is_reverse,
					  .alternative = key->alternative};
	struct wf_lane_search s = {
		.world = w,
		.key = key,
		.leg = leg,
		.first = key->alternative,
		.has_lanes = choice->has_lanes,
		.n = choice->n,
	};

	if (leg->lanes[0] | leg->lanes[1])
		wf_world_repeat(2 * WF_CHOICE_MAX, wf_lane_pinned_step, &s);
	key->lane = s.best;
	if (s.best)
		return WF_DROP_NONE;
	key->alternative = s.first;
	if (!(s.has_lanes >> (s.first & (WF_CHOICE_MAX - 1)) & 1))
		return WF_DROP_NONE;
	s.lanes = wf_world_find(w, LANES, &name);
	if (s.lanes)
		wf_world_repeat(s.lanes->n, wf_lane_score_step, &s);
	key->lane = s.best;
	return s.best ? WF_DROP_NONE : WF_DROP_NO_PATH;
}
