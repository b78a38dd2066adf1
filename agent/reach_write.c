// SPDX-License-Identifier: Apache-2.0
/*
 * The cluster's record of what went with a node: its instances and backends are down. Any agent
 * that finds so may write it; the first one wins, for others there is nothing to do any more.
 */
#include "agent/reaching.h"
#include "agent/request.h"
#include "compile/nodes.h"

#define BATCH 256 /* endpoints in one transaction */

struct batch {
	const struct wf_object *items[BATCH]; /* borrowed */
	size_t n;
};

static bool is_lost(const struct wf_agent *a, const struct wf_object *o)
{
	const struct wf_nodes nodes = wf_nodes_of(a->model);
	const struct wf_peer *p;

	if (!o->endpoint.sid || o->endpoint.is_down)
		return false;
	p = wf_reaching_find(a, wf_nodes_id(&nodes, o->endpoint.node));
	return p && p->reach == WF_REACH_NO && p->is_keyless;
}

static int write_one(struct wf_edit *e, struct wf_current *old, struct wf_err *err)
{
	WF_CLEANUP(cleanup_object) struct wf_object *now = NULL;
	int r;

	if (!old->object || !is_lost(e->agent, old->object))
		return 0;
	r = wf_edit_need_dead(e, old->object->endpoint.node, err);
	if (r)
		return r == -EEXIST ? 0 : r;
	now = wf_object_clone(old->object);
	if (!now)
		return wf_edit_no_memory(err);
	now->endpoint.is_down = true;
	return wf_edit_add(e, old, now) < 0 ? wf_edit_no_memory(err) : 0;
}

static int attempt(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	const struct batch *b = req->arg;
	int r = 0;

	for (size_t i = 0; i < b->n && !r; i++) {
		struct wf_current old = {0};

		r = wf_current_read(e->agent, WF_KIND_ENDPOINT, b->items[i]->tenant,
				    b->items[i]->name, &old, err);
		if (!r)
			r = write_one(e, &old, err);
		wf_current_done(&old);
	}
	return r ? r : wf_edit_commit(e, &req->outcome->revision, err);
}

/* The model changes with it, so the batch keeps its objects. */
static int write_batch(struct wf_agent *a, struct batch *b)
{
	struct wf_outcome outcome = {0};
	struct wf_request req = {a, attempt, &outcome, b};
	struct wf_err err = {0};
	int r = wf_request_run(&req, &err);

	wf_outcome_done(&outcome);
	if (r && !a->reaching->is_failing)
		wf_agent_log(a, WF_LOG_WARN, "what is lost with a node cannot be told: %s",
			     err.msg);
	a->reaching->is_failing = r < 0;
	for (size_t i = 0; i < b->n; i++) {
		if (!r)
			wf_agent_log(a, WF_LOG_WARN,
				     "endpoint %s/%s is down: its node '%s' is lost",
				     b->items[i]->tenant, b->items[i]->name,
				     b->items[i]->endpoint.node);
		wf_object_unref((struct wf_object *)b->items[i]);
	}
	return r;
}

void wf_reach_check(struct wf_agent *a)
{
	struct wf_object *const *endpoints;
	struct batch b = {.n = 0};
	size_t n;

	if (!a->store || !a->reaching)
		return;
	endpoints = wf_model_range(a->model, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n && b.n < BATCH; i++)
		if (is_lost(a, endpoints[i]))
			b.items[b.n++] = wf_object_ref(endpoints[i]);
	if (!b.n)
		return;
	if (write_batch(a, &b) < 0)
		wf_agent_want_pass_in(a, WF_RETRY_MAX_MS);
	else if (b.n == BATCH) /* there may be more of them */
		wf_agent_want_pass(a);
}
