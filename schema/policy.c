// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/keys.h"
#include "schema/rules.h"

static void read_id(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	uint32_t id;

	if (wf_value_number(r, key, v, 1, WF_POLICY_ID_MAX, &id))
		o->policy.id = (uint16_t)id;
}

static int write_id(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote_number(o->policy.id, ret);
}

static void read_from(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_selector_from_json(r, key, v, &o->policy.from);
}

static int write_from(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(wf_selector_to_json(&o->policy.from), ret);
}

static void read_to(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_selector_from_json(r, key, v, &o->policy.to);
}

static int write_to(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(wf_selector_to_json(&o->policy.to), ret);
}

static void read_via(struct wf_reader *r, const char *key, json_t *v, struct wf_path *path)
{
	json_t *item;
	size_t i;

	if (!wf_value_list(r, key, v, WF_VIA_MAX, "waypoints, like [fw, node/4]"))
		return;
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%s[%zu]", key, i);
		wf_value_waypoint(r, at, item, path->via[i], &path->is_function[i]);
	}
	path->n_via = (unsigned int)json_array_size(v);
}

static bool new_paths(struct wf_reader *r, struct wf_policy *p, size_t n)
{
	p->paths = calloc(n, sizeof(*p->paths));
	if (!p->paths) {
		r->is_out_of_memory = true;
		return false;
	}
	p->n_paths = (unsigned int)n;
	for (size_t i = 0; i < n; i++)
		p->paths[i].weight = 1;
	return true;
}

static void read_single(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	if (new_paths(r, &o->policy, 1))
		read_via(r, key, v, &o->policy.paths[0]);
}

static void read_path_key(struct wf_reader *r, const char *at, const char *name, json_t *v,
			  struct wf_path *path)
{
	static const char *const known[] = {"via", "weight", NULL};
	char key[WF_KEY_MAX];

	snprintf(key, sizeof(key), "%.30s.%.60s", at, name);
	if (strcmp(name, "via") == 0)
		read_via(r, key, v, path);
	else if (strcmp(name, "weight") == 0)
		wf_value_number(r, key, v, 1, WF_WEIGHT_MAX, &path->weight);
	else if (strcmp(name, "preference") == 0)
		wf_problems_add(r->problems, r->index, key,
				"preference (a path for when others fail) " WF_LATER);
	else
		wf_value_unknown_key(r, key, name, known);
}

static void read_path(struct wf_reader *r, const char *at, json_t *v, struct wf_path *path)
{
	const char *name;
	json_t *value;
	char key[WF_KEY_MAX];

	if (!json_is_object(v)) {
		wf_value_wrong(r, at, "a path, like {via: [node/1], weight: 3}", v);
		return;
	}
	json_object_foreach(v, name, value) read_path_key(r, at, name, value, path);
	if (!json_object_get(v, "via")) {
		snprintf(key, sizeof(key), "%.30s.via", at);
		wf_problems_add(r->problems, r->index, key, "is missing; [] is the direct path");
	}
}

static void read_paths(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	json_t *item;
	size_t i;

	if (o->policy.paths) {
		wf_problems_add(r->problems, r->index, key,
				"there can be only one of via and paths");
		return;
	}
	if (!wf_value_list(r, key, v, WF_PATHS_MAX, "paths, like [{via: [node/1], weight: 3}]"))
		return;
	if (!json_array_size(v)) {
		wf_value_wrong(r, key, "at least one path, like {via: [node/1]}", v);
		return;
	}
	if (!new_paths(r, &o->policy, json_array_size(v)))
		return;
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%s[%zu]", key, i);
		read_path(r, at, item, &o->policy.paths[i]);
	}
}

static bool is_single(const struct wf_policy *p)
{
	return p->n_paths == 1 && p->paths[0].weight == 1;
}

static int write_single(const struct wf_object *o, json_t **ret)
{
	return is_single(&o->policy) ? wf_key_wrote(wf_via_to_json(&o->policy.paths[0]), ret) : 0;
}

static int write_paths(const struct wf_object *o, json_t **ret)
{
	json_t *list;

	if (!o->policy.n_paths || is_single(&o->policy))
		return 0;
	list = json_array();
	for (unsigned int i = 0; list && i < o->policy.n_paths; i++) {
		const struct wf_path *path = &o->policy.paths[i];
		json_t *item = json_pack("{s:o, s:I}", "via", wf_via_to_json(path), "weight",
					 (json_int_t)path->weight);

		if (json_array_append_new(list, item) < 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return wf_key_wrote(list, ret);
}

static void read_reverse(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	if (json_is_string(v) && strcmp(json_string_value(v), "symmetric") == 0)
		o->policy.is_symmetric = true;
	else
		wf_value_wrong(r, key, "symmetric", v);
}

static int write_reverse(const struct wf_object *o, json_t **ret)
{
	return o->policy.is_symmetric ? wf_key_wrote(json_string("symmetric"), ret) : 0;
}

static void read_encoding(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_encoding(r, key, v, &o->policy.encoding);
}

static int write_encoding(const struct wf_object *o, json_t **ret)
{
	const char *name = wf_encoding_name(o->policy.encoding);

	return name ? wf_key_wrote(json_string(name), ret) : 0;
}

static void read_action(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	static const char *const words[] = {"allow", "deny", NULL};

	o->policy.is_deny = wf_value_word(r, key, v, words, "allow or deny") == 1;
}

static int write_action(const struct wf_object *o, json_t **ret)
{
	return o->policy.is_deny ? wf_key_wrote(json_string("deny"), ret) : 0;
}

static void read_ports(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_ports_from_json(r, key, v, &o->policy);
}

static int write_ports(const struct wf_object *o, json_t **ret)
{
	return o->policy.n_ports ? wf_key_wrote(wf_ports_to_json(&o->policy), ret) : 0;
}

static void read_require(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	struct wf_requirement requirement = {0};

	wf_requirement_from_json(r, key, v, &requirement);
	o->policy.require = requirement.needs;
	o->policy.transit_every = requirement.transit_every;
}

static int write_require(const struct wf_object *o, json_t **ret)
{
	const struct wf_requirement requirement = {o->policy.require, o->policy.transit_every};

	return requirement.needs ? wf_key_wrote(wf_requirement_to_json(&requirement), ret) : 0;
}

/* To allow without saying how is to allow the direct way. */
static void finish(struct wf_reader *r, json_t *json, struct wf_object *o)
{
	if (!o->policy.is_deny && !json_object_get(json, "via") && !json_object_get(json, "paths"))
		new_paths(r, &o->policy, 1);
}

static const struct wf_key keys[] = {
	{"id", WF_KEY_TRUSTED, read_id, write_id},
	{"from", WF_KEY_REQUIRED, read_from, write_from},
	{"to", WF_KEY_REQUIRED, read_to, write_to},
	{"ports", 0, read_ports, write_ports},
	{"action", 0, read_action, write_action},
	{"via", 0, read_single, write_single},
	{"paths", 0, read_paths, write_paths},
	{"reverse", 0, read_reverse, write_reverse},
	{"encoding", 0, read_encoding, write_encoding},
	{"require", 0, read_require, write_require},
	{0},
};

static const struct wf_later_key later[] = {
	{"preference", "paths for when others fail"},
	{0},
};

const struct wf_keys wf_policy_keys = {.keys = keys, .later = later, .finish = finish};
