// SPDX-License-Identifier: Apache-2.0
/*
 * People's objects become the store's: what Weft gave an object before (id, node, MAC, identity)
 * stays, what it lacks is given. Then all are checked together, and written together.
 */
#include "agent/identity.h"
#include "agent/request.h"

struct apply {
	struct wf_object *const *wishes;
	size_t n;
	bool is_dry_run;
	struct wf_object **merged; /* owned; the same order */
};

static int keep_or_give_id(struct wf_edit *e, struct wf_object *o, uint32_t old_id, uint32_t max,
			   uint32_t *ret, struct wf_err *err)
{
	if (old_id) {
		*ret = old_id;
		return 0;
	}
	return wf_edit_free_id(e, o, max, ret, err);
}

/* A router that does not run Weft is known by its End SID alone. */
static int merge_node(struct wf_edit *e, const struct wf_object *old, struct wf_object *now,
		      struct wf_err *err)
{
	uint32_t id = 0;
	int r = 0;

	if (!now->node.has_end_sid)
		r = keep_or_give_id(e, now, old ? old->node.id : 0, WF_NODE_ID_MAX, &id, err);
	now->node.id = (uint16_t)id;
	now->node.mtu = old && !now->node.has_end_sid ? old->node.mtu : 0;
	return r;
}

static int merge_tenant(struct wf_edit *e, const struct wf_object *old, struct wf_object *now,
			struct wf_err *err)
{
	return keep_or_give_id(e, now, old ? old->self.id : 0, WF_TENANT_ID_MAX, &now->self.id,
			       err);
}

static int merge_policy(struct wf_edit *e, const struct wf_object *old, struct wf_object *now,
			struct wf_err *err)
{
	uint32_t id = 0;
	int r = keep_or_give_id(e, now, old ? old->policy.id : 0, WF_POLICY_ID_MAX, &id, err);

	now->policy.id = (uint16_t)id;
	return r;
}

/* Without addresses of its own the wish leaves those there are. */
static void keep_addresses(const struct wf_endpoint *old, struct wf_endpoint *now)
{
	if (now->n_addrs)
		return;
	memcpy(now->addrs, old->addrs, sizeof(now->addrs));
	now->n_addrs = old->n_addrs;
}

static int merge_endpoint(struct wf_edit *e, const struct wf_object *old, struct wf_object *now,
			  struct wf_err *err)
{
	struct wf_endpoint *ep = &now->endpoint;

	ep->is_declared = true;
	ep->node[0] = '\0';
	ep->identity = 0;
	memset(ep->mac, 0, sizeof(ep->mac));
	if (!old)
		return 0;
	keep_addresses(&old->endpoint, ep);
	memcpy(ep->node, old->endpoint.node, sizeof(ep->node));
	memcpy(ep->mac, old->endpoint.mac, sizeof(ep->mac));
	return ep->node[0] ? wf_identity_take(e, now, err) : 0;
}

static int merge(struct wf_edit *e, const struct wf_object *old, struct wf_object *now,
		 struct wf_err *err)
{
	switch (now->kind) {
	case WF_KIND_NODE:
		return merge_node(e, old, now, err);
	case WF_KIND_TENANT:
		return merge_tenant(e, old, now, err);
	case WF_KIND_ENDPOINT:
		return merge_endpoint(e, old, now, err);
	case WF_KIND_POLICY:
		return merge_policy(e, old, now, err);
	default:
		return wf_err_set(err, -EINVAL, "objects of kind %s cannot be applied",
				  wf_kind_name(now->kind));
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

/* The tenant must stay while this is written, unless it comes with it. */
static int need_tenant(struct wf_edit *e, const struct wf_object *o, struct wf_err *err)
{
	if (!wf_kind_has_tenant(o->kind) ||
	    !wf_model_find(e->agent->model, WF_KIND_TENANT, NULL, o->tenant))
		return 0;
	return wf_edit_need(e, WF_KIND_TENANT, NULL, o->tenant, err) == -ENOENT ? -EAGAIN : 0;
}

/* An attached endpoint's addresses are in use. */
static void check_addresses(const struct wf_object *old, const struct wf_object *now, size_t index,
			    struct wf_problems *problems)
{
	const struct wf_endpoint *was = &old->endpoint, *is = &now->endpoint;

	if (!was->node[0] || (was->n_addrs == is->n_addrs &&
			      !memcmp(was->addrs, is->addrs, was->n_addrs * sizeof(*was->addrs))))
		return;
	wf_problems_add(
		problems, index, "addresses",
		"endpoint '%s' is attached to node '%s' with other addresses: detach it first",
		old->name, was->node);
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
	r = merge(e, old->object, now, err);
	if (r)
		return r;
	if (old->object && now->kind == WF_KIND_ENDPOINT)
		check_addresses(old->object, now, i, &req->outcome->problems);
	if (change_of(old->object, now, &change) < 0)
		return wf_edit_no_memory(err);
	req->outcome->changes[i] = change;
	if (change == WF_CHANGE_UNCHANGED)
		return 0;
	if (wf_edit_add(e, old, now) < 0)
		return wf_edit_no_memory(err);
	return need_tenant(e, now, err);
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
