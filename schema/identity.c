// SPDX-License-Identifier: Apache-2.0
#include "schema/keys.h"

#include <stdlib.h>
#include <string.h>

static void read_id(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_number(r, key, v, 1, WF_IDENTITY_MAX, &o->identity.id);
}

static int write_id(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote_number(o->identity.id, ret);
}

static void read_labels(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_labels(r, key, v, &o->identity.labels);
}

static int write_labels(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(wf_labels_to_json(&o->identity.labels), ret);
}

static void read_left(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_bool(r, key, v, &o->identity.is_left);
}

static int write_left(const struct wf_object *o, json_t **ret)
{
	return o->identity.is_left ? wf_key_wrote(json_true(), ret) : 0;
}

static const struct wf_key keys[] = {
	{"id", WF_KEY_REQUIRED, read_id, write_id},
	{"labels", WF_KEY_REQUIRED, read_labels, write_labels},
	{"left", WF_KEY_TRUSTED, read_left, write_left},
	{0},
};

/* An identity is called by its labels; a name that is given must be just that. */
static void finish(struct wf_reader *r, json_t *json, struct wf_object *o)
{
	const char *given = json_string_value(json_object_get(json, "name"));
	char text[WF_LABELS_STR_MAX], *name = strdup(wf_labels_str(&o->identity.labels, text));

	if (!name) {
		r->is_out_of_memory = true;
		return;
	}
	free(o->name);
	o->name = name;
	if (given && strcmp(given, name) != 0)
		wf_problems_add(r->problems, r->index, "name",
				"an Identity is called by its labels, '%.200s'", name);
}

const struct wf_keys wf_identity_keys = {.keys = keys, .finish = finish};
