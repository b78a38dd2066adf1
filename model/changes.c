// SPDX-License-Identifier: Apache-2.0
#include "model/check.h"

#include <stdio.h>
#include <string.h>

#include "model/near.h"

const char *wf_object_describe(const struct wf_object *o, char *buf)
{
	snprintf(buf, WF_OBJECT_DESCRIPTION_MAX, "%s '%.60s'", wf_kind_name(o->kind), o->name);
	buf[0] |= 0x20;
	return buf;
}

const struct wf_object *wf_changes_find(const struct wf_changes *c, enum wf_kind kind,
					const char *tenant, const char *name)
{
	const struct wf_batch_item *item = wf_batch_find_name(c->batch, kind, tenant, name);

	return item ? item->object : wf_model_find(c->model, kind, tenant, name);
}

/* All of a kind (and tenant). */
static void offer_all(const struct wf_changes *c, enum wf_kind kind, const char *tenant,
		      struct wf_near *near)
{
	const struct wf_batch *b = c->batch;
	struct wf_object *const *objects;
	size_t n;

	objects = wf_model_range(c->model, kind, tenant, &n);
	for (size_t i = 0; i < n && i < WF_NEAR_LOOKED_AT; i++)
		if (!wf_batch_find(b, objects[i]))
			wf_near_offer(near, objects[i]->name);
	for (size_t i = 0; i < b->n && i < WF_NEAR_LOOKED_AT; i++)
		if (b->items[i].object->kind == kind &&
		    strcmp(b->items[i].object->tenant, tenant) == 0)
			wf_near_offer(near, b->items[i].object->name);
}

void wf_changes_unknown(const struct wf_changes *c, size_t index, const char *key,
			enum wf_kind kind, const char *tenant, const char *name)
{
	const struct wf_object wanted = {.kind = kind, .name = (char *)name}; /* only read */
	struct wf_near near = {.wanted = name};
	char what[WF_OBJECT_DESCRIPTION_MAX], words[WF_NEAR_STR_MAX];

	if (c->problems->n < WF_PROBLEMS_MAX)
		offer_all(c, kind, tenant, &near);
	wf_problems_add(c->problems, index, key, "there is no %s%s",
			wf_object_describe(&wanted, what), wf_near_str(&near, words));
}
