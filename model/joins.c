// SPDX-License-Identifier: Apache-2.0
#include "model/joins.h"

#include <string.h>

bool wf_policy_joins(const struct wf_object *o)
{
	return o->kind == WF_KIND_POLICY && !o->policy.is_deny &&
	       o->policy.from.type == WF_SELECT_TENANT &&
	       strcmp(o->policy.from.tenant, o->tenant) != 0;
}

static int collect(void *arg, const struct wf_object *o, const struct wf_batch_item *item)
{
	const char *a = o->tenant, *b = o->policy.from.tenant;
	struct wf_joins *joins = arg;
	int r;

	if (!wf_policy_joins(o))
		return 0;
	r = wf_vec_push(joins, ((struct wf_join){a, b, item}));
	return r ? r : wf_vec_push(joins, ((struct wf_join){b, a, item}));
}

static int cmp_names(const struct wf_join *x, const struct wf_join *y)
{
	int c = strcmp(x->tenant, y->tenant);

	return c ? c : strcmp(x->other, y->other);
}

/* Of equal ones the first is one that stays, if there is one. */
static int cmp_joins(const void *a, const void *b)
{
	const struct wf_join *x = a, *y = b;
	int c = cmp_names(x, y);

	return c ? c : (x->item != NULL) - (y->item != NULL);
}

static void drop_repeated(struct wf_joins *joins)
{
	size_t n = 0;

	for (size_t i = 0; i < joins->n; i++)
		if (!n || cmp_names(&joins->items[n - 1], &joins->items[i]) != 0)
			joins->items[n++] = joins->items[i];
	joins->n = n;
}

int wf_joins_collect(const struct wf_batch *b, const struct wf_model *m, struct wf_joins *ret)
{
	struct wf_joins joins = {0};
	int r = wf_batch_each(b, m, WF_KIND_POLICY, NULL, collect, &joins);

	if (r) {
		wf_vec_done(&joins);
		return r;
	}
	wf_vec_sort(&joins, cmp_joins);
	drop_repeated(&joins);
	*ret = joins;
	return 0;
}

const struct wf_join *wf_joins_of(const struct wf_joins *joins, const char *tenant, size_t *ret_n)
{
	size_t low = 0, high = joins->n, n = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(joins->items[middle].tenant, tenant) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + n < joins->n && strcmp(joins->items[low + n].tenant, tenant) == 0)
		n++;
	*ret_n = n;
	return n ? &joins->items[low] : NULL;
}
