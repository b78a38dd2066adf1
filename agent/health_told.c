// SPDX-License-Identifier: Apache-2.0
/* Health for those who ask: the status and the API. */
#include <stdio.h>

#include "agent/gateway.h"
#include "agent/health.h"
#include "agent/watched.h"

void wf_health_each_down(const struct wf_agent *a, void (*fn)(void *arg, const char *text),
			 void *arg)
{
	char text[sizeof((struct wf_watched *)NULL)->why + 2 * WF_NAME_MAX + 32];

	if (!a->health)
		return;
	wf_vec_each (w, &a->health->watched) {
		if ((*w)->health != WF_HEALTH_DOWN)
			continue;
		snprintf(text, sizeof(text), "endpoint %s/%s is down: %s", (*w)->object->tenant,
			 (*w)->object->name, (*w)->why);
		fn(arg, text);
	}
}

static bool is_selected(const struct wf_model *m, const struct wf_object *endpoint)
{
	for (size_t k = 0; k < WF_WATCHED_BY_COUNT; k++) {
		struct wf_object *const *by;
		size_t n;

		by = wf_model_range(m, wf_watched_by[k], endpoint->tenant, &n);
		for (size_t i = 0; i < n; i++)
			if (wf_watched_probe_of(by[i], endpoint))
				return true;
	}
	return false;
}

enum wf_health wf_agent_health(const struct wf_agent *a, const struct wf_object *endpoint)
{
	if (!endpoint->endpoint.node[0] ||
	    (!endpoint->endpoint.is_gateway && !is_selected(a->model, endpoint)))
		return WF_HEALTH_UNKNOWN;
	return endpoint->endpoint.is_down ? WF_HEALTH_DOWN : WF_HEALTH_UP;
}

const char *wf_agent_health_reason(const struct wf_agent *a, const struct wf_object *endpoint)
{
	const struct wf_watched *w;

	if (endpoint->endpoint.is_gateway)
		return wf_gateway_reason(a, endpoint);
	w = wf_watched_find(a, endpoint);
	return w && w->health == WF_HEALTH_DOWN ? w->why : NULL;
}
