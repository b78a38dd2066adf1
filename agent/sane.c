// SPDX-License-Identifier: Apache-2.0
/*
 * The API lets no contradiction into the store, but somebody may write to it by other ways. Two
 * owners of one id or address must not stop the whole node: the first in order keeps it, the others
 * are left out until it is mended.
 */
#include "agent/room.h"

#include "compile/compile.h"

static const struct wf_object *rival(const struct wf_model *m, const struct wf_object *o)
{
	const struct wf_object *other = NULL;
	struct wf_claim claim;

	for (unsigned int i = 0; !other && wf_object_claim(o, i, &claim); i++)
		other = wf_model_find_claim(m, &claim, o);
	/* An endpoint is there already; a service's address is only wished. */
	return other && other->kind > o->kind ? NULL : other;
}

static void leave_out(struct wf_agent *a, struct wf_model *m, const struct wf_object *o)
{
	if (!a->n_left_out)
		wf_agent_log(a, WF_LOG_WARN,
			     "%s '%.80s' is left out: what it has belongs to another",
			     wf_kind_name(o->kind), o->name);
	a->n_left_out++;
	wf_model_remove(m, o->kind, o->tenant, o->name);
}

/* From the last to the first, so that the first stays. */
static void sort_out(struct wf_agent *a, struct wf_model *m, enum wf_kind kind)
{
	struct wf_object *const *objects;
	size_t n;

	objects = wf_model_range(a->model, kind, NULL, &n);
	while (n--)
		if (rival(m, objects[n]))
			leave_out(a, m, objects[n]);
}

/* Without what contradicts others. */
static int compile_rest(struct wf_agent *a, struct wf_image **ret, struct wf_err *err)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = wf_model_copy(a->model);

	if (!m)
		return wf_err_set(err, -ENOMEM, "out of memory for the model");
	a->n_left_out = 0;
	for (enum wf_kind kind = 0; kind < WF_KIND_COUNT; kind++)
		sort_out(a, m, kind);
	return wf_compile(m, &a->here, ret, err);
}

int wf_sane_compile(struct wf_agent *a, struct wf_image **ret, struct wf_err *err)
{
	WF_CLEANUP(cleanup_image) struct wf_image *wish = NULL;
	int r = wf_compile(a->model, &a->here, &wish, err);

	if (r == -EEXIST)
		r = compile_rest(a, &wish, err);
	else
		a->n_left_out = 0;
	if (!r)
		r = wf_room_check(wish, err);
	if (!r)
		*ret = TAKE_PTR(wish);
	return r;
}
