// SPDX-License-Identifier: Apache-2.0
#include "model/member.h"

bool wf_function_has(const struct wf_function *f, const struct wf_endpoint *e)
{
	return !e->is_host && !e->is_gateway && wf_labels_have(&e->labels, &f->instances);
}

const struct wf_backends *wf_service_backends_of(const struct wf_service *s,
						 const struct wf_endpoint *e)
{
	for (unsigned int i = 0; i < s->n_backends && !e->is_gateway; i++)
		if (wf_labels_have(&e->labels, &s->backends[i].labels))
			return &s->backends[i];
	return NULL;
}

const struct wf_object *wf_model_function_of(const struct wf_model *m,
					     const struct wf_object *endpoint)
{
	struct wf_object *const *functions;
	size_t n;

	functions = wf_model_range(m, WF_KIND_FUNCTION, endpoint->tenant, &n);
	for (size_t i = 0; i < n; i++)
		if (wf_function_has(&functions[i]->function, &endpoint->endpoint))
			return functions[i];
	return NULL;
}
