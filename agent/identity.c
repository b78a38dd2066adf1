// SPDX-License-Identifier: Apache-2.0
#include "agent/identity.h"

/* Made by the same edit, for another endpoint. */
static const struct wf_object *made(const struct wf_edit *e, const char *tenant, const char *name)
{
	wf_vec_each (i, &e->items)
		if (i->now && i->now->kind == WF_KIND_IDENTITY && !strcmp(i->now->tenant, tenant) &&
		    !strcmp(i->now->name, name))
			return i->now;
	return NULL;
}

static int make(struct wf_edit *e, const char *tenant, const char *name,
		const struct wf_labels *labels, struct wf_current *old, uint32_t *ret,
		struct wf_err *err)
{
	WF_CLEANUP(cleanup_object) struct wf_object *o = NULL;
	int r;

	o = wf_object_new(WF_KIND_IDENTITY, tenant, name);
	if (!o || wf_labels_copy(labels, &o->identity.labels) < 0)
		return wf_edit_no_memory(err);
	r = wf_edit_free_id(e, o, WF_IDENTITY_MAX, &o->identity.id, err);
	if (r)
		return r;
	if (wf_edit_add(e, old, o) < 0)
		return wf_edit_no_memory(err);
	*ret = o->identity.id;
	return 0;
}

int wf_identity_take(struct wf_edit *e, struct wf_object *endpoint, struct wf_err *err)
{
	struct wf_endpoint *ep = &endpoint->endpoint;
	struct wf_current current = {0};
	const struct wf_object *o;
	char name[WF_LABELS_STR_MAX];
	int r;

	wf_labels_str(&ep->labels, name);
	o = made(e, endpoint->tenant, name);
	if (o) {
		ep->identity = o->identity.id;
		return 0;
	}
	r = wf_current_read(e->agent, WF_KIND_IDENTITY, endpoint->tenant, name, &current, err);
	if (r)
		return r;
	if (current.object && current.object->identity.id) {
		ep->identity = current.object->identity.id;
		r = wf_edit_need(e, WF_KIND_IDENTITY, endpoint->tenant, name, err);
	} else {
		r = make(e, endpoint->tenant, name, &ep->labels, &current, &ep->identity, err);
	}
	wf_current_done(&current);
	return r;
}
