// SPDX-License-Identifier: Apache-2.0
/*
 * Containers that died without a detach: an endpoint of this node whose interface is missing in two
 * passes, and for a while, gives its addresses back.
 */
#include "agent/attach.h"

static struct wf_gone *find(struct wf_agent *a, const struct wf_object *o)
{
	wf_vec_each (g, &a->gone)
		if (!strcmp(g->tenant, o->tenant) && !strcmp(g->name, o->name))
			return g;
	return NULL;
}

static int attempt(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	const struct wf_gone *g = req->arg;
	struct wf_agent *a = req->agent;
	struct wf_current old = {0};
	int r = wf_current_read(a, WF_KIND_ENDPOINT, g->tenant, g->name, &old, err);

	if (!r && old.object && !strcmp(old.object->endpoint.node, a->options.node))
		r = wf_detach_edit(e, &old, err);
	if (!r)
		r = wf_edit_commit(e, &req->outcome->revision, err);
	wf_current_done(&old);
	return r;
}

static void detach(struct wf_agent *a, struct wf_gone *g)
{
	struct wf_outcome outcome = {0};
	struct wf_request req = {a, attempt, &outcome, g};
	struct wf_err err;

	if (wf_request_run(&req, &err) < 0)
		wf_agent_log(a, WF_LOG_WARN,
			     "endpoint '%s' of tenant '%s' has lost its interface and "
			     "could not be detached: %s",
			     g->name, g->tenant, err.msg);
	else
		wf_agent_log(a, WF_LOG_INFO,
			     "endpoint '%s' of tenant '%s' has lost its interface and "
			     "is detached",
			     g->name, g->tenant);
	wf_outcome_done(&outcome);
}

static void miss(struct wf_agent *a, const struct wf_object *o)
{
	struct wf_gone *known = find(a, o), g = {.since_ms = wf_agent_now_ms(), .is_seen = true};

	if (known) {
		known->is_seen = true;
		return;
	}
	memcpy(g.tenant, o->tenant, sizeof(g.tenant));
	strcpy(g.name, o->name);
	wf_vec_push(&a->gone, g); /* without memory the next pass sees it, too */
}

static void miss_all(struct wf_agent *a)
{
	struct wf_object *const *endpoints;
	size_t n;

	endpoints = wf_model_range(a->model, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n; i++)
		if (!strcmp(endpoints[i]->endpoint.node, a->options.node) &&
		    !endpoints[i]->endpoint.is_host && /* that is made anew (agent/host.h) */
		    !endpoints[i]->endpoint.is_gateway &&
		    !wf_observe_port(a, endpoints[i]->tenant, endpoints[i]->name))
			miss(a, endpoints[i]);
}

/* Those that came back are forgotten. */
static void forget(struct wf_agent *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->gone.n; i++)
		if (a->gone.items[i].is_seen)
			a->gone.items[n++] = a->gone.items[i];
	a->gone.n = n;
}

/* Until the first of them is gone for long enough. A timer can be early: it counts from when the
 * loop woke up, and they from when they were missed. */
static uint32_t rest_ms(struct wf_agent *a)
{
	int64_t now = wf_agent_now_ms(), rest = a->options.gone_after_ms;

	wf_vec_each (g, &a->gone)
		if (g->since_ms + a->options.gone_after_ms - now < rest)
			rest = g->since_ms + a->options.gone_after_ms - now;
	return rest < 1 ? 1 : (uint32_t)rest;
}

void wf_gone_check(struct wf_agent *a)
{
	size_t n_before = a->gone.n;
	int64_t since = wf_agent_now_ms() - a->options.gone_after_ms;

	if (!a->store)
		return;
	wf_vec_each (g, &a->gone)
		g->is_seen = false;
	miss_all(a);
	for (size_t i = 0; i < n_before; i++)
		if (a->gone.items[i].is_seen && a->gone.items[i].since_ms <= since) {
			detach(a, &a->gone.items[i]);
			a->gone.items[i].is_seen = false;
		}
	forget(a);
	if (a->gone.n)
		wf_agent_want_pass_in(a, rest_ms(a));
}
