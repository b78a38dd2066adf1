// SPDX-License-Identifier: Apache-2.0
#include "compile/functions.h"

#include <string.h>

#include "model/member.h"

enum wf_behavior wf_function_behavior(const struct wf_function *f)
{
	static const enum wf_behavior behaviors[WF_MODE_COUNT] = {
		[WF_MODE_DYNAMIC] = WF_BEHAVIOR_AD,
		[WF_MODE_STATIC] = WF_BEHAVIOR_AS,
		[WF_MODE_MASQUERADE] = WF_BEHAVIOR_AM,
		[WF_MODE_NATIVE] = WF_BEHAVIOR_AN,
	};

	return behaviors[f->mode];
}

/* Endpoints that can be arms of a function. */
struct arms {
	struct wf_object **items; /* owned; borrowed objects, in the model's order */
	size_t n;
	size_t cap;
};

/* It can be an arm of one function only, whatever the model says. */
static bool can_be_arm(const struct wf_model *m, const struct wf_object *function,
		       const struct wf_object *endpoint)
{
	const struct wf_endpoint *e = &endpoint->endpoint;

	return e->node[0] && e->sid && e->identity && wf_function_has(&function->function, e) &&
	       wf_model_function_of(m, endpoint) == function;
}

static int find_arms(const struct wf_model *m, const struct wf_object *function, struct arms *ret)
{
	struct wf_object *const *endpoints;
	size_t n;
	int r = 0;

	endpoints = wf_model_range(m, WF_KIND_ENDPOINT, function->tenant, &n);
	for (size_t i = 0; i < n && !r; i++) {
		if (can_be_arm(m, function, endpoints[i]))
			r = wf_vec_push(ret, endpoints[i]);
	}
	return r;
}

static bool is_one_container(const struct wf_endpoint *a, const struct wf_endpoint *b)
{
	return a->netns && a->netns == b->netns && strcmp(a->node, b->node) == 0;
}

/* NULL: the container has no such interface. */
static const struct wf_object *find_out(const struct arms *arms, const struct wf_object *in,
					const char *ifname)
{
	if (strcmp(in->endpoint.ifname, ifname) == 0)
		return in;
	for (size_t i = 0; i < arms->n; i++)
		if (is_one_container(&arms->items[i]->endpoint, &in->endpoint) &&
		    strcmp(arms->items[i]->endpoint.ifname, ifname) == 0)
			return arms->items[i];
	return NULL;
}

/* Where they are looked for, and from. */
struct search {
	const struct wf_model *model;
	const struct wf_here *here; /* may be NULL */
	struct wf_nodes nodes;
};

static int add_instance(const struct search *s, const struct arms *arms, const struct wf_object *in,
			struct wf_instances *ret)
{
	const struct wf_function *f = &ret->object->function;
	struct wf_instance instance = {.in = in};

	if (strcmp(in->endpoint.ifname, f->in) != 0)
		return 0;
	instance.node = wf_nodes_id(&s->nodes, in->endpoint.node);
	instance.out = find_out(arms, in, f->out);
	if (!instance.node || !instance.out)
		return 0;
	instance.is_up = !in->endpoint.is_down && !instance.out->endpoint.is_down &&
			 wf_here_reaches(s->here, instance.node);
	return wf_vec_push(&ret->list, instance);
}

static int instance_cmp(const void *a, const void *b)
{
	const struct wf_instance *x = a, *y = b;

	return x->node != y->node ? (int)x->node - (int)y->node
				  : (int)x->in->endpoint.sid - (int)y->in->endpoint.sid;
}

static int add_function(struct wf_functions *f, const struct search *s,
			const struct wf_object *function)
{
	struct wf_instances instances = {.object = function};
	struct arms arms = {0};
	int r = find_arms(s->model, function, &arms);

	for (size_t i = 0; i < arms.n && !r; i++)
		r = add_instance(s, &arms, arms.items[i], &instances);
	wf_vec_done(&arms);
	wf_vec_sort(&instances.list, instance_cmp);
	if (!r)
		r = wf_vec_push(f, instances);
	if (r)
		wf_vec_done(&instances.list);
	return r;
}

int wf_functions_of(const struct wf_model *m, const struct wf_here *here, const char *tenant,
		    struct wf_functions *ret)
{
	const struct search search = {m, here, wf_nodes_of(m)};
	struct wf_object *const *functions;
	struct wf_functions f = {0};
	size_t n;
	int r = 0;

	functions = wf_model_range(m, WF_KIND_FUNCTION, tenant, &n);
	for (size_t i = 0; i < n && !r; i++)
		r = add_function(&f, &search, functions[i]);
	if (r) {
		wf_functions_done(&f);
		return r;
	}
	*ret = f;
	return 0;
}

void wf_functions_done(struct wf_functions *f)
{
	wf_vec_each (i, f)
		wf_vec_done(&i->list);
	wf_vec_done(f);
}

const struct wf_instances *wf_functions_find(const struct wf_functions *f, const char *name)
{
	size_t low = 0, high = f->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = strcmp(name, f->items[middle].object->name);

		if (c == 0)
			return &f->items[middle];
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct wf_instances *wf_functions_with(const struct wf_functions *f,
					     const struct wf_object *endpoint)
{
	wf_vec_each (instances, f)
		wf_vec_each (i, &instances->list)
			if (i->in == endpoint || i->out == endpoint)
				return instances;
	return NULL;
}
