// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/keys.h"

#define NODE_WORD "node/"

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

static void read_selector_labels(struct wf_reader *r, const char *key, json_t *v,
				 struct wf_selector *s)
{
	if (json_object_get(v, "tenant"))
		wf_problems_add(r->problems, r->index, key,
				"a tenant as one side of a policy " WF_LATER
				"; write labels, a prefix or any");
	else if (!json_object_size(v))
		wf_problems_add(r->problems, r->index, key,
				"there is no label in it; write any for all endpoints");
	else if (wf_value_labels(r, key, v, &s->labels))
		s->type = WF_SELECT_LABELS;
}

static void read_selector(struct wf_reader *r, const char *key, json_t *v, struct wf_selector *s)
{
	const char *text = json_is_string(v) ? json_string_value(v) : NULL;

	if (json_is_object(v))
		read_selector_labels(r, key, v, s);
	else if (text && strcmp(text, "any") == 0)
		s->type = WF_SELECT_ANY;
	else if (text && strcmp(text, "internet") == 0)
		wf_problems_add(r->problems, r->index, key,
				"the Internet as one side of a policy " WF_LATER
				"; write labels, a prefix or any");
	else if (!text || !strchr(text, '/'))
		wf_value_wrong(r, key, "any, labels like {app: web} or a prefix like 10.0.0.0/24",
			       v);
	else if (wf_value_prefix(r, key, v, &s->prefix))
		s->type = WF_SELECT_PREFIX;
}

static int write_selector(const struct wf_selector *s, json_t **ret)
{
	char text[WF_PREFIX_STR_MAX];

	if (s->type == WF_SELECT_LABELS)
		return wf_key_wrote(wf_labels_to_json(&s->labels), ret);
	if (s->type == WF_SELECT_PREFIX)
		return wf_key_wrote(json_string(wf_prefix_str(&s->prefix, text)), ret);
	return wf_key_wrote(json_string("any"), ret);
}

static void read_from(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	read_selector(r, key, v, &o->policy.from);
}

static int write_from(const struct wf_object *o, json_t **ret)
{
	return write_selector(&o->policy.from, ret);
}

static void read_to(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	read_selector(r, key, v, &o->policy.to);
}

static int write_to(const struct wf_object *o, json_t **ret)
{
	return write_selector(&o->policy.to, ret);
}

static void read_waypoint(struct wf_reader *r, const char *key, json_t *v,
			  char ret[WF_NAME_MAX + 1])
{
	char text[WF_VALUE_TEXT_MAX];

	if (!wf_value_text(r, key, v, "a node, like node/4", text))
		return;
	if (strncmp(text, NODE_WORD, strlen(NODE_WORD)) == 0 &&
	    wf_name_is_valid(text + strlen(NODE_WORD)))
		strcpy(ret, text + strlen(NODE_WORD));
	else if (wf_name_is_valid(text))
		wf_problems_add(r->problems, r->index, key,
				"'%s' would be a function, which " WF_LATER
				"; a node is written node/%s",
				text, text);
	else
		wf_value_wrong(r, key, "a node, like node/4", v);
}

static void read_via(struct wf_reader *r, const char *key, json_t *v, struct wf_path *path)
{
	json_t *item;
	size_t i;

	if (!wf_value_list(r, key, v, WF_VIA_MAX, "waypoints, like [node/1, node/4]"))
		return;
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%s[%zu]", key, i);
		read_waypoint(r, at, item, path->via[i]);
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

static json_t *via_to_json(const struct wf_path *path)
{
	json_t *list = json_array();

	for (unsigned int i = 0; list && i < path->n_via; i++)
		if (json_array_append_new(list, json_sprintf(NODE_WORD "%s", path->via[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static bool is_single(const struct wf_policy *p)
{
	return p->n_paths == 1 && p->paths[0].weight == 1;
}

static int write_single(const struct wf_object *o, json_t **ret)
{
	return is_single(&o->policy) ? wf_key_wrote(via_to_json(&o->policy.paths[0]), ret) : 0;
}

static int write_paths(const struct wf_object *o, json_t **ret)
{
	json_t *list;

	if (is_single(&o->policy))
		return 0;
	list = json_array();
	for (unsigned int i = 0; list && i < o->policy.n_paths; i++) {
		const struct wf_path *path = &o->policy.paths[i];
		json_t *item = json_pack("{s:o, s:I}", "via", via_to_json(path), "weight",
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
	const char *text = json_is_string(v) ? json_string_value(v) : "";

	if (strcmp(text, "deny") == 0)
		wf_problems_add(r->problems, r->index, key,
				"`action: deny` " WF_LATER
				": this one has no permissions, so it would not deny anything");
	else if (strcmp(text, "allow") != 0)
		wf_value_wrong(r, key, "allow", v);
}

static const struct wf_key keys[] = {
	{"id", WF_KEY_TRUSTED, read_id, write_id},
	{"from", WF_KEY_REQUIRED, read_from, write_from},
	{"to", WF_KEY_REQUIRED, read_to, write_to},
	{"via", 0, read_single, write_single},
	{"paths", 0, read_paths, write_paths},
	{"reverse", 0, read_reverse, write_reverse},
	{"encoding", 0, read_encoding, write_encoding},
	{"action", 0, read_action, NULL},
	{0},
};

static const struct wf_later_key later[] = {
	{"ports", "choosing packets by port"},
	{"require", "what the receiving node insists on"},
	{"preference", "paths for when others fail"},
	{0},
};

const struct wf_keys wf_policy_keys = {.keys = keys, .later = later};
