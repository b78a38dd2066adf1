// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "model/near.h"
#include "schema/keys.h"
#include "schema/schema.h"

static const struct wf_keys *const kinds[WF_KIND_COUNT] = {
	[WF_KIND_NODE] = &wf_node_keys,		[WF_KIND_TENANT] = &wf_tenant_keys,
	[WF_KIND_IDENTITY] = &wf_identity_keys, [WF_KIND_ENDPOINT] = &wf_endpoint_keys,
	[WF_KIND_POLICY] = &wf_policy_keys,	[WF_KIND_KEY] = &wf_hmac_key_keys,
	[WF_KIND_FUNCTION] = &wf_function_keys, [WF_KIND_SERVICE] = &wf_service_keys,
	[WF_KIND_GATEWAY] = &wf_gateway_keys,
};

static void unknown_kind(struct wf_reader *r, const char *text)
{
	static const char *const later[] = {"CrossConnect"};
	struct wf_near near = {.wanted = text};
	char words[WF_NEAR_STR_MAX];

	for (size_t i = 0; i < sizeof(later) / sizeof(*later); i++)
		if (strcmp(text, later[i]) == 0) {
			wf_problems_add(r->problems, r->index, "kind", "%s " WF_LATER, text);
			return;
		}
	for (int kind = 0; kind < WF_KIND_COUNT; kind++)
		if (kind != WF_KIND_IDENTITY)
			wf_near_offer(&near, wf_kind_name((enum wf_kind)kind));
	wf_problems_add(r->problems, r->index, "kind", "there is no kind '%.70s'%s", text,
			wf_near_str(&near, words));
}

static bool read_kind(struct wf_reader *r, json_t *json, enum wf_kind *ret)
{
	json_t *v = json_object_get(json, "kind");
	char text[WF_VALUE_TEXT_MAX];

	if (!v) {
		wf_problems_add(
			r->problems, r->index, "kind",
			"is missing; there are Node, Tenant, Endpoint, Policy, Key, Function, "
			"Service, Gateway");
		return false;
	}
	if (!wf_value_text(r, "kind", v, "a kind, like Tenant", text))
		return false;
	if (wf_kind_parse(text, ret) < 0) {
		unknown_kind(r, text);
		return false;
	}
	if (*ret == WF_KIND_IDENTITY && !r->is_trusted) {
		wf_problems_add(r->problems, r->index, "kind",
				"an Identity is made by attaching endpoints, not declared");
		return false;
	}
	return true;
}

/* Reads a name under @key, which must be there. */
static bool read_name(struct wf_reader *r, json_t *json, const char *key, char *ret)
{
	json_t *v = json_object_get(json, key);

	if (v)
		return wf_value_name(r, key, v, ret);
	wf_problems_add(r->problems, r->index, key, "is missing");
	return false;
}

static bool is_allowed(const struct wf_reader *r, const struct wf_key *key)
{
	return r->is_trusted || !(key->flags & WF_KEY_TRUSTED);
}

/* Some that are in the wrong place are read all the same, to say what would be right. */
static bool is_offered(const struct wf_reader *r, const struct wf_key *key)
{
	return is_allowed(r, key) && !(key->flags & (r->is_manifest ? WF_KEY_SECRET : WF_KEY_FILE));
}

static void unknown_key(struct wf_reader *r, const struct wf_keys *keys, enum wf_kind kind,
			const char *word)
{
	const char *known[WF_KEYS_MAX + 4] = {"kind", "name"};
	size_t n = 2;

	for (const struct wf_later_key *later = keys->later; later && later->name; later++)
		if (strcmp(later->name, word) == 0) {
			wf_problems_add(r->problems, r->index, word, "`%s` (%s) " WF_LATER, word,
					later->what);
			return;
		}
	if (wf_kind_has_tenant(kind))
		known[n++] = "tenant";
	for (const struct wf_key *key = keys->keys; key->name; key++)
		if (is_offered(r, key))
			known[n++] = key->name;
	wf_value_unknown_key(r, word, word, known);
}

static bool is_known(const struct wf_reader *r, const struct wf_keys *keys, enum wf_kind kind,
		     const char *word)
{
	if (strcmp(word, "kind") == 0 || strcmp(word, "name") == 0)
		return true;
	if (strcmp(word, "tenant") == 0)
		return wf_kind_has_tenant(kind);
	for (const struct wf_key *key = keys->keys; key->name; key++)
		if (strcmp(word, key->name) == 0)
			return is_allowed(r, key);
	return false;
}

static void read_keys(struct wf_reader *r, json_t *json, struct wf_object *o)
{
	const struct wf_keys *keys = kinds[o->kind];
	const char *word;
	json_t *v;

	json_object_foreach(json, word, v) if (!is_known(r, keys, o->kind, word))
		unknown_key(r, keys, o->kind, word);
	for (const struct wf_key *key = keys->keys; key->name; key++) {
		v = is_allowed(r, key) ? json_object_get(json, key->name) : NULL;
		if (v)
			key->read(r, key->name, v, o);
		else if (key->flags & WF_KEY_REQUIRED)
			wf_problems_add(r->problems, r->index, key->name, "is missing");
	}
}

static struct wf_object *read_object(struct wf_reader *r, json_t *json)
{
	WF_CLEANUP(cleanup_object) struct wf_object *o = NULL;
	char name[WF_NAME_MAX + 1] = "", tenant[WF_NAME_MAX + 1] = "";
	size_t found_before = r->problems->n_found;
	enum wf_kind kind;

	if (!json_is_object(json)) {
		wf_value_wrong(r, "", "an object, like {kind: Node, name: 1}", json);
		return NULL;
	}
	if (!read_kind(r, json, &kind))
		return NULL;
	if (kind != WF_KIND_IDENTITY)
		read_name(r, json, "name", name);
	if (wf_kind_has_tenant(kind))
		read_name(r, json, "tenant", tenant);
	o = wf_object_new(kind, tenant, name);
	if (!o) {
		r->is_out_of_memory = true;
		return NULL;
	}
	if (kind == WF_KIND_ENDPOINT)
		o->endpoint.is_declared = !r->is_trusted;
	read_keys(r, json, o);
	if (kinds[kind]->finish)
		kinds[kind]->finish(r, json, o);
	if (r->problems->n_found == found_before)
		wf_object_check(o, r->index, r->problems);
	return r->problems->n_found == found_before ? TAKE_PTR(o) : NULL;
}

static int from_json(struct wf_reader *r, json_t *json, struct wf_object **ret)
{
	WF_CLEANUP(cleanup_object) struct wf_object *o = read_object(r, json);

	if (r->is_out_of_memory)
		return -ENOMEM;
	if (!o)
		return -EINVAL;
	*ret = TAKE_PTR(o);
	return 0;
}

int wf_object_from_json(json_t *json, bool is_trusted, size_t index, struct wf_problems *problems,
			struct wf_object **ret)
{
	struct wf_reader r = {.is_trusted = is_trusted, .index = index, .problems = problems};

	return from_json(&r, json, ret);
}

int wf_object_from_manifest(json_t *json, struct wf_problems *problems, struct wf_object **ret)
{
	struct wf_reader r = {.is_manifest = true, .problems = problems};

	return from_json(&r, json, ret);
}

static int write_keys(const struct wf_object *o, bool is_for_store, json_t *json)
{
	for (const struct wf_key *key = kinds[o->kind]->keys; key->name; key++) {
		json_t *v = NULL;

		if (!key->write || ((key->flags & WF_KEY_SECRET) && !is_for_store))
			continue;
		if (key->write(o, &v) < 0)
			return -ENOMEM;
		if (v && json_object_set_new(json, key->name, v) < 0)
			return -ENOMEM;
	}
	return 0;
}

static json_t *to_json(const struct wf_object *o, bool is_for_store)
{
	json_t *json = json_object();
	int bad = json_object_set_new(json, "kind", json_string(wf_kind_name(o->kind)));

	bad |= json_object_set_new(json, "name", json_string(o->name));
	if (wf_kind_has_tenant(o->kind))
		bad |= json_object_set_new(json, "tenant", json_string(o->tenant));
	if (bad || write_keys(o, is_for_store, json) < 0) {
		json_decref(json);
		return NULL;
	}
	return json;
}

const char *wf_json_fault(json_error_t *bad)
{
	char *quote = strstr(bad->text, " near ");

	if (quote)
		*quote = '\0';
	return bad->text;
}

json_t *wf_object_to_json(const struct wf_object *o)
{
	return to_json(o, false);
}

json_t *wf_object_to_store(const struct wf_object *o)
{
	return to_json(o, true);
}
