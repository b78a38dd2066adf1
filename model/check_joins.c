// SPDX-License-Identifier: Apache-2.0
/*
 * A policy of tenant T from tenant X joins them: nodes look up addresses of both in one table, and
 * so of all tenants that are joined with T.
 *
 *	X --- T --- Y	no two of X, T and Y may overlap (X and Y are not joined: they may
 *			overlap with each other's other neighbours)
 */
#include "model/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct join {
	const char *tenant, *other;	  /* borrowed */
	const struct wf_batch_item *item; /* the policy that makes it; NULL: it stays as it is */
};

struct joins {
	struct join *items; /* owned; both ways */
	size_t n;
	size_t cap;
};

static bool is_join(const struct wf_object *o)
{
	return o->kind == WF_KIND_POLICY && !o->policy.is_deny &&
	       o->policy.from.type == WF_SELECT_TENANT &&
	       strcmp(o->policy.from.tenant, o->tenant) != 0;
}

static int collect(void *arg, const struct wf_object *o, const struct wf_batch_item *item)
{
	const char *a = o->tenant, *b = o->policy.from.tenant;
	struct joins *joins = arg;
	int r;

	if (!is_join(o))
		return 0;
	r = wf_vec_push(joins, ((struct join){a, b, item}));
	return r ? r : wf_vec_push(joins, ((struct join){b, a, item}));
}

/* Of equal ones the first is one that stays, if there is one. */
static int cmp_joins(const void *a, const void *b)
{
	const struct join *x = a, *y = b;
	int c = strcmp(x->tenant, y->tenant);

	c = c ? c : strcmp(x->other, y->other);
	return c ? c : (x->item != NULL) - (y->item != NULL);
}

static void drop_repeated(struct joins *joins)
{
	size_t n = 0;

	for (size_t i = 0; i < joins->n; i++)
		if (!n || strcmp(joins->items[n - 1].tenant, joins->items[i].tenant) != 0 ||
		    strcmp(joins->items[n - 1].other, joins->items[i].other) != 0)
			joins->items[n++] = joins->items[i];
	joins->n = n;
}

/* A tenant beside the one in the middle, or that one itself. */
struct party {
	const struct wf_object *tenant;
	const struct wf_batch_item *item; /* what it is there for: NULL if that stays as it is */
	const char *key;		  /* of @item: where to look */
};

/* NULL if there is no such tenant; that is another problem. */
static struct party party_of(const struct wf_changes *c, const char *name,
			     const struct wf_batch_item *join)
{
	const struct wf_batch_item *item = wf_batch_find_name(c->batch, WF_KIND_TENANT, "", name);
	struct party p = {item ? item->object : wf_model_find(c->model, WF_KIND_TENANT, NULL, name),
			  item, "prefixes"};

	if (join)
		p = (struct party){p.tenant, join, "from"};
	return p;
}

/* The first two that do. */
static bool overlap(const struct wf_tenant *a, const struct wf_tenant *b,
		    const struct wf_prefix **ret_a, const struct wf_prefix **ret_b)
{
	for (unsigned int i = 0; i < a->n_prefixes; i++)
		for (unsigned int j = 0; j < b->n_prefixes; j++)
			if (wf_prefix_overlaps(&a->prefixes[i], &b->prefixes[j])) {
				*ret_a = &a->prefixes[i];
				*ret_b = &b->prefixes[j];
				return true;
			}
	return false;
}

/* @between: NULL if a policy joins the two. */
static void check_pair(const struct wf_changes *c, const struct party *a, const struct party *b,
		       const char *between)
{
	const struct party *told = b->item ? b : a;
	const struct wf_prefix *p = NULL, *q = NULL;
	char p_text[WF_PREFIX_STR_MAX], q_text[WF_PREFIX_STR_MAX], both[WF_NAME_MAX + 32] = "";

	if (!a->tenant || !b->tenant || !told->item ||
	    !overlap(&a->tenant->self, &b->tenant->self, &p, &q))
		return;
	if (between)
		snprintf(both, sizeof(both), " both with '%s'", between);
	wf_problems_add(c->problems, told->item->index, told->key,
			"tenants '%s' and '%s' cannot be joined%s: %s of the one overlaps %s of "
			"the other",
			a->tenant->name, b->tenant->name, both, wf_prefix_str(p, p_text),
			wf_prefix_str(q, q_text));
}

/* @joins: the @n of one tenant. */
static int check_middle(const struct wf_changes *c, const struct join *joins, size_t n)
{
	_cleanup_free_ struct party *parties = calloc(n, sizeof(*parties));
	struct party middle = party_of(c, joins->tenant, NULL);

	if (!parties)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		parties[i] = party_of(c, joins[i].other, joins[i].item);
		/* Each join is there both ways; one is enough to say it. */
		if (strcmp(joins->tenant, joins[i].other) < 0)
			check_pair(c, &middle, &parties[i], NULL);
	}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; parties[i].item && j < n; j++)
			if (j < i || !parties[j].item)
				check_pair(c, &parties[j], &parties[i], joins->tenant);
	return 0;
}

/* Does the batch join tenants, or change prefixes of one that may be joined already? */
static bool may_join(const struct wf_changes *c)
{
	for (size_t i = 0; i < c->batch->n; i++) {
		const struct wf_object *o = c->batch->items[i].object;

		if (is_join(o) || (o->kind == WF_KIND_TENANT &&
				   wf_model_find(c->model, WF_KIND_TENANT, NULL, o->name)))
			return true;
	}
	return false;
}

int wf_check_joins(const struct wf_changes *c)
{
	struct joins joins = {0};
	int r = 0;

	if (!may_join(c))
		return 0;
	r = wf_batch_each(c->batch, c->model, WF_KIND_POLICY, NULL, collect, &joins);
	wf_vec_sort(&joins, cmp_joins);
	drop_repeated(&joins);
	for (size_t i = 0, n; i < joins.n && !r; i += n) {
		for (n = 1; i + n < joins.n; n++)
			if (strcmp(joins.items[i + n].tenant, joins.items[i].tenant) != 0)
				break;
		r = check_middle(c, &joins.items[i], n);
	}
	wf_vec_done(&joins);
	return r;
}
