// SPDX-License-Identifier: Apache-2.0
/* Verdicts that the objects do not have yet, as many as there are in few transactions. */
#include "agent/request.h"
#include "agent/watched.h"

#define BATCH 256 /* endpoints in one transaction */

struct batch {
	struct wf_watched *items[BATCH]; /* borrowed */
	size_t n;
};

static int write_verdict(struct wf_edit *e, const struct wf_watched *w, struct wf_current *old,
			 struct wf_err *err)
{
	WF_CLEANUP(cleanup_object) struct wf_object *now = NULL;
	bool is_down = w->health == WF_HEALTH_DOWN;

	if (!old->object || old->object->endpoint.is_down == is_down ||
	    strcmp(old->object->endpoint.node, e->agent->options.node) != 0)
		return 0;
	now = wf_object_clone(old->object);
	if (!now)
		return wf_edit_no_memory(err);
	now->endpoint.is_down = is_down;
	return wf_edit_add(e, old, now) < 0 ? wf_edit_no_memory(err) : 0;
}

static int attempt(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	const struct batch *b = req->arg;
	int r = 0;

	for (size_t i = 0; i < b->n && !r; i++) {
		const struct wf_object *o = b->items[i]->object;
		struct wf_current old = {0};

		r = wf_current_read(e->agent, WF_KIND_ENDPOINT, o->tenant, o->name, &old, err);
		if (!r)
			r = write_verdict(e, b->items[i], &old, err);
		wf_current_done(&old);
	}
	return r ? r : wf_edit_commit(e, &req->outcome->revision, err);
}

static void log_verdict(struct wf_agent *a, const struct wf_watched *w)
{
	bool is_down = w->health == WF_HEALTH_DOWN;

	wf_agent_log(a, is_down ? WF_LOG_WARN : WF_LOG_INFO, "endpoint %s/%s is %s%s%s",
		     w->object->tenant, w->object->name,
		     is_down	      ? "down"
		     : w->is_selected ? "up"
				      : "not probed any more",
		     is_down ? ": " : "", w->why);
}

static int write_batch(struct wf_agent *a, struct batch *b)
{
	struct wf_outcome outcome = {0};
	struct wf_request req = {a, attempt, &outcome, b};
	struct wf_err err = {0};
	int r = wf_request_run(&req, &err);

	wf_outcome_done(&outcome);
	if (r && !a->health->is_failing)
		wf_agent_log(a, WF_LOG_WARN, "what endpoints are down cannot be told: %s", err.msg);
	a->health->is_failing = r < 0;
	for (size_t i = 0; i < b->n && !r; i++)
		log_verdict(a, b->items[i]);
	b->n = 0;
	return r;
}

/* Does the model say otherwise? */
static bool is_news(const struct wf_agent *a, const struct wf_watched *w)
{
	const struct wf_object *o = wf_model_find(a->model, WF_KIND_ENDPOINT, w->object->tenant,
						  w->object->name);

	return o && w->health != WF_HEALTH_UNKNOWN &&
	       o->endpoint.is_down != (w->health == WF_HEALTH_DOWN);
}

int wf_health_write(struct wf_agent *a)
{
	struct batch b = {.n = 0};
	int r = 0;

	for (size_t i = 0; i < a->health->watched.n && !r; i++) {
		struct wf_watched *w = a->health->watched.items[i];

		if (is_news(a, w))
			b.items[b.n++] = w;
		if (b.n == BATCH)
			r = write_batch(a, &b);
	}
	return b.n && !r ? write_batch(a, &b) : r;
}
