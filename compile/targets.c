// SPDX-License-Identifier: Apache-2.0
#include "compile/targets.h"

#include <string.h>

#include "dp/lane.h"
#include "wire/sid.h"

int wf_target_list_add(struct wf_target_list *l, struct wf_candidate backend)
{
	const struct wf_target target = {.list = {backend}};

	return wf_vec_push(l, target);
}

int wf_target_list_add_shares(struct wf_target_list *l, const struct wf_shares *s)
{
	struct wf_target target;
	int r = 0;

	for (uint32_t i = 0; i < s->n_slots && !r; i++) {
		memcpy(target.list, s->slots[i], sizeof(target.list));
		if (wf_target_is_hunt(&target))
			r = wf_vec_push(l, target);
	}
	return r;
}

static int target_cmp(const void *a, const void *b)
{
	return wf_candidates_cmp(((const struct wf_target *)a)->list,
				 ((const struct wf_target *)b)->list);
}

/* As its path's key: two lists of one name are one path, that of the first. */
static bool is_same_path(const struct wf_target *a, const struct wf_target *b)
{
	return a->list[0].node == b->list[0].node && a->list[0].sid == b->list[0].sid &&
	       wf_target_lane(a) == wf_target_lane(b);
}

static bool has_path(const struct wf_target_list *l, size_t n, const struct wf_target *t)
{
	while (n--) {
		if (l->items[n].list[0].node != t->list[0].node ||
		    l->items[n].list[0].sid != t->list[0].sid)
			return false;
		if (is_same_path(&l->items[n], t))
			return true;
	}
	return false;
}

static void sort_unique(struct wf_target_list *l)
{
	size_t n = 0;

	wf_vec_sort(l, target_cmp);
	for (size_t i = 0; i < l->n; i++)
		if (!has_path(l, n, &l->items[i]))
			l->items[n++] = l->items[i];
	l->n = n;
}

int wf_targets_take(struct wf_targets *t, struct wf_target_list *l)
{
	size_t at = t->n;

	if (!l->n || wf_vec_grow((void **)&t->items, t->n, &t->cap, sizeof(*t->items)) < 0) {
		int r = l->n ? -ENOMEM : 0;

		wf_vec_done(l);
		return r;
	}
	sort_unique(l);
	while (at && t->items[at - 1].tenant > l->tenant)
		at--;
	memmove(&t->items[at + 1], &t->items[at], (t->n - at) * sizeof(*t->items));
	t->items[at] = *l;
	t->n++;
	*l = (struct wf_target_list){0};
	return 0;
}

static int tenant_cmp(const void *key, const void *list)
{
	uint32_t a = *(const uint32_t *)key, b = ((const struct wf_target_list *)list)->tenant;

	return (a > b) - (a < b);
}

/* The first one at @node or beyond. */
static size_t first_at(const struct wf_target_list *l, uint32_t node)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->items[middle].list[0].node < node)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct wf_target_list *wf_targets_of(const struct wf_targets *t, uint32_t tenant)
{
	return t->n ? bsearch(&tenant, t->items, t->n, sizeof(*t->items), tenant_cmp) : NULL;
}

const struct wf_target *wf_targets_at(const struct wf_targets *t, uint32_t tenant, uint16_t node,
				      size_t *ret_n)
{
	const struct wf_target_list *l = wf_targets_of(t, tenant);
	size_t first;

	*ret_n = 0;
	if (!l)
		return NULL;
	first = first_at(l, node);
	*ret_n = first_at(l, node + 1u) - first;
	return *ret_n ? &l->items[first] : NULL;
}

void wf_targets_done(struct wf_targets *t)
{
	wf_vec_each (l, t)
		wf_vec_done(l);
	wf_vec_done(t);
}

uint32_t wf_target_lane(const struct wf_target *t)
{
	return wf_lane_of_candidates(t->list);
}

bool wf_target_is_hunt(const struct wf_target *t)
{
	return t->list[1].sid;
}

bool wf_target_asks(const struct wf_target *t, uint16_t node)
{
	for (unsigned int i = 0; i < WF_CANDIDATES_MAX && t->list[i].sid; i++)
		if (t->list[i].node == node)
			return true;
	return false;
}

/* Who is asked, in order; returns how many. */
static unsigned int find_stops(const struct wf_target *t,
			       struct wf_candidate ret[WF_CANDIDATES_MAX + 1])
{
	unsigned int n = 0;

	while (n < WF_CANDIDATES_MAX && t->list[n].sid) {
		ret[n] = t->list[n];
		n++;
	}
	if (wf_target_is_hunt(t))
		ret[n++] = t->list[0];
	return n;
}

void wf_target_end(const struct wf_target *t, uint32_t block, struct wf_segments *segments)
{
	struct wf_candidate stops[WF_CANDIDATES_MAX + 1];
	unsigned int n = find_stops(t, stops);
	const unsigned int most = WF_VIA_SID_MAX + 1 - (segments->n - 1);

	if (n > most) {
		stops[most - 1] = stops[n - 1];
		n = most;
	}
	segments->n--;
	for (unsigned int i = 0; i < n; i++)
		wf_sid_make(segments->sids[segments->n++], block, stops[i].node,
			    WF_FN_ENDPOINT | stops[i].sid, 0);
}
