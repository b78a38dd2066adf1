// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "schema/keys.h"
#include "schema/rules.h"

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
	static const char *const words[] = {"allow", "deny", NULL};

	o->self.is_deny_default = wf_value_word(r, key, v, words, "allow or deny") == 1;
}

static int write_default(const struct wf_object *o, json_t **ret)
{
	return o->self.is_deny_default ? wf_key_wrote(json_string("deny"), ret) : 0;
}

static void read_metadata(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	static const char *const words[] = {"sid", "tlv", NULL};

	o->self.metadata = wf_value_word(r, key, v, words, "sid or tlv") == 1 ? WF_METADATA_TLV
									      : WF_METADATA_SID;
}

static int write_metadata(const struct wf_object *o, json_t **ret)
{
	return o->self.metadata == WF_METADATA_TLV ? wf_key_wrote(json_string("tlv"), ret) : 0;
}

static void read_require(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	struct wf_requirement requirement = {0};

	wf_requirement_from_json(r, key, v, &requirement);
	o->self.require = requirement.needs;
}

static int write_require(const struct wf_object *o, json_t **ret)
{
	const struct wf_requirement requirement = {.needs = o->self.require};

	return requirement.needs ? wf_key_wrote(wf_requirement_to_json(&requirement), ret) : 0;
}

static void read_verify(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	json_t *item;
	size_t i;

	if (!wf_value_list(r, key, v, WF_VIA_MAX, "nodes, like [node/4]"))
		return;
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%s[%zu]", key, i);
		wf_value_node(r, at, item, o->self.verify[i]);
	}
	o->self.n_verify = (unsigned int)json_array_size(v);
}

static int write_verify(const struct wf_object *o, json_t **ret)
{
	if (!o->self.n_verify)
		return 0;
	return wf_key_wrote(wf_nodes_to_json(o->self.verify, o->self.n_verify), ret);
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

static void read_host(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_bool(r, key, v, &o->self.is_host);
}

static int write_host(const struct wf_object *o, json_t **ret)
{
	return o->self.is_host ? wf_key_wrote(json_true(), ret) : 0;
}

static const struct wf_key keys[] = {
	{"id", 0, read_id, write_id},
	{"prefixes", WF_KEY_REQUIRED, read_prefixes, write_prefixes},
	{"default", 0, read_default, write_default},
	{"encoding", 0, read_encoding, write_encoding},
	{"metadata", 0, read_metadata, write_metadata},
	{"require", 0, read_require, write_require},
	{"verify", 0, read_verify, write_verify},
	{"host", 0, read_host, write_host},
	{0},
};

const struct wf_keys wf_tenant_keys = {.keys = keys};
