// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "schema/keys.h"

static void read_id(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_number(r, key, v, 1, WF_TENANT_ID_MAX, &o->self.id);
}

static int write_id(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote_number(o->self.id, ret);
}

static void read_prefixes(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	json_t *item;
	size_t i;

	if (!wf_value_list(r, key, v, WF_TENANT_PREFIX_MAX, "prefixes, like [10.0.0.0/16]"))
		return;
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%s[%zu]", key, i);
		wf_value_prefix(r, at, item, &o->self.prefixes[i]);
	}
	o->self.n_prefixes = (unsigned int)json_array_size(v);
}

static int write_prefixes(const struct wf_object *o, json_t **ret)
{
	json_t *list = json_array();
	char text[WF_PREFIX_STR_MAX];

	for (unsigned int i = 0; list && i < o->self.n_prefixes; i++)
		if (json_array_append_new(list, json_string(wf_prefix_str(&o->self.prefixes[i],
									  text))) < 0) {
			json_decref(list);
			list = NULL;
		}
	return wf_key_wrote(list, ret);
}

static void read_default(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	const char *text = json_is_string(v) ? json_string_value(v) : "";

	if (strcmp(text, "deny") == 0)
		wf_problems_add(r->problems, r->index, key,
				"`default: deny` " WF_LATER
				": this one has no permissions; write allow or nothing");
	else if (strcmp(text, "allow") != 0)
		wf_value_wrong(r, key, "allow", v);
}

static void read_encoding(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_encoding(r, key, v, &o->self.encoding);
}

static int write_encoding(const struct wf_object *o, json_t **ret)
{
	const char *name = wf_encoding_name(o->self.encoding);

	return name ? wf_key_wrote(json_string(name), ret) : 0;
}

static const struct wf_key keys[] = {
	{"id", 0, read_id, write_id},
	{"prefixes", WF_KEY_REQUIRED, read_prefixes, write_prefixes},
	{"default", 0, read_default, NULL},
	{"encoding", 0, read_encoding, write_encoding},
	{0},
};

static const struct wf_later_key later[] = {
	{"metadata", "where a packet carries its tenant and identity"},
	{0},
};

const struct wf_keys wf_tenant_keys = {.keys = keys, .later = later};
