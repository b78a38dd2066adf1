// SPDX-License-Identifier: Apache-2.0
#include "agent/sids.h"

#include "agent/hash.h"
#include "agent/request.h"
#include "model/member.h"

#define BATCH	 256	    /* endpoints in one transaction */
#define SALT_SID 0x73696473 /* of the hash that a search begins at */

static bool is_backend(const struct wf_model *m, const struct wf_object *o)
{
	struct wf_object *const *services;
	size_t n;

	services = wf_model_range(m, WF_KIND_SERVICE, o->tenant, &n);
	for (size_t i = 0; i < n; i++)
		if (wf_service_backends_of(&services[i]->service, &o->endpoint))
			return true;
	return false;
}

static bool needs_number(const struct wf_agent *a, const struct wf_object *o)
{
	const struct wf_endpoint *e = &o->endpoint;

	return !e->sid && strcmp(e->node, a->options.node) == 0 &&
	       (wf_model_function_of(a->model, o) || is_backend(a->model, o));
}

/* The first one that is free from where its name leads to. */
static int find_number(struct wf_edit *e, const struct wf_object *o, uint16_t *ret,
		       struct wf_err *err)
{
	uint64_t start = wf_endpoint_hash(o->tenant, o->name, SALT_SID);

	for (uint64_t i = 0; i < WF_ENDPOINT_SID_MAX; i++) {
		uint16_t sid =
			(uint16_t)(1 + (start % WF_ENDPOINT_SID_MAX + i) % WF_ENDPOINT_SID_MAX);
		struct wf_claim claim = wf_claim_sid(o->endpoint.node, sid);
		int is_free = wf_edit_is_free(e, &claim, o, err);

		if (is_free < 0)
			return is_free;
		if (!is_free)
			continue;
		*ret = sid;
		return 0;
	}
	return wf_err_set(err, -EADDRNOTAVAIL,
			  "all %d SIDs of endpoints of node '%s' are in use: attach those of "
			  "functions and services to other nodes, too",
			  WF_ENDPOINT_SID_MAX, o->endpoint.node);
}

static int give(struct wf_edit *e, struct wf_current *old, struct wf_err *err)
{
	WF_CLEANUP(cleanup_object) struct wf_object *now = NULL;
	int r;

	if (!old->object || !needs_number(e->agent, old->object))
		return 0;
	now = wf_object_clone(old->object);
	if (!now)
		return wf_edit_no_memory(err);
	r = find_number(e, now, &now->endpoint.sid, err);
	if (r)
		return r;
	now->endpoint.is_down = true;
	return wf_edit_add(e, old, now) < 0 ? wf_edit_no_memory(err) : 0;
}

struct batch {
	struct wf_object *items[BATCH]; /* owned */
	size_t n;
};

static int attempt(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	const struct batch *b = req->arg;
	int r = 0;

	for (size_t i = 0; i < b->n && !r; i++) {
		const struct wf_object *o = b->items[i];
		struct wf_current old = {0};

		r = wf_current_read(e->agent, WF_KIND_ENDPOINT, o->tenant, o->name, &old, err);
		if (!r)
			r = give(e, &old, err);
		wf_current_done(&old);
	}
	return r ? r : wf_edit_commit(e, &req->outcome->revision, err);
}

/* The first that need one: the model changes when they get it. */
static void collect(const struct wf_agent *a, struct batch *ret)
{
	struct wf_object *const *endpoints;
	size_t n;

	ret->n = 0;
	endpoints = wf_model_range(a->model, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n && ret->n < BATCH; i++)
		if (needs_number(a, endpoints[i]))
			ret->items[ret->n++] = wf_object_ref(endpoints[i]);
}

static int write_batch(struct wf_agent *a, struct batch *b)
{
	struct wf_outcome outcome = {0};
	struct wf_request req = {a, attempt, &outcome, b};
	struct wf_err err = {0};
	int r = wf_request_run(&req, &err);

	wf_outcome_done(&outcome);
	if (r && !a->sids.is_failing)
		wf_agent_log(a, WF_LOG_WARN, "endpoint '%s' of tenant '%s'%s gets no SID: %s",
			     b->items[0]->name, b->items[0]->tenant, b->n > 1 ? " and others" : "",
			     err.msg);
	a->sids.is_failing = r < 0;
	return r;
}

static void release(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		wf_object_unref(b->items[i]);
}

void wf_sids_check(struct wf_agent *a)
{
	struct batch b = {.n = BATCH};
	int r = 0;

	if (!a->store || a->sids.revision == a->revision)
		return;
	while (!r && b.n == BATCH) {
		collect(a, &b);
		if (b.n)
			r = write_batch(a, &b);
		release(&b);
	}
	a->sids.revision = r ? 0 : a->revision;
	if (r)
		wf_agent_want_pass_in(a, WF_RETRY_MAX_MS);
	else if (b.n)
		wf_agent_want_pass(a);
}
