// SPDX-License-Identifier: Apache-2.0
#include "agent/endpoint_edit.h"

#include <assert.h>

#include "agent/request.h"

void wf_endpoint_edit_add(struct wf_endpoint_edit *b, struct wf_object *endpoint)
{
	assert(!wf_endpoint_edit_is_full(b));
	b->endpoints[b->n++] = wf_object_ref(endpoint);
}

bool wf_endpoint_edit_is_full(const struct wf_endpoint_edit *b)
{
	return b->n == WF_ENDPOINT_EDIT_MAX;
}

void wf_endpoint_edit_empty(struct wf_endpoint_edit *b)
{
	for (size_t i = 0; i < b->n; i++)
		wf_object_unref(b->endpoints[i]);
	b->n = 0;
}

static int edit_one(struct wf_edit *e, const struct wf_endpoint_edit *b, struct wf_current *old,
		    struct wf_err *err)
{
	WF_CLEANUP(cleanup_object) struct wf_object *now = NULL;
	int r;

	if (!old->object)
		return 0;
	now = wf_object_clone(old->object);
	if (!now)
		return wf_edit_no_memory(err);
	r = b->fn(e, now, err);
	if (r <= 0)
		return r;
	return wf_edit_add(e, old, now) < 0 ? wf_edit_no_memory(err) : 0;
}

static int attempt(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	const struct wf_endpoint_edit *b = req->arg;
	int r = 0;

	for (size_t i = 0; i < b->n && !r; i++) {
		struct wf_current old = {0};

		r = wf_current_read(e->agent, WF_KIND_ENDPOINT, b->endpoints[i]->tenant,
				    b->endpoints[i]->name, &old, err);
		if (!r)
			r = edit_one(e, b, &old, err);
		wf_current_done(&old);
	}
	return r ? r : wf_edit_commit(e, &req->outcome->revision, err);
}

int wf_endpoint_edit_write(struct wf_agent *a, const struct wf_endpoint_edit *b)
{
	struct wf_outcome outcome = {0};
	struct wf_request req = {a, attempt, &outcome, (void *)b};
	struct wf_err err = {0};
	int r;

	if (!b->n)
		return 0;
	r = wf_request_run(&req, &err);
	wf_outcome_done(&outcome);
	if (r && !*b->is_failing)
		wf_agent_log(a, WF_LOG_WARN, "endpoint %s/%s%s %s: %s", b->endpoints[0]->tenant,
			     b->endpoints[0]->name, b->n > 1 ? " (and others)" : "", b->complaint,
			     err.msg);
	*b->is_failing = r < 0;
	return r;
}
