// SPDX-License-Identifier: Apache-2.0
/*
 * What is not wished any more, but others may still send by: segment lists that are accepted, keys
 * that verify, and what marks are made with. It stays until they have stopped, and then for
 * WF_FORGET_MS.
 */
#include <string.h>

#include "compile/staged.h"

static int leaving_cmp(const void *a, const void *b)
{
	const struct wf_leaving *x = a, *y = b;

	return x->table != y->table ? (x->table > y->table) - (x->table < y->table)
				    : memcmp(x->key, y->key, sizeof(x->key));
}

/* @row->since_ms: now, or since it is known to leave. */
static void remember(const struct wf_stage *s, struct wf_leaving *row)
{
	const struct wf_staging *state = s->state;
	const struct wf_leaving *known = state->leaving.n ? bsearch(row, state->leaving.items,
								    state->leaving.n, sizeof(*row),
								    leaving_cmp)
							  : NULL;

	row->since_ms = known ? known->since_ms : s->now_ms;
}

struct leavings {
	WF_VEC(struct wf_leaving) list; /* sorted */
};

static int step_table(struct wf_stage *s, enum wf_table t, struct leavings *next)
{
	struct wf_pairs pairs = {.from = s->installed, .to = s->image, .table = t};
	size_t n = s->kept.n;
	struct wf_pair pair;
	int r = 0;

	while (!r && wf_pairs_next(&pairs, &pair)) {
		struct wf_leaving row = {.table = t};
		int64_t until;

		if (pair.to)
			continue;
		memcpy(row.key, pair.key, wf_table_key_bytes(t));
		remember(s, &row);
		until = row.since_ms + WF_SETTLE_MS + WF_FORGET_MS;
		if (s->now_ms >= until)
			continue;
		wf_stage_wait(s, until);
		r = wf_vec_push(&next->list, row);
		if (!r)
			r = wf_stage_keep(s, t, pair.key, pair.from);
	}
	wf_stage_fits(s, n);
	return r;
}

int wf_leaving_step(struct wf_stage *s)
{
	static const enum wf_table tables[] = {WF_TABLE_LISTED, WF_TABLE_KEY, WF_TABLE_TRANSIT};
	struct leavings next = {0};
	int r = 0;

	_Static_assert(sizeof(struct wf_listed_key) == sizeof(((struct wf_leaving *)0)->key),
		       "the longest key");
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables) && !r; i++)
		r = step_table(s, tables[i], &next);
	if (r) {
		wf_vec_done(&next.list);
		return r;
	}
	free(s->state->leaving.items);
	memcpy(&s->state->leaving, &next.list, sizeof(next.list));
	return 0;
}
