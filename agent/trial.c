// SPDX-License-Identifier: Apache-2.0
/* A change is compiled before it is written: what does not fit is refused as a whole. */
#include "agent/trial.h"

#include "agent/room.h"
#include "compile/compile.h"

static int change(struct wf_model *m, const struct wf_edit_item *i)
{
	const struct wf_object *o = i->old.object;

	if (i->now)
		return wf_model_put(m, i->now);
	if (o)
		wf_model_remove(m, o->kind, o->tenant, o->name); /* it may be gone */
	return 0;
}

int wf_trial_compile(const struct wf_edit *e, struct wf_err *err)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = NULL;
	WF_CLEANUP(cleanup_image) struct wf_image *wish = NULL;
	int r = 0;

	if (!e->items.n)
		return 0;
	m = wf_model_copy(e->agent->model);
	if (!m)
		return wf_edit_no_memory(err);
	wf_vec_each (i, &e->items)
		if (!r)
			r = change(m, i);
	if (r)
		return wf_edit_no_memory(err);
	r = wf_compile(m, &e->agent->here, &wish, err);
	if (!r)
		r = wf_room_check(wish, err);
	return r == -EEXIST ? 0 : r; /* what contradicts others is left out: agent/sane.c */
}
