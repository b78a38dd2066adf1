// SPDX-License-Identifier: Apache-2.0
#include "compile/rules.h"

#include <string.h>

#define PREFIX_RANK 1000 /* above any number of labels */

/* 0: any. */
static int rank(const struct wf_selector *s)
{
	if (s->type == WF_SELECT_PREFIX)
		return PREFIX_RANK + s->prefix.len;
	return s->type == WF_SELECT_LABELS ? (int)s->labels.n : 0;
}

/* 3: both sides specific, 2: only from, 1: only to, 0: none. */
static int level(const struct wf_ruling *d)
{
	return (rank(d->from) > 0) * 2 + (rank(d->to) > 0);
}

int wf_ruling_cmp(const void *a, const void *b)
{
	const struct wf_ruling *x = a, *y = b;
	int c = level(y) - level(x);

	if (!c)
		c = rank(y->from) - rank(x->from);
	if (!c)
		c = rank(y->to) - rank(x->to);
	if (!c)
		c = (int)x->is_reverse - (int)y->is_reverse;
	return c ? c : strcmp(x->object->name, y->object->name);
}

static bool starts_here(const struct wf_classes *classes, const struct wf_selector *from)
{
	for (size_t i = 0; i < classes->n; i++)
		if (classes->items[i].is_local &&
		    wf_class_matches(classes, &classes->items[i], from))
			return true;
	return false;
}

static size_t n_words(const struct wf_classes *classes)
{
	return (classes->n + 63) / 64;
}

static int add_direction(struct wf_rulings *d, const struct wf_classes *classes,
			 struct wf_ruling item)
{
	if (!starts_here(classes, item.from))
		return 0;
	item.dests = calloc(n_words(classes), sizeof(*item.dests));
	if (!item.dests)
		return -ENOMEM;
	for (size_t i = 0; i < classes->n; i++)
		if (wf_class_matches(classes, &classes->items[i], item.to))
			item.dests[i / 64] |= (uint64_t)1 << i % 64;
	if (wf_vec_push(d, item) < 0) {
		free(item.dests);
		return -ENOMEM;
	}
	return 0;
}

static int add_policy(struct wf_rulings *d, const struct wf_classes *classes,
		      const struct wf_object *object)
{
	const struct wf_policy *p = &object->policy;
	struct wf_ruling forward = {.object = object, .from = &p->from, .to = &p->to};
	struct wf_ruling reverse = {
		.object = object, .from = &p->to, .to = &p->from, .is_reverse = true};
	int r;

	if (!p->id)
		return 0;
	r = add_direction(d, classes, forward);
	if (!r && p->is_symmetric)
		r = add_direction(d, classes, reverse);
	return r;
}

int wf_rulings_of(const struct wf_model *m, const char *tenant, const struct wf_classes *classes,
		  struct wf_rulings *ret)
{
	struct wf_rulings d = {0};
	struct wf_object *const *policies;
	size_t n;

	policies = wf_model_range(m, WF_KIND_POLICY, tenant, &n);
	for (size_t i = 0; i < n; i++) {
		if (add_policy(&d, classes, policies[i]) < 0) {
			wf_rulings_done(&d);
			return -ENOMEM;
		}
	}
	wf_vec_sort(&d, wf_ruling_cmp);
	*ret = d;
	return 0;
}

void wf_rulings_done(struct wf_rulings *d)
{
	wf_vec_each (item, d)
		free(item->dests);
	wf_vec_done(d);
}

/* The rules from one source, or from any. */
struct table_row {
	struct wf_image *img;
	const struct wf_classes *classes;
	uint32_t tenant;
	uint32_t source;
	uint64_t *ruled; /* a bit for each class that has its rule */
	bool is_any_ruled;
};

static int add_rule(struct table_row *row, uint32_t dest, const struct wf_ruling *d)
{
	struct wf_rule_key key = {.tenant = row->tenant, .source = row->source, .dest = dest};
	struct wf_rule rule = {.policy = d->object->policy.id, .is_reverse = d->is_reverse};

	return wf_image_add(row->img, WF_TABLE_RULE, &key, &rule);
}

static int add_any(struct table_row *row, const struct wf_ruling *d)
{
	if (row->is_any_ruled)
		return 0;
	row->is_any_ruled = true;
	return add_rule(row, WF_CLASS_ANY, d);
}

/* To all that @d leads to, unless a direction before it does. */
static int add_each(struct table_row *row, const struct wf_ruling *d)
{
	for (size_t w = 0; w < n_words(row->classes); w++) {
		uint64_t fresh = d->dests[w] & ~row->ruled[w];

		row->ruled[w] |= fresh;
		for (; fresh; fresh &= fresh - 1) {
			size_t i = w * 64 + (size_t)__builtin_ctzll(fresh);
			int r = add_rule(row, row->classes->items[i].id, d);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* @source NULL: the row of ANY, for directions whose `from` is any. */
static int add_row(struct table_row *row, const struct wf_rulings *directions,
		   const struct wf_class *source)
{
	memset(row->ruled, 0, n_words(row->classes) * sizeof(*row->ruled));
	row->source = source ? source->id : WF_CLASS_ANY;
	row->is_any_ruled = false;
	for (size_t i = 0; i < directions->n; i++) {
		const struct wf_ruling *d = &directions->items[i];
		int r;

		if (!source != !rank(d->from))
			continue;
		if (source && !wf_class_matches(row->classes, source, d->from))
			continue;
		r = rank(d->to) ? add_each(row, d) : add_any(row, d);
		if (r < 0)
			return r;
	}
	return 0;
}

int wf_rules_add(struct wf_image *img, uint32_t tenant, const struct wf_classes *classes,
		 const struct wf_rulings *directions)
{
	struct table_row row = {.img = img, .classes = classes, .tenant = tenant};
	_cleanup_free_ uint64_t *ruled = NULL;
	int r;

	if (!directions->n)
		return 0;
	ruled = calloc(n_words(classes), sizeof(*ruled));
	if (!ruled)
		return -ENOMEM;
	row.ruled = ruled;
	r = add_row(&row, directions, NULL);
	for (size_t i = 0; i < classes->n && !r; i++)
		if (classes->items[i].is_local)
			r = add_row(&row, directions, &classes->items[i]);
	return r;
}
