// SPDX-License-Identifier: Apache-2.0
/*
 * Lanes: the entries of LANES. An instance that has just come may not be known yet where it is, and
 * at receivers: so an alternative that has other lanes takes the new ones WF_SETTLE_MS later. One
 * that has none of those it had takes the new ones at once: there is nothing else.
 */
#include <string.h>

#include "compile/hash.h"
#include "compile/staged.h"

_Static_assert(sizeof(struct wf_lanes_key) == 8, "it is compared as bytes, without a hole");

bool wf_lanes_have(const struct wf_lanes *lanes, uint32_t name)
{
	for (uint32_t i = 0; i < lanes->n && i < WF_LANES_MAX; i++)
		if (lanes->names[i] == name)
			return true;
	return false;
}

/* Those of @wish that are installed. */
static struct wf_lanes known_of(const struct wf_lanes *installed, const struct wf_lanes *wish)
{
	struct wf_lanes known = {0};

	for (uint32_t i = 0; i < wish->n && i < WF_LANES_MAX; i++)
		if (wf_lanes_have(installed, wish->names[i]))
			known.names[known.n++] = wish->names[i];
	return known;
}

static int lanes_cmp(const void *key, const void *lanes)
{
	return memcmp(key, &((const struct wf_staged_lanes *)lanes)->key,
		      sizeof(struct wf_lanes_key));
}

/* Since when the lanes are wished, and what is new is waited for. */
static struct wf_staged_lanes remember(const struct wf_stage *s, const struct wf_pair *pair)
{
	const struct wf_staging *state = s->state;
	const struct wf_staged_lanes *known =
		state->lanes.n ? bsearch(pair->key, state->lanes.items, state->lanes.n,
					 sizeof(*state->lanes.items), lanes_cmp)
			       : NULL;
	struct wf_staged_lanes lanes = {
		.digest = wf_hash_of(pair->to, sizeof(struct wf_lanes)),
		.since_ms = s->now_ms,
		.waiting_ms = known ? known->waiting_ms : s->now_ms,
	};

	memcpy(&lanes.key, pair->key, sizeof(lanes.key));
	if (known && known->digest == lanes.digest)
		lanes.since_ms = known->since_ms;
	return lanes;
}

static int64_t ripe_at(const struct wf_staged_lanes *lanes)
{
	int64_t settled = lanes->since_ms + WF_SETTLE_MS;
	int64_t latest = lanes->waiting_ms + WF_FORGET_MS;

	return settled < latest ? settled : latest;
}

struct lanes {
	WF_VEC(struct wf_staged_lanes) list; /* sorted */
};

static int step(struct wf_stage *s, const struct wf_pair *pair, struct lanes *next)
{
	const struct wf_lanes *wish = pair->to;
	struct wf_lanes known = known_of(pair->from, wish);
	struct wf_staged_lanes lanes;

	if (!known.n || known.n == wish->n)
		return 0;
	lanes = remember(s, pair);
	if (s->now_ms >= ripe_at(&lanes))
		return 0;
	s->is_settled = false;
	wf_stage_wait(s, ripe_at(&lanes));
	wf_image_replace(s->image, WF_TABLE_LANES, pair->key, &known);
	return wf_vec_push(&next->list, lanes);
}

int wf_staged_lanes_step(struct wf_stage *s)
{
	struct wf_pairs pairs = {.from = s->installed, .to = s->image, .table = WF_TABLE_LANES};
	struct lanes next = {0};
	struct wf_pair pair;
	int r = 0;

	while (!r && wf_pairs_next(&pairs, &pair))
		if (pair.from && pair.to)
			r = step(s, &pair, &next);
	if (r) {
		wf_vec_done(&next.list);
		return r;
	}
	free(s->state->lanes.items);
	memcpy(&s->state->lanes, &next.list, sizeof(next.list));
	return 0;
}
