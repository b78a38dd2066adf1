// SPDX-License-Identifier: Apache-2.0
#include "agent/current.h"

#include <jansson.h>

#include "schema/schema.h"

static struct wf_object *parse(const struct wf_store_kv *kv)
{
	struct wf_problems problems = {0};
	struct wf_object *o = NULL;
	json_t *json = json_loadb(kv->value, kv->value_len, JSON_REJECT_DUPLICATES, NULL);

	if (json)
		wf_object_from_json(json, true, 0, &problems,
				    &o); /* NULL says that it is garbage */
	wf_problems_done(&problems);
	json_decref(json);
	return o;
}

static bool is_called(const struct wf_object *o, const char *key)
{
	char expected[WF_OBJECT_KEY_MAX];

	return !strcmp(wf_object_key(o->kind, o->tenant, o->name, expected), key);
}

int wf_current_read(struct wf_agent *a, enum wf_kind kind, const char *tenant, const char *name,
		    struct wf_current *ret, struct wf_err *err)
{
	char key[WF_OBJECT_KEY_MAX];
	struct wf_store_kv kv = {0};
	int r;

	wf_object_key(kind, tenant, name, key);
	memset(ret, 0, sizeof(*ret));
	r = wf_store_get(a->store, key, &kv, err);
	if (r)
		return r == -ENOENT ? 0 : r;
	ret->mod_revision = kv.mod_revision;
	ret->object = parse(&kv);
	wf_store_kv_done(&kv);
	if (ret->object && !is_called(ret->object, key)) {
		wf_object_unref(ret->object);
		ret->object = NULL;
	}
	return 0;
}

void wf_current_done(struct wf_current *c)
{
	wf_object_unref(c->object);
	memset(c, 0, sizeof(*c));
}

char *wf_current_text(const struct wf_object *o)
{
	json_t *json = wf_object_to_store(o);
	char *text = json ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

	json_decref(json);
	return text;
}
