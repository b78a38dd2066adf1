// SPDX-License-Identifier: Apache-2.0
/*
 * Sets of policies. A tenant receives by its new set at once, sends by it when everybody knows it,
 * and takes what others send by the old one for a while. A set in use keeps all its entries.
 *
 * A set that is wished for less than WF_SETTLE_MS is never sent by: nobody has to know it. If
 * wishes come faster than that without an end, the one of the moment is taken after WF_FORGET_MS.
 */
#include <string.h>

#include "compile/staged.h"
#include "wire/bytes.h"

static int tenant_cmp(const void *tenant, const void *set)
{
	return memcmp(tenant, &((const struct wf_staged_set *)set)->tenant, sizeof(uint32_t));
}

static const struct wf_staged_set *find_set(const struct wf_stage *s, const void *tenant)
{
	return s->state->sets.n ? bsearch(tenant, s->state->sets.items, s->state->sets.n,
					  sizeof(*s->state->sets.items), tenant_cmp)
				: NULL;
}

bool wf_staged_set_is_behind(const struct wf_stage *s, const void *tenant)
{
	const struct wf_staged_set *set = find_set(s, tenant);

	return set && set->set_out != set->set;
}

static bool exists(const struct wf_stage *s, uint64_t set)
{
	return wf_image_find(s->image, WF_TABLE_SET, &set) ||
	       wf_image_find(s->installed, WF_TABLE_SET, &set);
}

/* Not known yet: as it is installed, from now. A first set is used at once. */
static struct wf_staged_set begin(const struct wf_stage *s, uint32_t tenant, uint64_t wish)
{
	const struct wf_tenant_entry *old = wf_image_find(s->installed, WF_TABLE_TENANT, &tenant);

	return (struct wf_staged_set){
		.tenant = tenant,
		.set = old ? old->set : wish,
		.set_out = old ? old->set_out : wish,
		.set_was = old ? old->set_was : 0,
		.since_ms = s->now_ms,
		.waiting_ms = s->now_ms,
		.out_ms = s->now_ms,
	};
}

static void hear(const struct wf_stage *s, struct wf_staged_set *set, uint64_t wish)
{
	if (set->set == wish)
		return;
	if (set->set_out == set->set) {
		set->set_was = set->set_out;
		set->waiting_ms = s->now_ms;
	}
	set->set = wish;
	set->since_ms = s->now_ms;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void follow(struct wf_stage *s, struct wf_staged_set *set)
{
	int64_t when = earlier(set->since_ms + WF_SETTLE_MS, set->waiting_ms + WF_FORGET_MS);

	if (set->set_out == set->set)
		return;
	if (s->now_ms >= when || !exists(s, set->set_out)) {
		set->set_out = set->set;
		set->out_ms = s->now_ms;
		return;
	}
	s->is_settled = false;
	wf_stage_wait(s, when);
}

static void forget(struct wf_stage *s, struct wf_staged_set *set)
{
	int64_t when = set->out_ms + WF_FORGET_MS;

	if (!set->set_was || set->set_out != set->set)
		return;
	if (s->now_ms >= when || set->set_was == set->set || !exists(s, set->set_was))
		set->set_was = 0;
	else
		wf_stage_wait(s, when);
}

/* The state of every tenant there is, from the one of before. */
static int step_all(struct wf_stage *s)
{
	WF_VEC(struct wf_staged_set) next = {0};

	for (size_t i = 0; i < wf_image_count(s->image, WF_TABLE_TENANT); i++) {
		uint32_t tenant = *(const uint32_t *)wf_image_key(s->image, WF_TABLE_TENANT, i);
		const struct wf_tenant_entry *wish = wf_image_value(s->image, WF_TABLE_TENANT, i);
		const struct wf_staged_set *known = find_set(s, &tenant);
		struct wf_staged_set set = known ? *known : begin(s, tenant, wish->set);

		hear(s, &set, wish->set);
		follow(s, &set);
		forget(s, &set);
		if (wf_vec_push(&next, set) < 0) {
			wf_vec_done(&next);
			return -ENOMEM;
		}
	}
	free(s->state->sets.items);
	memcpy(&s->state->sets, &next, sizeof(next));
	return 0;
}

struct numbers {
	WF_VEC(uint64_t) list; /* sorted, each once */
};

static int number_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void sort_unique(struct numbers *n)
{
	size_t k = 0;

	wf_vec_sort(&n->list, number_cmp);
	for (size_t i = 0; i < n->list.n; i++)
		if (!k || n->list.items[k - 1] != n->list.items[i])
			n->list.items[k++] = n->list.items[i];
	n->list.n = k;
}

static bool has_number(const struct numbers *n, uint64_t number)
{
	return n->list.n && bsearch(&number, n->list.items, n->list.n, sizeof(number), number_cmp);
}

/* A set that is in use, but not in the wish. */
static int add_old(const struct wf_stage *s, struct numbers *n, uint64_t set)
{
	return !set || wf_image_find(s->image, WF_TABLE_SET, &set) ? 0 : wf_vec_push(&n->list, set);
}

static int find_old(const struct wf_stage *s, struct numbers *n)
{
	int r = 0;

	wf_vec_each (set, &s->state->sets) {
		r = r ? r : add_old(s, n, set->set_out);
		r = r ? r : add_old(s, n, set->set_was);
	}
	sort_unique(n);
	return r;
}

/* Of a set; of the list itself in RANGES. */
static uint64_t number_of(enum wf_table t, const void *key)
{
	return t == WF_TABLE_ZONE ? wf_load_be64(((const struct wf_zone_key *)key)->set)
				  : *(const uint64_t *)key;
}

/* What is installed of @numbers and not in the wish; and into @ranges what verdicts name. */
static int keep_entries(struct wf_stage *s, enum wf_table t, const struct numbers *numbers,
			struct numbers *ranges)
{
	size_t n = numbers->list.n ? wf_image_count(s->installed, t) : 0;
	int r = 0;

	for (size_t i = 0; i < n && !r; i++) {
		const void *key = wf_image_key(s->installed, t, i);
		const void *value = wf_image_value(s->installed, t, i);

		if (!has_number(numbers, number_of(t, key)) || wf_image_find(s->image, t, key))
			continue;
		r = wf_stage_keep(s, t, key, value);
		if (!r && t == WF_TABLE_VERDICT)
			r = wf_vec_push(&ranges->list, *(const uint64_t *)value);
	}
	return r;
}

static int keep_sets(struct wf_stage *s, const struct numbers *sets)
{
	static const enum wf_table tables[] = {WF_TABLE_SET, WF_TABLE_ZONE, WF_TABLE_POLICY,
					       WF_TABLE_VERDICT};
	struct numbers ranges = {0};
	int r = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables) && !r; i++)
		r = keep_entries(s, tables[i], sets, &ranges);
	sort_unique(&ranges);
	if (!r)
		r = keep_entries(s, WF_TABLE_RANGES, &ranges, NULL);
	wf_vec_done(&ranges.list);
	return r;
}

/* No room for the old beside the new: the new is used at once. */
static void give_up(struct wf_stage *s)
{
	wf_vec_each (set, &s->state->sets) {
		set->set_out = set->set;
		set->set_was = 0;
	}
	s->is_settled = true;
}

static void write_tenants(struct wf_stage *s)
{
	wf_vec_each (set, &s->state->sets) {
		struct wf_tenant_entry entry = *(const struct wf_tenant_entry *)wf_image_find(
			s->image, WF_TABLE_TENANT, &set->tenant);

		entry.set = set->set;
		entry.set_out = set->set_out;
		entry.set_was = set->set_was;
		wf_image_replace(s->image, WF_TABLE_TENANT, &set->tenant, &entry);
	}
}

int wf_staged_sets_step(struct wf_stage *s)
{
	struct numbers old = {0};
	size_t n = s->kept.n;
	int r = step_all(s);

	if (!r)
		r = find_old(s, &old);
	if (!r)
		r = keep_sets(s, &old);
	wf_vec_done(&old.list);
	if (r)
		return r;
	if (!wf_stage_fits(s, n))
		give_up(s);
	write_tenants(s);
	return 0;
}
