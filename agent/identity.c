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

/* It is left, but it is wanted again. */
static int keep(struct wf_edit *e, struct wf_current *current, struct wf_err *err)
{
	WF_CLEANUP(cleanup_object) struct wf_object *now = wf_object_clone(current->object);

	if (!now)
		return wf_edit_no_memory(err);
	now->identity.is_left = false;
	return wf_edit_add(e, current, now) < 0 ? wf_edit_no_memory(err) : 0;
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
		r = current.object->identity.is_left ? keep(e, &current, err)
						     : wf_edit_hold(e, &current, err);
	} else {
		r = make(e, endpoint->tenant, name, &ep->labels, &current, &ep->identity, err);
	}
	wf_current_done(&current);
	return r;
}

static int use_cmp(const void *a, const void *b)
{
	const struct wf_identity_use *x = a, *y = b;
	int c = x->tenant == y->tenant ? 0 : strcmp(x->tenant, y->tenant);

	return c ? c : (x->id > y->id) - (x->id < y->id);
}

/* Endpoints come by tenant: one text stands for it, so that sorting need not compare any. Those
 * beside each other often have the same identity. */
static int add_use(struct wf_identities *used, const char *tenant, uint32_t id)
{
	const struct wf_identity_use *last = used->uses.n ? &used->uses.items[used->uses.n - 1]
							  : NULL;
	struct wf_identity_use use = {tenant, id};

	if (last && !strcmp(last->tenant, tenant))
		use.tenant = last->tenant;
	if (!id || (last && !use_cmp(last, &use)))
		return 0;
	return wf_vec_push(&used->uses, use);
}

int wf_identities_used(const struct wf_model *m, struct wf_identities *ret)
{
	struct wf_identities used = {0};
	struct wf_object *const *endpoints;
	size_t n;
	int r = 0;

	endpoints = wf_model_range(m, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n && !r; i++) {
		r = add_use(&used, endpoints[i]->tenant, endpoints[i]->endpoint.identity);
		if (!r)
			r = add_use(&used, endpoints[i]->tenant,
				    endpoints[i]->endpoint.identity_was);
	}
	if (r) {
		wf_identities_done(&used);
		return r;
	}
	wf_vec_sort(&used.uses, use_cmp);
	*ret = used;
	return 0;
}

bool wf_identities_have(const struct wf_identities *used, const struct wf_object *identity)
{
	struct wf_identity_use use = {identity->tenant, identity->identity.id};

	return used->uses.n && bsearch(&use, used->uses.items, used->uses.n, sizeof(use), use_cmp);
}

void wf_identities_done(struct wf_identities *used)
{
	wf_vec_done(&used->uses);
}
