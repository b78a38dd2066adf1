// SPDX-License-Identifier: Apache-2.0
/*
 * The cluster's record of what went with a node: its instances and backends are down. Any agent
 * that finds so may write it; the first one wins, for others there is nothing to do any more.
 */
#include "agent/endpoint_edit.h"
#include "agent/reaching.h"
#include "compile/nodes.h"

static bool is_lost(const struct wf_agent *a, const struct wf_object *o)
{
	const struct wf_nodes nodes = wf_nodes_of(a->model);
	const struct wf_peer *p;

	if (!o->endpoint.sid || o->endpoint.is_down)
		return false;
	p = wf_reaching_find(a, wf_nodes_id(&nodes, o->endpoint.node));
	return p && p->reach == WF_REACH_NO && p->is_keyless;
}

static int set_lost(struct wf_edit *e, struct wf_object *o, struct wf_err *err)
{
	int r;

	if (!is_lost(e->agent, o))
		return 0;
	r = wf_edit_need_dead(e, o->endpoint.node, err);
	if (r)
		return r == -EEXIST ? 0 : r;
	o->endpoint.is_down = true;
	return 1;
}

static int write_batch(struct wf_agent *a, const struct wf_endpoint_edit *b)
{
	int r = wf_endpoint_edit_write(a, b);

	for (size_t i = 0; i < b->n && !r; i++)
		wf_agent_log(a, WF_LOG_WARN, "endpoint %s/%s is down: its node '%s' is lost",
			     b->endpoints[i]->tenant, b->endpoints[i]->name,
			     b->endpoints[i]->endpoint.node);
	return r;
}

void wf_reach_check(struct wf_agent *a)
{
	struct wf_endpoint_edit b = {.fn = set_lost,
				     .complaint = "cannot be said to be lost with its node"};
	struct wf_object *const *endpoints;
	size_t n;

	if (!a->store || !a->reaching)
		return;
	b.is_failing = &a->reaching->is_failing;
	endpoints = wf_model_range(a->model, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n && !wf_endpoint_edit_is_full(&b); i++)
		if (is_lost(a, endpoints[i]))
			wf_endpoint_edit_add(&b, endpoints[i]);
	if (write_batch(a, &b) < 0)
		wf_agent_want_pass_in(a, WF_RETRY_MAX_MS);
	else if (wf_endpoint_edit_is_full(&b)) /* there may be more of them */
		wf_agent_want_pass(a);
	wf_endpoint_edit_empty(&b);
}
