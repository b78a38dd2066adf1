// SPDX-License-Identifier: Apache-2.0
/*
 * An endpoint is an instance of one function. Looked at are the endpoints of the batch, and those
 * of a tenant whose functions select others than before.
 */
#include "model/check.h"

#include <string.h>

#include "model/member.h"

void wf_check_function(const struct wf_function *f, size_t index, struct wf_problems *problems)
{
	if (!f->instances.n)
		wf_problems_add(problems, index, "instances",
				"there is no label in it, like {app: fw}");
	if (!f->in[0] || !f->out[0])
		wf_problems_add(
			problems, index, f->in[0] ? "out" : "in",
			"is missing: a function has an interface in, and the same or another "
			"one out");
	wf_check_probe(&f->probe, index, problems);
}

struct function {
	const struct wf_object *object;
	const struct wf_batch_item *item; /* NULL: it stays as it is */
};

struct functions {
	struct function *items; /* owned; of one tenant */
	size_t n;
	size_t cap;
	const struct wf_changes *changes;
};

static int collect(void *arg, const struct wf_object *o, const struct wf_batch_item *item)
{
	struct functions *functions = arg;

	return wf_vec_push(functions, ((struct function){o, item}));
}

/* Its place in the batch, from 1; 0: it stays as it is. */
static size_t place(const struct wf_batch_item *item)
{
	return item ? item->index + 1 : 0;
}

/* What comes last in the batch is told of it. */
static void two(const struct functions *functions, const struct function *a,
		const struct function *b, const struct wf_object *endpoint,
		const struct wf_batch_item *item)
{
	const struct function *last = place(a->item) > place(b->item) ? a : b;
	const struct function *other = last == a ? b : a;
	struct wf_problems *problems = functions->changes->problems;

	if (place(item) > place(last->item))
		wf_problems_add(problems, item->index, "labels",
				"functions '%s' and '%s' both select endpoint '%s': it can be an "
				"instance of one only; leave out the labels of the other one",
				other->object->name, last->object->name, endpoint->name);
	else if (last->item)
		wf_problems_add(problems, last->item->index, "instances",
				"endpoint '%s' would be an instance of function '%s', too: it can "
				"be of one only; use labels that tell them apart",
				endpoint->name, other->object->name);
}

static int check_endpoint(void *arg, const struct wf_object *o, const struct wf_batch_item *item)
{
	const struct functions *functions = arg;
	const struct function *first = NULL;

	for (size_t i = 0; i < functions->n; i++) {
		const struct function *f = &functions->items[i];

		if (!wf_function_has(&f->object->function, &o->endpoint))
			continue;
		if (first) {
			two(functions, first, f, o, item);
			return 0;
		}
		first = f;
	}
	return 0;
}

/* Those of the batch are looked at by themselves. */
static int check_staying(void *arg, const struct wf_object *o, const struct wf_batch_item *item)
{
	return item ? 0 : check_endpoint(arg, o, NULL);
}

static bool selects_others(const struct wf_changes *c, const struct wf_object *function)
{
	const struct wf_object *old = wf_model_find(c->model, WF_KIND_FUNCTION, function->tenant,
						    function->name);

	return !old || !wf_labels_equal(&old->function.instances, &function->function.instances);
}

/* @from: the items of a batch that are of one kind and tenant; returns how many. */
static size_t run_of(const struct wf_batch *b, size_t from)
{
	const struct wf_object *o = b->items[from].object;
	size_t n = 1;

	while (from + n < b->n && b->items[from + n].object->kind == o->kind &&
	       strcmp(b->items[from + n].object->tenant, o->tenant) == 0)
		n++;
	return n;
}

static int check_run(const struct wf_changes *c, size_t from, size_t n)
{
	const struct wf_batch_item *items = &c->batch->items[from];
	const char *tenant = items->object->tenant;
	bool is_function = items->object->kind == WF_KIND_FUNCTION, has_others = false;
	struct functions functions = {.changes = c};
	int r;

	for (size_t i = 0; i < n && is_function && !has_others; i++)
		has_others = selects_others(c, items[i].object);
	if (is_function && !has_others)
		return 0;
	r = wf_batch_each(c->batch, c->model, WF_KIND_FUNCTION, tenant, collect, &functions);
	if (!r && functions.n > 1 && is_function)
		r = wf_batch_each(c->batch, c->model, WF_KIND_ENDPOINT, tenant, check_staying,
				  &functions);
	for (size_t i = 0; !r && functions.n > 1 && !is_function && i < n; i++)
		r = check_endpoint(&functions, items[i].object, &items[i]);
	wf_vec_done(&functions);
	return r;
}

int wf_check_functions(const struct wf_changes *c)
{
	int r = 0;

	for (size_t i = 0, n; i < c->batch->n && !r; i += n) {
		enum wf_kind kind = c->batch->items[i].object->kind;

		n = run_of(c->batch, i);
		if (kind == WF_KIND_FUNCTION || kind == WF_KIND_ENDPOINT)
			r = check_run(c, i, n);
	}
	return r;
}
