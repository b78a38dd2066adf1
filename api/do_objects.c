// SPDX-License-Identifier: Apache-2.0
/* POST /v1/apply and /v1/delete. */
#include "api/routes.h"
#include "base/vec.h"
#include "schema/schema.h"

struct objects {
	struct wf_object **items; /* owned */
	size_t n;
	size_t cap;
};

static const char *const changes[WF_CHANGE_COUNT] = {
	[WF_CHANGE_UNCHANGED] = "unchanged",
	[WF_CHANGE_CREATED] = "created",
	[WF_CHANGE_CHANGED] = "changed",
	[WF_CHANGE_DELETED] = "deleted",
};

static void objects_done(struct objects *o)
{
	for (size_t i = 0; i < o->n; i++)
		wf_object_unref(o->items[i]);
	wf_vec_done(o);
}

static json_t *results(const struct objects *objects, const struct wf_outcome *outcome)
{
	json_t *list = json_array();

	for (size_t i = 0; i < outcome->n && i < objects->n; i++) {
		const struct wf_object *o = objects->items[i];
		json_t *item = json_pack("{s:s,s:s,s:s}", "kind", wf_kind_name(o->kind), "name",
					 o->name, "change", changes[outcome->changes[i]]);

		if (o->tenant[0])
			json_object_set_new(item, "tenant", json_string(o->tenant));
		json_array_append_new(list, item);
	}
	return list;
}

static void answer(struct wf_call *c, const struct objects *objects,
		   const struct wf_outcome *outcome)
{
	wf_call_answer(c, 200,
		       json_pack("{s:I,s:o}", "revision", (json_int_t)outcome->revision, "results",
				 results(objects, outcome)));
}

/* The list of the body, or an answer and NULL. */
static json_t *list_of(struct wf_call *c, json_t *body)
{
	json_t *list = json_object_get(body, "objects");

	if (!json_is_array(list)) {
		wf_call_fail(c, 400, "'objects' must be a list");
		return NULL;
	}
	if (json_array_size(list) > WF_MANIFEST_MAX_OBJECTS) {
		wf_call_fail(c, 413, "%zu objects, at most %d at once", json_array_size(list),
			     WF_MANIFEST_MAX_OBJECTS);
		return NULL;
	}
	return list;
}

typedef int (*parse_fn)(json_t *json, size_t index, struct wf_problems *problems,
			struct wf_object **ret);

/* All of them, or an answer and an error. */
static int parse_all(struct wf_call *c, json_t *list, parse_fn parse, struct objects *ret)
{
	struct wf_err err = {.code = -EINVAL, .msg = "the objects are wrong"};
	struct wf_problems problems = {0};
	struct wf_object *o;
	json_t *json;
	size_t i;
	int r = 0;

	json_array_foreach(list, i, json)
	{
		o = NULL;
		r = parse(json, i, &problems, &o);
		if (!r)
			r = wf_vec_push(ret, o);
		if (r == -ENOMEM) {
			wf_object_unref(o);
			break;
		}
	}
	if (r == -ENOMEM)
		wf_call_answer(c, 503, NULL);
	else if (ret->n < json_array_size(list)) {
		wf_call_fail_problems(c, &problems, &err);
		r = -EINVAL;
	}
	wf_problems_done(&problems);
	return r;
}

static int parse_object(json_t *json, size_t index, struct wf_problems *problems,
			struct wf_object **ret)
{
	return wf_object_from_json(json, false, index, problems, ret);
}

static void apply(struct wf_call *c, json_t *list, bool is_dry_run)
{
	struct wf_outcome outcome = {0};
	struct objects objects = {0};
	struct wf_err err = {0};

	if (parse_all(c, list, parse_object, &objects) == 0) {
		if (wf_agent_apply(c->agent, objects.items, objects.n, is_dry_run, &outcome, &err) <
		    0)
			wf_call_fail_problems(c, &outcome.problems, &err);
		else
			answer(c, &objects, &outcome);
	}
	wf_outcome_done(&outcome);
	objects_done(&objects);
}

void wf_do_apply(struct wf_call *c)
{
	static const char *const known[] = {"objects", "dry_run", NULL};
	json_t *body = wf_call_body(c, known), *list, *dry_run;

	if (!body)
		return;
	dry_run = json_object_get(body, "dry_run");
	list = list_of(c, body);
	if (list && dry_run && !json_is_boolean(dry_run))
		wf_call_fail(c, 400, "'dry_run' must be true or false");
	else if (list)
		apply(c, list, json_is_true(dry_run));
	json_decref(body);
}

/* "" if it is no text. */
static const char *text_at(json_t *json, const char *key)
{
	const char *s = json_string_value(json_object_get(json, key));

	return s ? s : "";
}

/* Whole objects are fine as well: what is in a manifest can be deleted by it. */
static int parse_name(json_t *json, size_t index, struct wf_problems *problems,
		      struct wf_object **ret)
{
	const char *tenant = text_at(json, "tenant"), *name = text_at(json, "name");
	enum wf_kind kind;

	if (wf_kind_parse(text_at(json, "kind"), &kind) < 0 || kind == WF_KIND_IDENTITY)
		wf_problems_add(problems, index, "kind",
				"must be Node, Tenant, Endpoint, Policy, Key, Function or Service");
	else if (!wf_name_is_valid(name))
		wf_problems_add(problems, index, "name", "is missing, or cannot be a name");
	else if (wf_kind_has_tenant(kind) && !wf_name_is_valid(tenant))
		wf_problems_add(problems, index, "tenant", "is missing, or cannot be a name");
	else {
		*ret = wf_object_new(kind, wf_kind_has_tenant(kind) ? tenant : NULL, name);
		return *ret ? 0 : -ENOMEM;
	}
	return -EINVAL;
}

void wf_do_delete(struct wf_call *c)
{
	static const char *const known[] = {"objects", NULL};
	json_t *body = wf_call_body(c, known);
	json_t *list = body ? list_of(c, body) : NULL;
	struct wf_outcome outcome = {0};
	struct objects objects = {0};
	struct wf_err err = {0};

	if (list && parse_all(c, list, parse_name, &objects) == 0) {
		if (wf_agent_delete(c->agent, objects.items, objects.n, &outcome, &err) < 0)
			wf_call_fail_problems(c, &outcome.problems, &err);
		else
			answer(c, &objects, &outcome);
	}
	wf_outcome_done(&outcome);
	objects_done(&objects);
	json_decref(body);
}
