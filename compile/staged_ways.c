// SPDX-License-Identifier: Apache-2.0
/*
 * Ways: the entries of PATH, LANES and CHOICE, in groups of a policy each. Where headers are
 * signed, others take only segment lists and keys that they know: so ways of before stay in use
 * (held) until WF_SETTLE_MS after the new ones came to be wished. New keys are added at once;
 * nothing leads to them before the old values go.
 *
 * And as long as a tenant sends by its old set, that set's ways stay, whatever they are; but not
 * those of lanes that its alternative has lost.
 */
#include <string.h>

#include "compile/staged.h"

/* What the two images say of a group. */
struct group {
	uint8_t key[6];
	bool is_signed;
	bool is_changed; /* an entry that both have is another one now */
	bool is_held;
	uint64_t digest; /* of the wish */
};

struct groups {
	struct group *items; /* owned, in key order */
	size_t n;
	size_t cap;
};

static int group_cmp(const void *key, const void *group)
{
	return memcmp(key, group, sizeof(((struct group *)group)->key));
}

static struct group *find_group(const struct groups *groups, const void *key)
{
	return groups->n ? bsearch(key, groups->items, groups->n, sizeof(*groups->items), group_cmp)
			 : NULL;
}

/* The one of @key, which is the last one or comes behind it. NULL without memory. */
static struct group *last_group(struct groups *groups, const void *key)
{
	struct group fresh = {.digest = 0xcbf29ce484222325};

	if (groups->n && group_cmp(key, &groups->items[groups->n - 1]) == 0)
		return &groups->items[groups->n - 1];
	memcpy(fresh.key, key, sizeof(fresh.key));
	return wf_vec_push(groups, fresh) < 0 ? NULL : &groups->items[groups->n - 1];
}

/* FNV-1a */
static uint64_t mix(uint64_t digest, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		digest = (digest ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3;
	return digest;
}

/* Do only the shares differ, of alternatives through functions? They come and go with those, and
 * their segment lists are known. */
static bool is_health(const struct wf_choice *from, const struct wf_choice *to)
{
	return from->has_lanes && from->has_lanes == to->has_lanes && from->n == to->n;
}

static void compare(struct group *group, enum wf_table t, const struct wf_pair *pair)
{
	if (pair->to) {
		group->digest = mix(group->digest, pair->key, wf_table_key_bytes(t));
		group->digest = mix(group->digest, pair->to, wf_table_value_bytes(t));
	}
	if (pair->from && pair->to && memcmp(pair->from, pair->to, wf_table_value_bytes(t)) != 0)
		group->is_changed |= t != WF_TABLE_CHOICE || !is_health(pair->from, pair->to);
}

static bool is_signed(const struct wf_pair *pair)
{
	const struct wf_template *from = pair->from, *to = pair->to;

	return (from && from->is_signed) || (to && to->is_signed);
}

/* All groups with a signed header. */
static int read_paths(struct wf_stage *s, struct groups *groups)
{
	struct wf_pairs pairs = {.from = s->installed, .to = s->image, .table = WF_TABLE_PATH};
	struct wf_pair pair;

	while (wf_pairs_next(&pairs, &pair))
		if (is_signed(&pair) && !last_group(groups, pair.key))
			return -ENOMEM;
	return 0;
}

static void read_entries(struct wf_stage *s, enum wf_table t, struct groups *groups)
{
	struct wf_pairs pairs = {.from = s->installed, .to = s->image, .table = t};
	struct wf_pair pair;

	while (groups->n && wf_pairs_next(&pairs, &pair)) {
		struct group *group = find_group(groups, pair.key);

		if (group)
			compare(group, t, &pair);
	}
}

static int way_cmp(const void *key, const void *way)
{
	return memcmp(key, way, sizeof(((struct wf_staged_way *)way)->group));
}

/* Is the group held, and since when? */
static struct wf_staged_way step_group(struct wf_stage *s, const struct group *group)
{
	const struct wf_staging *state = s->state;
	const struct wf_staged_way *known = state->ways.n
						    ? bsearch(group->key, state->ways.items,
							      state->ways.n,
							      sizeof(*state->ways.items), way_cmp)
						    : NULL;
	struct wf_staged_way way = {.digest = group->digest,
				    .since_ms = s->now_ms,
				    .waiting_ms = s->now_ms};
	int64_t when;

	memcpy(way.group, group->key, sizeof(way.group));
	if (known && known->digest == group->digest)
		way.since_ms = known->since_ms;
	if (known && known->is_held)
		way.waiting_ms = known->waiting_ms;
	when = way.since_ms + WF_SETTLE_MS;
	if (way.waiting_ms + WF_FORGET_MS < when)
		when = way.waiting_ms + WF_FORGET_MS;
	way.is_held = group->is_changed && s->now_ms < when;
	if (!way.is_held)
		return way;
	s->is_settled = false;
	wf_stage_wait(s, when);
	return way;
}

static int step_groups(struct wf_stage *s, struct groups *groups)
{
	WF_VEC(struct wf_staged_way) next = {0};

	for (size_t i = 0; i < groups->n; i++) {
		struct wf_staged_way way = step_group(s, &groups->items[i]);

		groups->items[i].is_held = way.is_held;
		if (wf_vec_push(&next, way) < 0) {
			wf_vec_done(&next);
			return -ENOMEM;
		}
	}
	free(s->state->ways.items);
	memcpy(&s->state->ways, &next, sizeof(next));
	return 0;
}

/* Of a path: is its alternative still there, and has other lanes? */
static bool is_lost(const struct wf_stage *s, enum wf_table t, const void *key)
{
	const struct wf_path_key *path = key;
	const struct wf_lanes *lanes;
	struct wf_lanes_key of;

	if (t != WF_TABLE_PATH || !path->lane)
		return false;
	of = (struct wf_lanes_key){.tenant = path->tenant,
				   .policy = path->policy,
				   .is_reverse = path->is_reverse,
				   .alternative = path->alternative};
	lanes = wf_image_find(s->image, WF_TABLE_LANES, &of);
	return lanes && !wf_lanes_have(lanes, path->lane);
}

/* The entries of before: of held groups all, of tenants with an old set those that go. */
static int keep_entries(struct wf_stage *s, enum wf_table t, const struct groups *groups)
{
	struct wf_pairs pairs = {.from = s->installed, .to = s->image, .table = t};
	struct wf_pair pair;
	int r = 0;

	while (!s->is_settled && !r && wf_pairs_next(&pairs, &pair)) {
		const struct group *group = find_group(groups, pair.key);
		bool is_held = group && group->is_held;

		if (!pair.from)
			continue;
		if (pair.to && is_held && t != WF_TABLE_LANES)
			wf_image_replace(s->image, t, pair.key, pair.from);
		else if (!pair.to && !is_lost(s, t, pair.key) &&
			 (is_held || wf_staged_set_is_behind(s, pair.key)))
			r = wf_stage_keep(s, t, pair.key, pair.from);
	}
	return r;
}

int wf_staged_ways_step(struct wf_stage *s)
{
	struct groups groups = {0};
	size_t n = s->kept.n;
	int r = read_paths(s, &groups);

	read_entries(s, WF_TABLE_PATH, &groups);
	read_entries(s, WF_TABLE_CHOICE, &groups);
	if (!r)
		r = step_groups(s, &groups);
	if (!r)
		r = keep_entries(s, WF_TABLE_PATH, &groups);
	if (!r)
		r = keep_entries(s, WF_TABLE_CHOICE, &groups);
	if (!r)
		r = keep_entries(s, WF_TABLE_LANES, &groups);
	wf_stage_fits(s, n);
	wf_vec_done(&groups);
	return r;
}
