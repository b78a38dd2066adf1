// SPDX-License-Identifier: Apache-2.0
/*
 * Row by row: for each side that packets come from, the directions that select it there, and of
 * each the sides that it leads to. A row is sorted by where it leads and by precedence, so what all
 * say of one pair stands together. From elsewhere only what leads here is looked at.
 */
#include "compile/verdicts.h"

#include <stdio.h>
#include <string.h>

/* Lists of numbers, one after the other: list i is items[first[i]] up to items[first[i + 1]]. */
struct lists {
	size_t *first;	 /* owned */
	uint32_t *items; /* owned */
};

/* That a direction speaks of the row's side and @to. */
struct word {
	uint32_t to;	    /* place in wf_sides */
	uint32_t direction; /* the lower, the higher its precedence */
};

struct rows {
	const struct wf_realm *realm;
	struct wf_ranges_pool *pool;
	struct wf_err *err;
	struct lists spoken; /* of a selection: the directions from it */
	struct lists chosen; /* of a side: the selections that it is in and something is from */
	WF_VEC(struct word) words;	      /* of the row at hand */
	size_t n_words;			      /* of all rows */
	const struct wf_direction **speakers; /* owned; room for all */
	struct wf_verdicts verdicts;
};

static void lists_done(struct lists *l)
{
	free(l->first);
	free(l->items);
}

static void rows_done(struct rows *r)
{
	lists_done(&r->spoken);
	lists_done(&r->chosen);
	wf_vec_done(&r->words);
	free(r->speakers);
}

static int lists_init(struct lists *l, size_t n_lists, size_t n_items)
{
	l->first = calloc(n_lists + 2, sizeof(*l->first));
	l->items = calloc(n_items + 1, sizeof(*l->items));
	return l->first && l->items ? 0 : -ENOMEM;
}

/* first[i + 2] holds the length of list i: makes first[i + 1] the place where it is to be filled.
 */
static void lists_lay_out(struct lists *l, size_t n_lists)
{
	for (size_t i = 2; i < n_lists + 2; i++)
		l->first[i] += l->first[i - 1];
}

static void lists_put(struct lists *l, size_t list, uint32_t item)
{
	l->items[l->first[list + 1]++] = item;
}

/* Mirrors of policies that name ports say nothing of a packet by itself. */
static bool speaks(const struct wf_direction *d)
{
	return !d->is_reverse || !d->object->policy.n_ports;
}

static size_t from_of(const struct wf_realm *realm, const struct wf_direction *d)
{
	return (size_t)(d->from - realm->selections.items);
}

static int list_spoken(struct rows *r)
{
	const struct wf_directions *all = &r->realm->directions;
	const size_t n = r->realm->selections.n;

	if (lists_init(&r->spoken, n, all->n) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < all->n; i++)
		if (speaks(&all->items[i]))
			r->spoken.first[from_of(r->realm, &all->items[i]) + 2]++;
	lists_lay_out(&r->spoken, n);
	for (size_t i = 0; i < all->n; i++)
		if (speaks(&all->items[i]))
			lists_put(&r->spoken, from_of(r->realm, &all->items[i]), (uint32_t)i);
	return 0;
}

static bool is_spoken(const struct rows *r, size_t selection)
{
	return r->spoken.first[selection] < r->spoken.first[selection + 1];
}

static int list_chosen(struct rows *r)
{
	const struct wf_selections *all = &r->realm->selections;
	const size_t n = r->realm->sides.n;
	size_t n_items = 0;

	for (size_t i = 0; i < all->n; i++)
		n_items += is_spoken(r, i) ? all->items[i].n_sides : 0;
	if (lists_init(&r->chosen, n, n_items) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < all->n; i++)
		for (size_t k = 0; is_spoken(r, i) && k < all->items[i].n_sides; k++)
			r->chosen.first[all->items[i].sides[k] + 2]++;
	lists_lay_out(&r->chosen, n);
	for (size_t i = 0; i < all->n; i++)
		for (size_t k = 0; is_spoken(r, i) && k < all->items[i].n_sides; k++)
			lists_put(&r->chosen, all->items[i].sides[k], (uint32_t)i);
	return 0;
}

static int refuse_words(const struct rows *r)
{
	return wf_err_set(
		r->err, -E2BIG,
		"tenant '%s': its policies select so many that more than %d times one "
		"would speak of a pair of labels or prefixes: make them fewer or narrower",
		r->realm->tenant->name, WF_WORDS_MAX);
}

static int refuse_verdicts(const struct rows *r)
{
	return wf_err_set(r->err, -E2BIG,
			  "tenant '%s': its policies speak of more than %zu pairs of labels or "
			  "prefixes that meet here: make them fewer or narrower",
			  r->realm->tenant->name, wf_table_most(WF_TABLE_VERDICT));
}

/* @n speakers of one pair. */
static int refuse_ranges(const struct rows *r, size_t n)
{
	char more[32] = "";

	if (n > 2)
		snprintf(more, sizeof(more), " and %zu more", n - 2);
	return wf_err_set(r->err, -E2BIG,
			  "tenant '%s': policy '%s'%s%s%s%s name ports of the same endpoints in "
			  "more than %d ranges: name fewer or wider ones",
			  r->realm->tenant->name, r->speakers[0]->object->name, n > 1 ? ", '" : "",
			  n > 1 ? r->speakers[1]->object->name : "", n > 1 ? "'" : "", more,
			  WF_RANGES_MAX);
}

static int add_words(struct rows *r, const struct wf_seen_side *from, uint32_t direction)
{
	const struct wf_selection *to = r->realm->directions.items[direction].to;
	const size_t n = from->is_here ? to->n_sides : to->n_here;

	r->n_words += n;
	if (r->n_words > WF_WORDS_MAX)
		return refuse_words(r);
	for (size_t i = 0; i < n; i++) {
		const struct word word = {to->sides[i], direction};

		if (wf_vec_push(&r->words, word) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int word_cmp(const void *a, const void *b)
{
	const struct word *x = a, *y = b;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return (x->direction > y->direction) - (x->direction < y->direction);
}

/* What the @n words from @at on, of one pair, come to. */
static int add_pair(struct rows *r, const struct wf_seen_side *from, size_t at, size_t n)
{
	const struct wf_seen_side *to = &r->realm->sides.items[r->words.items[at].to];
	struct wf_said said = {.key = {.from = from->side, .to = to->side}};
	struct wf_ranges ranges;
	int e;

	if (r->verdicts.n >= wf_table_most(WF_TABLE_VERDICT))
		return refuse_verdicts(r);
	for (size_t i = 0; i < n; i++)
		r->speakers[i] = &r->realm->directions.items[r->words.items[at + i].direction];
	e = wf_ranges_of(r->speakers, n, &ranges);
	if (e == -E2BIG)
		return refuse_ranges(r, n);
	if (!e)
		e = wf_ranges_pool_add(r->pool, &ranges, &said.ranges);
	return e ? e : wf_vec_push(&r->verdicts, said);
}

static int add_row(struct rows *r, uint32_t side)
{
	const struct wf_seen_side *from = &r->realm->sides.items[side];
	int e = 0;

	r->words.n = 0;
	for (size_t i = r->chosen.first[side]; i < r->chosen.first[side + 1] && !e; i++) {
		const uint32_t selection = r->chosen.items[i];

		for (size_t k = r->spoken.first[selection];
		     k < r->spoken.first[selection + 1] && !e; k++)
			e = add_words(r, from, r->spoken.items[k]);
	}
	wf_vec_sort(&r->words, word_cmp);
	for (size_t at = 0, n; at < r->words.n && !e; at += n) {
		for (n = 1; at + n < r->words.n; n++)
			if (r->words.items[at + n].to != r->words.items[at].to)
				break;
		e = add_pair(r, from, at, n);
	}
	return e;
}

int wf_verdicts_of(const struct wf_realm *realm, struct wf_ranges_pool *pool,
		   struct wf_verdicts *ret, struct wf_err *err)
{
	struct rows r = {.realm = realm, .pool = pool, .err = err};
	int e = 0;

	if (realm->directions.n) {
		r.speakers = calloc(realm->directions.n, sizeof(*r.speakers));
		e = r.speakers ? list_spoken(&r) : -ENOMEM;
		if (!e)
			e = list_chosen(&r);
		for (size_t i = 0; i < realm->sides.n && !e; i++)
			e = add_row(&r, (uint32_t)i);
	}
	rows_done(&r);
	if (e < 0) {
		wf_verdicts_done(&r.verdicts);
		return e;
	}
	*ret = r.verdicts;
	return 0;
}

void wf_verdicts_done(struct wf_verdicts *v)
{
	wf_vec_done(v);
}
