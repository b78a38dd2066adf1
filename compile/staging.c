// SPDX-License-Identifier: Apache-2.0
#include "compile/staging.h"

#include <string.h>

#include "compile/staged.h"

void wf_staging_done(struct wf_staging *s)
{
	wf_vec_done(&s->sets);
	wf_vec_done(&s->ways);
	wf_vec_done(&s->lanes);
	wf_vec_done(&s->leaving);
}

int wf_stage_keep(struct wf_stage *s, enum wf_table t, const void *key, const void *value)
{
	struct wf_table_change row = {.table = t, .key = key, .value = value};

	return wf_vec_push(&s->kept, row);
}

bool wf_stage_fits(struct wf_stage *s, size_t n)
{
	size_t counts[WF_TABLE_COUNT] = {0};
	bool fits = true;

	wf_vec_each (row, &s->kept)
		counts[row->table]++;
	for (int i = 0; i < WF_TABLE_COUNT; i++) {
		enum wf_table t = (enum wf_table)i;

		if (counts[i] && wf_image_count(s->image, t) + counts[i] > wf_table_most(t))
			fits = false;
	}
	if (!fits)
		s->kept.n = n;
	return fits;
}

/* A path has its counter. */
static int add_row(struct wf_image *image, const struct wf_table_change *row)
{
	struct wf_counter_key counter = {.kind = WF_COUNTER_PATH};
	int r = wf_image_add(image, row->table, row->key, row->value);

	if (r || row->table != WF_TABLE_PATH)
		return r;
	memcpy(counter.name, row->key, sizeof(struct wf_path_key));
	return wf_image_add_counter(image, &counter);
}

static int add_kept(struct wf_stage *s)
{
	int r = 0;

	if (!s->kept.n)
		return 0;
	wf_image_open(s->image);
	for (size_t i = 0; i < s->kept.n && !r; i++)
		r = add_row(s->image, &s->kept.items[i]);
	return r ? r : wf_image_seal(s->image, NULL);
}

int wf_staging_step(struct wf_staging *state, const struct wf_image *installed,
		    struct wf_image *image, int64_t now_ms, struct wf_staging_result *ret)
{
	static int (*const parts[])(struct wf_stage * s) = {
		wf_staged_sets_step,
		wf_staged_ways_step,
		wf_staged_lanes_step,
		wf_leaving_step,
		add_kept,
	};
	struct wf_stage s = {
		.state = state,
		.installed = installed,
		.image = image,
		.now_ms = now_ms,
		.next_ms = INT64_MAX,
		.is_settled = true,
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts) && !r; i++)
		r = parts[i](&s);
	wf_vec_done(&s.kept);
	if (r)
		return r;
	if (!s.is_settled) /* the longer ways may be the old ones */
		wf_image_limit_mtus(image, installed);
	ret->is_settled = s.is_settled;
	ret->again_in_ms = s.next_ms == INT64_MAX ? -1 : s.next_ms - now_ms;
	return 0;
}
