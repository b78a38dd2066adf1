// SPDX-License-Identifier: Apache-2.0
#include "agent/empty.h"

#include <stdio.h>
#include <string.h>

#include "agent/state.h"
#include "compile/functions.h"

static bool names_it(const struct wf_path *path, const char *function)
{
	for (unsigned int i = 0; i < path->n_via; i++)
		if (path->is_function[i] && strcmp(path->via[i], function) == 0)
			return true;
	return false;
}

static bool is_on_path(const struct wf_model *m, const struct wf_object *function)
{
	struct wf_object *const *policies;
	size_t n;

	policies = wf_model_range(m, WF_KIND_POLICY, function->tenant, &n);
	for (size_t i = 0; i < n; i++)
		for (unsigned int k = 0; k < policies[i]->policy.n_paths; k++)
			if (names_it(&policies[i]->policy.paths[k], function->name))
				return true;
	return false;
}

static bool has_instance(const struct wf_instances *instances)
{
	wf_vec_each (i, &instances->list)
		if (i->is_up)
			return true;
	return false;
}

static void look(const struct wf_agent *a, const char *tenant,
		 void (*fn)(void *arg, const char *text), void *arg)
{
	struct wf_functions functions = {0};
	char text[2 * WF_NAME_MAX + 80];

	if (wf_functions_of(a->model, &a->here, tenant, &functions) == 0)
		for (size_t i = 0; i < functions.n; i++) {
			const struct wf_object *o = functions.items[i].object;

			if (has_instance(&functions.items[i]) || !is_on_path(a->model, o))
				continue;
			snprintf(text, sizeof(text),
				 "function %s/%s has no instance that is up: %s", tenant, o->name,
				 o->function.is_bypass ? "packets pass it by"
						       : "what is to go through it is dropped");
			fn(arg, text);
		}
	wf_functions_done(&functions);
}

void wf_empty_each_function(const struct wf_agent *a, void (*fn)(void *arg, const char *text),
			    void *arg)
{
	struct wf_object *const *tenants;
	size_t n;

	tenants = wf_model_range(a->model, WF_KIND_TENANT, NULL, &n);
	for (size_t i = 0; i < n; i++)
		look(a, tenants[i]->name, fn, arg);
}
