// SPDX-License-Identifier: Apache-2.0
#include "agent/function_guard.h"
#include "agent/key.h"
#include "agent/request.h"

struct delete
{
	struct wf_object *const *objects;
	size_t n;
};

static int remove_one(struct wf_edit *e, const struct wf_object *o, struct wf_err *err)
{
	struct wf_current old = {0};
	int r = wf_current_read(e->agent, o->kind, o->tenant, o->name, &old, err);

	if (!r && !old.object)
		r = -EAGAIN; /* somebody else has just deleted it */
	else if (!r && wf_edit_add(e, &old, NULL) < 0)
		r = wf_edit_no_memory(err);
	wf_current_done(&old);
	return r;
}

/* Identities are nobody's but their tenant's. */
static int remove_identities(struct wf_edit *e, const char *tenant, struct wf_err *err)
{
	struct wf_object *const *identities;
	size_t n;
	int r = 0;

	identities = wf_model_range(e->agent->model, WF_KIND_IDENTITY, tenant, &n);
	for (size_t i = 0; i < n && !r; i++)
		r = remove_one(e, identities[i], err);
	return r;
}

static bool is_removed(const struct wf_edit *e, const struct wf_object *o)
{
	for (size_t i = 0; i < e->items.n; i++)
		if (wf_object_cmp(e->items.items[i].old.object, o) == 0)
			return true;
	return false;
}

/* So are the nodes' own endpoints, and gateways'; and those of a node, that node's. */
static int remove_own(struct wf_edit *e, const struct wf_object *o, struct wf_err *err)
{
	bool is_tenant = o->kind == WF_KIND_TENANT;
	struct wf_object *const *endpoints;
	size_t n;
	int r = 0;

	endpoints = wf_model_range(e->agent->model, WF_KIND_ENDPOINT, is_tenant ? o->name : NULL,
				   &n);
	for (size_t i = 0; i < n && !r; i++)
		if ((endpoints[i]->endpoint.is_host || endpoints[i]->endpoint.is_gateway) &&
		    !is_removed(e, endpoints[i]) &&
		    (is_tenant || !strcmp(endpoints[i]->endpoint.node, o->name)))
			r = remove_one(e, endpoints[i], err);
	return r;
}

static int check_own_node(const struct wf_agent *a, const struct wf_object *o, struct wf_err *err)
{
	if (o->kind != WF_KIND_NODE || strcmp(o->name, a->options.node) != 0)
		return 0;
	return wf_err_set(err, -EEXIST,
			  "node '%s' runs weftd: stop it, then delete the node from "
			  "another one",
			  o->name);
}

static int check(struct wf_edit *e, const struct delete *d, struct wf_problems *problems,
		 struct wf_err *err)
{
	const struct wf_model *m = e->agent->model;
	int r = wf_model_check_remove(m, d->objects, d->n, problems);

	if (r == -ENOMEM)
		return wf_edit_no_memory(err);
	for (size_t i = 0; i < d->n; i++) {
		const struct wf_object *o = d->objects[i];

		if (!wf_model_find(m, o->kind, o->tenant, o->name))
			return wf_err_set(err, -ENOENT, "there is no %s '%s'%s%s%s",
					  wf_kind_name(o->kind), o->name,
					  o->tenant[0] ? " in tenant '" : "", o->tenant,
					  o->tenant[0] ? "'" : "");
		if (check_own_node(e->agent, o, err) < 0)
			return -EEXIST;
	}
	if (r)
		return wf_err_set(err, -EEXIST, "nothing was deleted: %s",
				  problems->n ? problems->items[0].msg : "others need it");
	return 0;
}

static int tell_deleted(struct wf_outcome *o, size_t n, struct wf_err *err)
{
	o->changes = calloc(n ? n : 1, sizeof(*o->changes));
	if (!o->changes)
		return wf_edit_no_memory(err);
	o->n = n;
	for (size_t i = 0; i < n; i++)
		o->changes[i] = WF_CHANGE_DELETED;
	return 0;
}

static int attempt(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	const struct delete *d = req->arg;
	int r = tell_deleted(req->outcome, d->n, err);

	if (!r)
		r = check(e, d, &req->outcome->problems, err);
	for (size_t i = 0; i < d->n && !r; i++) {
		r = remove_one(e, d->objects[i], err);
		if (!r && d->objects[i]->kind == WF_KIND_KEY)
			r = wf_key_leave(e, d->objects[i]->name, err);
		if (!r && d->objects[i]->kind == WF_KIND_FUNCTION)
			r = wf_function_guard(e, d->objects[i]->tenant, err);
		if (!r && d->objects[i]->kind == WF_KIND_TENANT)
			r = remove_identities(e, d->objects[i]->name, err);
		if (!r &&
		    (d->objects[i]->kind == WF_KIND_TENANT || d->objects[i]->kind == WF_KIND_NODE))
			r = remove_own(e, d->objects[i], err);
	}
	return r ? r : wf_edit_commit(e, &req->outcome->revision, err);
}

int wf_agent_delete(struct wf_agent *a, struct wf_object *const *objects, size_t n,
		    struct wf_outcome *ret, struct wf_err *err)
{
	struct delete d = {objects, n};
	struct wf_request req = {a, attempt, ret, &d};

	return wf_request_run(&req, err);
}
