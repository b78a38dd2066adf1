// SPDX-License-Identifier: Apache-2.0
/*
 * People's objects become the store's: what Weft gave an object before (id, node, MAC, identity)
 * stays, what it lacks is given. Then all are checked together, and written together.
 */
#include "agent/function_guard.h"
#include "agent/gateway.h"
#include "agent/host.h"
#include "agent/key.h"
#include "agent/place.h"
#include "agent/relabel.h"
#include "agent/request.h"
#include "agent/trial.h"

struct apply {
	struct wf_object *const *wishes;
	size_t n;
	bool is_dry_run;
	struct wf_object **merged; /* owned; the same order */
};

/* One object on its way. */
struct merge {
	struct wf_edit *edit;
	const struct wf_object *old; /* NULL: it is new */
	struct wf_object *now;
	size_t index;
	struct wf_problems *problems;
};

/* @id: as people gave it, or 0. What has one keeps it: packets under way say it. */
static int settle_id(struct merge *m, uint32_t old_id, uint32_t max, uint32_t *id,
		     struct wf_err *err)
{
	if (old_id && *id && *id != old_id)
		wf_problems_add(m->problems, m->index, "id",
				"is %u and stays so; delete the %s first to give it another",
				old_id, wf_kind_name(m->now->kind));
	if (old_id)
		*id = old_id;
	return *id ? 0 : wf_edit_free_id(m->edit, m->now, max, id, err);
}

/* A router that does not run Weft is known by its End SID and needs no id. */
static int merge_node(struct merge *m, struct wf_err *err)
{
	struct wf_node *now = &m->now->node;
	const struct wf_node *old = m->old ? &m->old->node : NULL;
	uint32_t id = now->id;
	int r = 0;

	if (!now->has_end_sid)
		r = settle_id(m, old ? old->id : 0, WF_NODE_ID_MAX, &id, err);
	now->id = (uint16_t)id;
	if (old && !now->mtu)
		now->mtu = old->mtu;
	return r;
}

static int merge_tenant(struct merge *m, struct wf_err *err)
{
	struct wf_tenant *now = &m->now->self;
	struct wf_err why = {0};
	int r = now->require ? wf_key_guard(m->edit, err) : 0;

	if (!r)
		r = settle_id(m, m->old ? m->old->self.id : 0, WF_TENANT_ID_MAX, &now->id, err);
	if (!r && now->is_host && wf_host_may(m->edit->agent, m->now, &why) < 0)
		wf_problems_add(m->problems, m->index, "host", "%s", why.msg);
	return r;
}

static bool has_function(const struct wf_policy *p)
{
	for (unsigned int i = 0; i < p->n_paths; i++)
		for (unsigned int j = 0; j < p->paths[i].n_via; j++)
			if (p->paths[i].is_function[j])
				return true;
	return false;
}

static int merge_policy(struct merge *m, struct wf_err *err)
{
	uint32_t id = m->now->policy.id;
	int r = m->now->policy.require ? wf_key_guard(m->edit, err) : 0;

	if (!r && has_function(&m->now->policy))
		r = wf_function_guard(m->edit, m->now->tenant, err);
	if (!r)
		r = settle_id(m, m->old ? m->old->policy.id : 0, WF_POLICY_ID_MAX, &id, err);
	m->now->policy.id = (uint16_t)id;
	return r;
}

static int merge_service(struct merge *m, struct wf_err *err)
{
	uint32_t id = m->now->service.id;
	int r = settle_id(m, m->old ? m->old->service.id : 0, WF_SERVICE_ID_MAX, &id, err);

	m->now->service.id = (uint16_t)id;
	if (!r && m->old && wf_history_copy(&m->old->service.history, &m->now->service.history) < 0)
		return wf_edit_no_memory(err);
	return r;
}

/* Without addresses of its own the wish leaves those there are; those of an attached one are used.
 */
static void settle_addresses(struct merge *m)
{
	const struct wf_endpoint *old = &m->old->endpoint;
	struct wf_endpoint *now = &m->now->endpoint;

	if (!now->n_addrs) {
		memcpy(now->addrs, old->addrs, sizeof(now->addrs));
		now->n_addrs = old->n_addrs;
	}
	if (old->node[0] && (old->n_addrs != now->n_addrs ||
			     memcmp(old->addrs, now->addrs, old->n_addrs * sizeof(*old->addrs))))
		wf_problems_add(m->problems, m->index, "addresses",
				"endpoint '%s' is attached to node '%s' with other addresses: "
				"detach it first",
				m->now->name, old->node);
}

static int settle_identity(struct merge *m, struct wf_err *err)
{
	struct wf_err why = {0};
	int r = wf_relabel(m->edit, m->old, m->now, &why);

	if (r == -EEXIST)
		wf_problems_add(m->problems, m->index, "labels", "%s", why.msg);
	return r && r != -EEXIST ? wf_err_set(err, r, "%s", why.msg) : 0;
}

static int merge_endpoint(struct merge *m, struct wf_err *err)
{
	struct wf_endpoint *now = &m->now->endpoint;

	wf_place_clear(now);
	now->is_declared = true;
	if (!m->old)
		return 0;
	if (m->old->endpoint.is_host) {
		wf_problems_add(
			m->problems, m->index, "name",
			"endpoint '%s' of tenant '%s' is node '%s's own: choose another name",
			m->now->name, m->now->tenant, m->old->endpoint.node);
		return 0;
	}
	if (m->old->endpoint.is_gateway) {
		wf_problems_add(m->problems, m->index, "name",
				"endpoint '%s' of tenant '%s' is a gateway's own: choose another "
				"name",
				m->now->name, m->now->tenant);
		return 0;
	}
	settle_addresses(m);
	wf_place_keep(&m->old->endpoint, now);
	return settle_identity(m, err);
}

static int merge_key(struct merge *m, struct wf_err *err)
{
	const char *other;

	if (!m->old)
		return wf_key_come(m->edit, m->now, err);
	other = wf_key_stay(m->old, m->now);
	if (other)
		wf_problems_add(m->problems, m->index, other,
				"stays as it is: add another key, then rotate");
	return 0;
}

/* Its interface is known here, if it is this node's. */
static int merge_gateway(struct merge *m)
{
	struct wf_err why = {0};

	if (wf_gateway_may(m->edit->agent, m->now, &why) < 0)
		wf_problems_add(m->problems, m->index, "outside", "%s", why.msg);
	return 0;
}

static int merge(struct merge *m, struct wf_err *err)
{
	switch (m->now->kind) {
	case WF_KIND_NODE:
		return merge_node(m, err);
	case WF_KIND_TENANT:
		return merge_tenant(m, err);
	case WF_KIND_ENDPOINT:
		return merge_endpoint(m, err);
	case WF_KIND_POLICY:
		return merge_policy(m, err);
	case WF_KIND_KEY:
		return merge_key(m, err);
	case WF_KIND_FUNCTION:
		return wf_function_guard(m->edit, m->now->tenant, err);
	case WF_KIND_SERVICE:
		return merge_service(m, err);
	case WF_KIND_GATEWAY:
		return merge_gateway(m);
	default:
		return wf_err_set(err, -EINVAL, "objects of kind %s cannot be applied",
				  wf_kind_name(m->now->kind));
	}
}

static int change_of(const struct wf_object *old, const struct wf_object *now, enum wf_change *ret)
{
	_cleanup_free_ char *was = NULL, *is = NULL;

	*ret = WF_CHANGE_CREATED;
	if (!old)
		return 0;
	was = wf_current_text(old);
	is = wf_current_text(now);
	if (!was || !is)
		return -ENOMEM;
	*ret = strcmp(was, is) ? WF_CHANGE_CHANGED : WF_CHANGE_UNCHANGED;
	return 0;
}

/* It must stay while this is written, unless it comes with it. */
static int need(struct wf_edit *e, enum wf_kind kind, const char *tenant, const char *name,
		struct wf_err *err)
{
	if (!wf_model_find(e->agent->model, kind, tenant, name))
		return 0;
	return wf_edit_need(e, kind, tenant, name, err) == -ENOENT ? -EAGAIN : 0;
}

static int need_tenant(struct wf_edit *e, const char *name, struct wf_err *err)
{
	return need(e, WF_KIND_TENANT, NULL, name, err);
}

static int need_served(struct wf_edit *e, const struct wf_gateway *g, struct wf_err *err)
{
	int r = need(e, WF_KIND_NODE, NULL, g->node, err);

	for (unsigned int i = 0; i < g->n_egress && !r; i++)
		r = need_tenant(e, g->egress[i].tenant, err);
	for (unsigned int i = 0; i < g->n_publish && !r; i++)
		r = need(e, WF_KIND_SERVICE, g->publish[i].tenant, g->publish[i].service, err);
	return r;
}

/* Its own, and the one that a policy lets in; and what a gateway serves. */
static int need_others(struct wf_edit *e, const struct wf_object *o, struct wf_err *err)
{
	int r = wf_kind_has_tenant(o->kind) ? need_tenant(e, o->tenant, err) : 0;

	if (!r && o->kind == WF_KIND_POLICY && o->policy.from.type == WF_SELECT_TENANT)
		r = need_tenant(e, o->policy.from.tenant, err);
	if (!r && o->kind == WF_KIND_GATEWAY)
		r = need_served(e, &o->gateway, err);
	return r;
}

static int add_one(struct wf_request *req, struct wf_edit *e, size_t i, struct wf_current *old,
		   struct wf_err *err)
{
	struct apply *apply = req->arg;
	struct wf_object *now = wf_object_clone(apply->wishes[i]);
	enum wf_change change;
	int r;

	apply->merged[i] = now;
	if (!now)
		return wf_edit_no_memory(err);
	r = merge(&(struct merge){e, old->object, now, i, &req->outcome->problems}, err);
	if (r)
		return r;
	if (change_of(old->object, now, &change) < 0)
		return wf_edit_no_memory(err);
	req->outcome->changes[i] = change;
	if (change == WF_CHANGE_UNCHANGED)
		return 0;
	if (wf_edit_add(e, old, now) < 0)
		return wf_edit_no_memory(err);
	return need_others(e, now, err);
}

static int add_all(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	struct apply *apply = req->arg;
	int r = 0;

	for (size_t i = 0; i < apply->n && !r; i++) {
		const struct wf_object *wish = apply->wishes[i];
		struct wf_current old = {0};

		r = wf_current_read(e->agent, wish->kind, wish->tenant, wish->name, &old, err);
		if (!r)
			r = add_one(req, e, i, &old, err);
		wf_current_done(&old);
	}
	return r;
}

static int check(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	struct wf_problems *problems = &req->outcome->problems;
	struct apply *apply = req->arg;
	int r = wf_model_check_put(e->agent->model, apply->merged, apply->n, problems);

	if (r == -ENOMEM)
		return wf_edit_no_memory(err);
	if (!r && !problems->n)
		return 0;
	return wf_err_set(err, -EINVAL, "nothing was applied: %s",
			  problems->n ? problems->items[0].msg : "the objects are wrong");
}

/* Not half of it is written. */
static int check_size(struct wf_edit *e, struct wf_err *err)
{
	struct wf_err why = {0};
	int r = wf_trial_compile(e, &why);

	if (r == -E2BIG)
		return wf_err_set(err, r, "nothing was applied: %s", why.msg);
	return r ? wf_err_set(err, r, "%s", why.msg) : 0;
}

static int try_apply(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	struct apply *apply = req->arg;
	int r;

	req->outcome->changes = calloc(apply->n ? apply->n : 1, sizeof(*req->outcome->changes));
	if (!req->outcome->changes)
		return wf_edit_no_memory(err);
	req->outcome->n = apply->n;
	r = add_all(req, e, err);
	if (!r)
		r = check(req, e, err);
	if (!r)
		r = check_size(e, err);
	req->outcome->revision = e->agent->revision;
	if (!r && !apply->is_dry_run)
		r = wf_edit_commit(e, &req->outcome->revision, err);
	return r;
}

static void drop_merged(struct apply *apply)
{
	for (size_t i = 0; i < apply->n; i++) {
		wf_object_unref(apply->merged[i]);
		apply->merged[i] = NULL;
	}
}

static int attempt(struct wf_request *req, struct wf_edit *e, struct wf_err *err)
{
	int r = try_apply(req, e, err);

	drop_merged(req->arg);
	return r;
}

int wf_agent_apply(struct wf_agent *a, struct wf_object *const *objects, size_t n, bool is_dry_run,
		   struct wf_outcome *ret, struct wf_err *err)
{
	struct apply apply = {.wishes = objects, .n = n, .is_dry_run = is_dry_run};
	struct wf_request req = {a, attempt, ret, &apply};
	int r;

	apply.merged = calloc(n ? n : 1, sizeof(struct wf_object *));
	if (!apply.merged)
		return wf_edit_no_memory(err);
	r = wf_request_run(&req, err);
	free(apply.merged);
	return r;
}
