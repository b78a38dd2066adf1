// SPDX-License-Identifier: Apache-2.0
#include "api/routes.h"

static json_t *interfaces(const struct wf_agent *a, const struct wf_links *links)
{
	json_t *list = json_array();

	for (size_t i = 0; i < links->n; i++) {
		const struct wf_link *l = &links->items[i];

		if (!l->is_loopback)
			json_array_append_new(list, json_pack("{s:s,s:i,s:i,s:b,s:b,s:s}", "name",
							      l->name, "ifindex", l->ifindex, "mtu",
							      (int)l->mtu, "is_up", (int)l->is_up,
							      "is_underlay",
							      (int)wf_agent_is_underlay(a, l->name),
							      "alias", l->alias));
	}
	return list;
}

static json_int_t count(const struct wf_model *m, enum wf_kind kind)
{
	size_t n;

	wf_model_range(m, kind, NULL, &n);
	return (json_int_t)n;
}

static json_int_t count_local(const struct wf_model *m, const char *node)
{
	struct wf_object *const *endpoints;
	json_int_t found = 0;
	size_t n;

	endpoints = wf_model_range(m, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n; i++)
		found += !strcmp(endpoints[i]->endpoint.node, node);
	return found;
}

static json_t *counts(const struct wf_model *m, const char *node)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I}", "nodes", count(m, WF_KIND_NODE), "tenants",
			 count(m, WF_KIND_TENANT), "endpoints", count(m, WF_KIND_ENDPOINT),
			 "local_endpoints", count_local(m, node), "policies",
			 count(m, WF_KIND_POLICY), "identities", count(m, WF_KIND_IDENTITY));
}

static void add_problem(void *arg, const char *text)
{
	json_array_append_new(arg, json_string(text));
}

static json_t *problems(const struct wf_agent *a)
{
	json_t *list = json_array();

	wf_agent_each_problem(a, add_problem, list);
	return list;
}

static json_t *store(const struct wf_agent_status *s)
{
	json_t *item = json_pack("{s:s,s:b}", "url", s->store, "is_open",
				 (int)(s->store_error->code == 0));

	if (item && s->store_error->code)
		json_object_set_new(item, "error", json_string(s->store_error->msg));
	return item;
}

void wf_show_status(struct wf_call *c)
{
	const struct wf_model *m = wf_agent_model(c->agent);
	struct wf_agent_status s;

	wf_agent_status(c->agent, &s);
	wf_call_answer(c, 200,
		       json_pack("{s:s,s:i,s:s,s:o,s:I,s:I,s:{s:I,s:I,s:f},s:o,s:o,s:o}", "node",
				 s.node, "id", (int)s.node_id, "version", WF_VERSION, "store",
				 store(&s), "revision", (json_int_t)s.revision,
				 "installed_revision", (json_int_t)s.installed_revision, "passes",
				 "run", (json_int_t)s.n_passes, "failed",
				 (json_int_t)s.n_failed_passes, "last_seconds", s.pass_seconds,
				 "counts", counts(m, s.node), "interfaces",
				 interfaces(c->agent, s.links), "problems", problems(c->agent)));
}
