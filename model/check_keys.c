// SPDX-License-Identifier: Apache-2.0
#include "model/check.h"

#include <errno.h>

#include "model/secret.h"

struct keys {
	const char *names[WF_LIVE_KEYS_MAX];
	size_t n;
	bool has_signing;
};

static int count(void *arg, const struct wf_object *o, const struct wf_batch_item *item)
{
	struct keys *keys = arg;

	keys->has_signing |= o->key.state == WF_KEY_SIGNING;
	if (keys->n < WF_LIVE_KEYS_MAX)
		keys->names[keys->n] = o->name;
	keys->n++;
	return 0;
}

static void check_key(const struct wf_changes *c, const struct wf_batch_item *item,
		      const struct keys *keys)
{
	const struct wf_object *o = item->object;
	char fault[WF_SECRET_FAULT_STR_MAX];

	if (!o->key.id)
		wf_problems_add(c->problems, item->index, "id", "0 is no id of a key");
	if (wf_secret_fault(o->key.secret_len, fault))
		wf_problems_add(c->problems, item->index, "secret", "%s", fault);
	if (keys->n > WF_LIVE_KEYS_MAX && !wf_model_find(c->model, WF_KIND_KEY, NULL, o->name) &&
	    strcmp(o->name, keys->names[0]) != 0 && strcmp(o->name, keys->names[1]) != 0)
		wf_problems_add(c->problems, item->index, "",
				"there are two keys already, '%s' and '%s', and there can be no "
				"more: delete one, or rotate and wait until the last one is gone",
				keys->names[0], keys->names[1]);
}

static uint8_t needs_of(const struct wf_object *o)
{
	if (o->kind == WF_KIND_TENANT)
		return o->self.require;
	return o->kind == WF_KIND_POLICY ? o->policy.require : 0;
}

int wf_check_keys(const struct wf_changes *c)
{
	struct keys keys = {0};
	int r = wf_batch_each(c->batch, c->model, WF_KIND_KEY, NULL, count, &keys);

	for (size_t i = 0; i < c->batch->n && !r; i++) {
		const struct wf_batch_item *item = &c->batch->items[i];

		if (item->object->kind == WF_KIND_KEY)
			check_key(c, item, &keys);
		else if (needs_of(item->object) && !keys.has_signing)
			wf_problems_add(c->problems, item->index, "require",
					"there is no key that signs: add one with weft key add, or "
					"a Key here");
	}
	return r;
}
