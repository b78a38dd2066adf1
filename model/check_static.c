// SPDX-License-Identifier: Apache-2.0
/*
 * Behind a static function headers are made anew, of what is known of the sender's endpoint, and
 * nobody but the sender's node signs: what must be signed cannot go through one, nor what has no
 * endpoint at one end. Looked at are the policies of the batch, and those of a tenant
 * or through a function that were not so before.
 */
#include "model/check.h"

#include <string.h>

/* What makes it so, when it is not the policy itself. */
struct cause {
	const struct wf_changes *changes;
	const struct wf_batch_item *item;
};

/* Why @policy cannot lead through static functions: what is so behind them. NULL: it can. */
static const char *what_forbids(const struct wf_changes *c, const struct wf_object *policy)
{
	const struct wf_object *tenant = wf_changes_find(c, WF_KIND_TENANT, "", policy->tenant);
	const struct wf_policy *p = &policy->policy;

	if (p->require || (tenant && tenant->self.require))
		return "headers are made anew, and are not signed as is required";
	if (p->from.type == WF_SELECT_INTERNET || p->to.type == WF_SELECT_INTERNET)
		return "headers are made anew, for endpoints alone, and the Internet has none";
	return NULL;
}

static bool is_static(const struct wf_changes *c, const struct wf_object *policy, const char *name)
{
	const struct wf_object *f = wf_changes_find(c, WF_KIND_FUNCTION, policy->tenant, name);

	return f && f->function.mode == WF_MODE_STATIC;
}

/* The first static function that @policy leads through; NULL: none. @key: where it stands. */
static const char *find_static(const struct wf_changes *c, const struct wf_object *policy,
			       char key[WF_VIA_KEY_MAX])
{
	const struct wf_policy *p = &policy->policy;

	for (unsigned int i = 0; i < p->n_paths; i++)
		for (unsigned int j = 0; j < p->paths[i].n_via; j++) {
			if (!p->paths[i].is_function[j] ||
			    !is_static(c, policy, p->paths[i].via[j]))
				continue;
			wf_via_key(p, i, j, key);
			return p->paths[i].via[j];
		}
	return NULL;
}

static void check_policy(const struct wf_changes *c, const struct wf_batch_item *item)
{
	char key[WF_VIA_KEY_MAX];
	const char *why = what_forbids(c, item->object);
	const char *name = why ? find_static(c, item->object, key) : NULL;

	if (name)
		wf_problems_add(c->problems, item->index, key,
				"function '%s' is static: behind it %s; use mode: dynamic", name,
				why);
}

/* A policy that stays as it is. */
static int check_staying(void *arg, const struct wf_object *o, const struct wf_batch_item *item)
{
	const struct cause *cause = arg;
	const struct wf_changes *c = cause->changes;
	char key[WF_VIA_KEY_MAX];
	const char *why = item ? NULL : what_forbids(c, o);
	const char *name = why ? find_static(c, o, key) : NULL;

	if (!name)
		return 0;
	wf_problems_add(c->problems, cause->item->index,
			cause->item->object->kind == WF_KIND_FUNCTION ? "mode" : "require",
			"policy '%s' leads through function '%s', which would be static: behind it "
			"%s",
			o->name, name, why);
	return 1; /* one is enough */
}

static bool becomes_static(const struct wf_changes *c, const struct wf_object *o)
{
	const struct wf_object *old = wf_model_find(c->model, o->kind, o->tenant, o->name);

	return o->function.mode == WF_MODE_STATIC && (!old || old->function.mode != WF_MODE_STATIC);
}

static bool becomes_signed(const struct wf_changes *c, const struct wf_object *o)
{
	const struct wf_object *old = wf_model_find(c->model, o->kind, NULL, o->name);

	return o->self.require && old && !old->self.require;
}

int wf_check_static(const struct wf_changes *c)
{
	int r = 0;

	for (size_t i = 0; i < c->batch->n && r >= 0; i++) {
		const struct wf_batch_item *item = &c->batch->items[i];
		const struct wf_object *o = item->object;
		struct cause cause = {c, item};

		if (o->kind == WF_KIND_POLICY)
			check_policy(c, item);
		else if (o->kind == WF_KIND_FUNCTION && becomes_static(c, o))
			r = wf_batch_each(c->batch, c->model, WF_KIND_POLICY, o->tenant,
					  check_staying, &cause);
		else if (o->kind == WF_KIND_TENANT && becomes_signed(c, o))
			r = wf_batch_each(c->batch, c->model, WF_KIND_POLICY, o->name,
					  check_staying, &cause);
	}
	return r < 0 ? r : 0;
}
