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

#include "model/joins.h"
#include "model/tenant.h"

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

/* @between: NULL if a policy joins the two. */
static void check_pair(const struct wf_changes *c, const struct party *a, const struct party *b,
		       const char *between)
{
	const struct party *told = b->item ? b : a;
	const struct wf_prefix *p = NULL, *q = NULL;
	char p_text[WF_PREFIX_STR_MAX], q_text[WF_PREFIX_STR_MAX], both[WF_NAME_MAX + 32] = "";

	if (!a->tenant || !b->tenant || !told->item ||
	    !wf_tenants_overlap(&a->tenant->self, &b->tenant->self, &p, &q))
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
static int check_middle(const struct wf_changes *c, const struct wf_join *joins, size_t n)
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

		if (wf_policy_joins(o) || (o->kind == WF_KIND_TENANT &&
					   wf_model_find(c->model, WF_KIND_TENANT, NULL, o->name)))
			return true;
	}
	return false;
}

int wf_check_joins(const struct wf_changes *c)
{
	struct wf_joins joins = {0};
	int r = may_join(c) ? wf_joins_collect(c->batch, c->model, &joins) : 0;

	for (size_t i = 0, n; i < joins.n && !r; i += n) {
		wf_joins_of(&joins, joins.items[i].tenant, &n);
		r = check_middle(c, &joins.items[i], n);
	}
	wf_vec_done(&joins);
	return r;
}
