// SPDX-License-Identifier: Apache-2.0
/* POST /v1/endpoints/TENANT/NAME/labels: some labels are set, or (null) taken away; others stay. */
#include "api/item.h"
#include "api/routes.h"

static int change(struct wf_call *c, json_t *changes, struct wf_labels *labels)
{
	const char *key;
	json_t *v;

	if (!json_is_object(changes) || !json_object_size(changes)) {
		wf_call_fail(c, 400,
			     "'labels' must be an object of texts, and null for what goes, like "
			     "{\"app\": \"web\", \"tier\": null}");
		return -EINVAL;
	}
	json_object_foreach(changes, key, v)
	{
		if (json_is_null(v))
			wf_labels_unset(labels, key);
		else if (wf_call_label(c, key, v, labels) < 0)
			return -EINVAL;
	}
	return 0;
}

static void label(struct wf_call *c, const char *tenant, const char *name,
		  const struct wf_labels *labels)
{
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};
	json_t *item;

	if (wf_agent_label(c->agent, tenant, name, labels, &outcome, &err) < 0) {
		wf_call_fail_problems(c, &outcome.problems, &err);
	} else {
		item = wf_item_endpoint(c->agent, NULL, outcome.endpoint);
		json_object_set_new(item, "revision", json_integer((json_int_t)outcome.revision));
		wf_call_answer(c, 200, item);
	}
	wf_outcome_done(&outcome);
}

void wf_do_labels(struct wf_call *c)
{
	static const char *const known[] = {"labels", NULL};
	char tenant[WF_NAME_MAX + 1], name[WF_NAME_MAX + 1];
	const struct wf_object *o;
	json_t *body = wf_call_body(c, known);
	struct wf_labels labels = {0};

	if (!body)
		return;
	wf_call_part(c, 3, tenant);
	wf_call_part(c, 4, name);
	o = wf_model_find(wf_agent_model(c->agent), WF_KIND_ENDPOINT, tenant, name);
	if (!o)
		wf_call_fail(c, 404,
			     "there is no endpoint '%s' in tenant '%s': list them with 'weft "
			     "endpoint list'",
			     name, tenant);
	else if (wf_labels_copy(&o->endpoint.labels, &labels) < 0)
		wf_call_answer(c, 503, NULL);
	else if (change(c, json_object_get(body, "labels"), &labels) == 0)
		label(c, tenant, name, &labels);
	wf_labels_done(&labels);
	json_decref(body);
}
