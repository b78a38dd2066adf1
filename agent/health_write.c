// SPDX-License-Identifier: Apache-2.0
/* Verdicts that the objects do not have yet, as many as there are in few transactions. */
#include "agent/endpoint_edit.h"
#include "agent/watched.h"

/* Does @o, an endpoint of this node, say otherwise? */
static bool is_news(const struct wf_watched *w, const struct wf_object *o)
{
	return w->health != WF_HEALTH_UNKNOWN &&
	       o->endpoint.is_down != (w->health == WF_HEALTH_DOWN);
}

static int set_verdict(struct wf_edit *e, struct wf_object *o, struct wf_err *err)
{
	const struct wf_watched *w = wf_watched_find(e->agent, o);

	if (!w || strcmp(o->endpoint.node, e->agent->options.node) != 0 || !is_news(w, o))
		return 0;
	o->endpoint.is_down = w->health == WF_HEALTH_DOWN;
	return 1;
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

static int write_batch(struct wf_agent *a, struct wf_endpoint_edit *b)
{
	int r = wf_endpoint_edit_write(a, b);

	for (size_t i = 0; i < b->n && !r; i++) {
		const struct wf_watched *w = wf_watched_find(a, b->endpoints[i]);

		if (w)
			log_verdict(a, w);
	}
	wf_endpoint_edit_empty(b);
	return r;
}

int wf_health_write(struct wf_agent *a)
{
	struct wf_endpoint_edit b = {.fn = set_verdict,
				     .complaint = "cannot be said to be up or down",
				     .is_failing = &a->health->is_failing};
	int r = 0;

	for (size_t i = 0; i < a->health->watched.n && !r; i++) {
		const struct wf_watched *w = a->health->watched.items[i];
		struct wf_object *o = wf_model_find(a->model, WF_KIND_ENDPOINT, w->object->tenant,
						    w->object->name);

		if (o && is_news(w, o))
			wf_endpoint_edit_add(&b, o);
		if (wf_endpoint_edit_is_full(&b))
			r = write_batch(a, &b);
	}
	return r ? r : write_batch(a, &b);
}
