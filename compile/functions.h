/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of a tenant and their instances, wherever those are.
 *
 * An instance is a container with an endpoint that packets enter by (on the function's interface
 * `in`) and one that they come back from (`out`; with one arm the same). Both are selected by the
 * function's labels, and of one node and network namespace.
 */
#pragma once

#include "base/vec.h"
#include "compile/here.h"
#include "compile/nodes.h"
#include "dp/table.h"

struct wf_instance {
	const struct wf_object *in;  /* endpoints; borrowed */
	const struct wf_object *out; /* the same one: one arm */
	uint16_t node;		     /* id */
	bool is_up;		     /* its arms are, and its node is reached */
};

struct wf_instances {
	const struct wf_object *object; /* the function */
	WF_VEC(struct wf_instance)
	list; /* sorted by node and `in`'s sid; those without are left out */
};

struct wf_functions {
	struct wf_instances *items; /* owned; sorted by name */
	size_t n;
	size_t cap;
};

/* Of @tenant, as seen from @here (NULL: from where all nodes are reached). 0 or -ENOMEM. */
int wf_functions_of(const struct wf_model *m, const struct wf_here *here, const char *tenant,
		    struct wf_functions *ret);
void wf_functions_done(struct wf_functions *f);

/* NULL: no such function. */
const struct wf_instances *wf_functions_find(const struct wf_functions *f, const char *name);

/* The one that @endpoint is an arm of. NULL: of none. */
const struct wf_instances *wf_functions_with(const struct wf_functions *f,
					     const struct wf_object *endpoint);

/* What packets enter an instance by, if they go the way as written or the mirrored one. */
static inline const struct wf_object *wf_instance_arm(const struct wf_instance *i, bool is_reverse)
{
	return is_reverse ? i->out : i->in;
}

/* May it send in the name of others (dp/static.h)? */
static inline bool wf_function_speaks(const struct wf_function *f)
{
	return f->mode == WF_MODE_STATIC || f->mode == WF_MODE_DYNAMIC;
}

/* How packets are put in, by the function's mode. */
enum wf_behavior wf_function_behavior(const struct wf_function *f);
