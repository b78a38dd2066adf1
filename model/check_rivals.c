// SPDX-License-Identifier: Apache-2.0
/*
 * Policies are written as one text each - from, to, ports in order - and sorted by its hash: rivals
 * stand side by side, however many policies there are.
 */
#include "model/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/ports.h"

struct rival {
	uint64_t hash;
	const struct wf_object *policy;
	const struct wf_batch_item *item; /* NULL: it stays as it is */
};

struct rivals {
	struct rival *items; /* owned */
	size_t n;
	size_t cap;
};

/* NULL: no memory. */
static char *text_of(const struct wf_policy *p)
{
	struct wf_port_range ports[WF_POLICY_PORTS_MAX];
	char side[WF_SELECTOR_STR_MAX], range[WF_PORT_RANGE_STR_MAX];
	unsigned int n = wf_ports_normalize(p, ports);
	struct wf_buf text = {0};

	wf_buf_puts(&text, wf_selector_str(&p->from, side));
	wf_buf_printf(&text, " %s", wf_selector_str(&p->to, side));
	for (unsigned int i = 0; i < n; i++)
		wf_buf_printf(&text, " %s", wf_port_range_str(&ports[i], range));
	return wf_buf_take(&text);
}

/* FNV-1a. */
static uint64_t hash_of(const char *text)
{
	uint64_t h = 0xcbf29ce484222325ull;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3ull;
	return h;
}

static int collect(void *arg, const struct wf_object *o, const struct wf_batch_item *item)
{
	_cleanup_free_ char *text = text_of(&o->policy);
	struct rivals *rivals = arg;

	if (!text)
		return -ENOMEM;
	return wf_vec_push(rivals, ((struct rival){hash_of(text), o, item}));
}

/* Of equal text those that stay come first, then the batch's in its order. */
static int cmp_rivals(const void *a, const void *b)
{
	const struct rival *x = a, *y = b;
	size_t i = x->item ? x->item->index + 1 : 0, j = y->item ? y->item->index + 1 : 0;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (i > j) - (i < j);
}

static const char *does(const struct rival *rival)
{
	return rival->policy->policy.is_deny ? "denies" : "allows";
}

/* @other, which comes before @told, has its hash. */
static int compare(const struct wf_changes *c, const struct rival *told, const struct rival *other)
{
	_cleanup_free_ char *x = text_of(&told->policy->policy);
	_cleanup_free_ char *y = text_of(&other->policy->policy);

	if (!x || !y)
		return -ENOMEM;
	if (strcmp(x, y) == 0)
		wf_problems_add(c->problems, told->item->index, "action",
				"%s exactly what policy '%s' %s, the same from, to and ports: one "
				"of them has to go",
				does(told), other->policy->name, does(other));
	return 0;
}

/* Each one of the batch with the first one before it that does the opposite. */
static int check_tenant(const struct wf_changes *c, const char *tenant)
{
	struct rivals rivals = {0};
	const struct rival *first[2] = {NULL, NULL}; /* of one hash: that allows, that denies */
	int r = wf_batch_each(c->batch, c->model, WF_KIND_POLICY, tenant, collect, &rivals);

	wf_vec_sort(&rivals, cmp_rivals);
	wf_vec_each (rival, &rivals) {
		bool is_deny = rival->policy->policy.is_deny;

		if (r)
			break;
		if (rival == rivals.items || rival[-1].hash != rival->hash)
			first[0] = first[1] = NULL;
		if (!first[is_deny])
			first[is_deny] = rival;
		if (rival->item && first[!is_deny])
			r = compare(c, rival, first[!is_deny]);
	}
	wf_vec_done(&rivals);
	return r;
}

int wf_check_rivals(const struct wf_changes *c)
{
	const char *last = NULL;
	int r = 0;

	for (size_t i = 0; i < c->batch->n && !r; i++) {
		const struct wf_object *o = c->batch->items[i].object;

		if (o->kind != WF_KIND_POLICY || (last && strcmp(last, o->tenant) == 0))
			continue;
		last = o->tenant;
		r = check_tenant(c, last);
	}
	return r;
}
