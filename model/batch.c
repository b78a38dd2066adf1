// SPDX-License-Identifier: Apache-2.0
#include "model/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int cmp_items(const void *a, const void *b)
{
	const struct wf_batch_item *x = a, *y = b;
	int c = wf_object_cmp(x->object, y->object);

	return c ? c : (x->index > y->index) - (x->index < y->index);
}

int wf_batch_init(struct wf_batch *b, struct wf_object *const *objects, size_t n)
{
	*b = (struct wf_batch){0};
	if (!n)
		return 0;
	b->items = calloc(n, sizeof(*b->items));
	if (!b->items)
		return -ENOMEM;
	b->n = b->cap = n;
	for (size_t i = 0; i < n; i++)
		b->items[i] = (struct wf_batch_item){.object = objects[i], .index = i};
	wf_vec_sort(b, cmp_items);
	return 0;
}

void wf_batch_done(struct wf_batch *b)
{
	wf_vec_done(b);
}

struct wf_batch_item *wf_batch_find(const struct wf_batch *b, const struct wf_object *like)
{
	size_t low = 0, high = b->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (wf_object_cmp(b->items[middle].object, like) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == b->n || wf_object_cmp(b->items[low].object, like) != 0)
		return NULL;
	return &b->items[low];
}

struct wf_batch_item *wf_batch_find_name(const struct wf_batch *b, enum wf_kind kind,
					 const char *tenant, const char *name)
{
	struct wf_object like = {.kind = kind, .name = (char *)name}; /* only read */

	if (strlen(tenant) > WF_NAME_MAX)
		return NULL;
	strcpy(like.tenant, tenant);
	return wf_batch_find(b, &like);
}

int wf_batch_each(const struct wf_batch *b, const struct wf_model *m, enum wf_kind kind,
		  const char *tenant, wf_batch_fn fn, void *arg)
{
	struct wf_object *const *objects;
	size_t n;
	int r = 0;

	objects = wf_model_range(m, kind, tenant, &n);
	for (size_t i = 0; i < n && !r; i++)
		if (!wf_batch_find(b, objects[i]))
			r = fn(arg, objects[i], NULL);
	for (size_t i = 0; i < b->n && !r; i++) {
		const struct wf_object *o = b->items[i].object;

		if (o->kind == kind && (!tenant || strcmp(o->tenant, tenant) == 0))
			r = fn(arg, o, &b->items[i]);
	}
	return r;
}
