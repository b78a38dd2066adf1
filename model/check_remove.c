// SPDX-License-Identifier: Apache-2.0
/* One look at all who may need what goes (tenants, endpoints, policies, functions, services,
 * gateways), whatever the number of objects that go. */
#include "model/model.h"

#include <errno.h>
#include <stdio.h>

#include "model/batch.h"
#include "model/near.h"

struct check {
	const struct wf_model *model;
	struct wf_batch gone;
	struct wf_problems *problems;
};

static void check_missing(struct check *c, const struct wf_batch_item *item)
{
	const struct wf_object *o = item->object;
	struct wf_near near = {.wanted = o->name};
	struct wf_object *const *others;
	char words[WF_NEAR_STR_MAX];
	size_t n;

	if (wf_model_find(c->model, o->kind, o->tenant, o->name))
		return;
	others = wf_model_range(c->model, o->kind, o->tenant, &n);
	if (c->problems->n == WF_PROBLEMS_MAX)
		n = 0;
	for (size_t i = 0; i < n && i < WF_NEAR_LOOKED_AT; i++)
		wf_near_offer(&near, others[i]->name);
	wf_problems_add(c->problems, item->index, "name", "there is no %s '%.60s'%s%s%s%s",
			wf_kind_name(o->kind), o->name, o->tenant[0] ? " in tenant '" : "",
			o->tenant, o->tenant[0] ? "'" : "", wf_near_str(&near, words));
}

/* Of many users the first one is told. */
static void needs(struct check *c, struct wf_batch_item *item, const struct wf_object *user)
{
	if (!item || item->n_users++)
		return;
	wf_problems_add(c->problems, item->index, "", "%s '%s' is needed by %s '%.60s'%s%s%s%s",
			wf_kind_name(item->object->kind), item->object->name,
			wf_kind_name(user->kind), user->name, user->tenant[0] ? " of tenant '" : "",
			user->tenant, user->tenant[0] ? "'" : "",
			item->object->kind == WF_KIND_KEY ? ", which requires hmac: rotate first"
							  : "");
}

static void needs_node(struct check *c, const char *name, const struct wf_object *user)
{
	if (*name)
		needs(c, wf_batch_find_name(&c->gone, WF_KIND_NODE, "", name), user);
}

static void needs_tenant(struct check *c, const char *name, const struct wf_object *user)
{
	needs(c, wf_batch_find_name(&c->gone, WF_KIND_TENANT, "", name), user);
}

/* Headers that it has signed are under way: a rotation waits for them. */
static void needs_key(struct check *c, const struct wf_object *user)
{
	const struct wf_object *signing = wf_model_signing_key(c->model);

	if (signing)
		needs(c, wf_batch_find(&c->gone, signing), user);
}

static void needs_waypoint(struct check *c, const struct wf_path *path, unsigned int i,
			   const struct wf_object *user)
{
	if (path->is_function[i])
		needs(c, wf_batch_find_name(&c->gone, WF_KIND_FUNCTION, user->tenant, path->via[i]),
		      user);
	else
		needs_node(c, path->via[i], user);
}

static void check_policy(struct check *c, const struct wf_object *user)
{
	if (user->policy.from.type == WF_SELECT_TENANT)
		needs_tenant(c, user->policy.from.tenant, user);
	if (user->policy.require)
		needs_key(c, user);
	for (unsigned int i = 0; i < user->policy.n_paths; i++)
		for (unsigned int j = 0; j < user->policy.paths[i].n_via; j++)
			needs_waypoint(c, &user->policy.paths[i], j, user);
}

static void check_gateway(struct check *c, const struct wf_object *user)
{
	const struct wf_gateway *g = &user->gateway;

	needs_node(c, g->node, user);
	for (unsigned int i = 0; i < g->n_egress; i++)
		needs_tenant(c, g->egress[i].tenant, user);
	for (unsigned int i = 0; i < g->n_publish; i++) {
		const struct wf_publish *p = &g->publish[i];

		needs_tenant(c, p->tenant, user);
		needs(c, wf_batch_find_name(&c->gone, WF_KIND_SERVICE, p->tenant, p->service),
		      user);
	}
}

static void check_user(struct check *c, const struct wf_object *user)
{
	if (user->kind == WF_KIND_TENANT) {
		for (unsigned int i = 0; i < user->self.n_verify; i++)
			needs_node(c, user->self.verify[i], user);
		if (user->self.require)
			needs_key(c, user);
		return;
	}
	if (user->kind == WF_KIND_GATEWAY) {
		check_gateway(c, user);
		return;
	}
	if (user->kind == WF_KIND_ENDPOINT && (user->endpoint.is_host || user->endpoint.is_gateway))
		return; /* it goes with either of them */
	needs_tenant(c, user->tenant, user);
	if (user->kind == WF_KIND_ENDPOINT)
		needs_node(c, user->endpoint.node, user);
	else if (user->kind == WF_KIND_POLICY)
		check_policy(c, user);
}

static void check_users(struct check *c, enum wf_kind kind)
{
	struct wf_object *const *users;
	size_t n;

	users = wf_model_range(c->model, kind, NULL, &n);
	for (size_t i = 0; i < n; i++)
		if (!wf_batch_find(&c->gone, users[i]))
			check_user(c, users[i]);
}

static void check_attached(struct check *c, const struct wf_batch_item *item)
{
	const struct wf_object *o = item->object;

	if (o->kind != WF_KIND_ENDPOINT)
		return;
	o = wf_model_find(c->model, o->kind, o->tenant, o->name);
	if (o && o->endpoint.node[0])
		wf_problems_add(c->problems, item->index, "",
				"endpoint '%s' is attached to node '%s': detach it first", o->name,
				o->endpoint.node);
}

/* By objects of kind @user. */
static bool can_be_needed(const struct check *c, enum wf_kind user)
{
	for (size_t i = 0; i < c->gone.n; i++) {
		enum wf_kind kind = c->gone.items[i].object->kind;

		if (!wf_kind_has_tenant(kind) || kind == WF_KIND_FUNCTION ||
		    (kind == WF_KIND_SERVICE && user == WF_KIND_GATEWAY))
			return true;
	}
	return false;
}

int wf_model_check_remove(const struct wf_model *m, struct wf_object *const *objects, size_t n,
			  struct wf_problems *problems)
{
	static const enum wf_kind users[] = {WF_KIND_TENANT,   WF_KIND_ENDPOINT, WF_KIND_POLICY,
					     WF_KIND_FUNCTION, WF_KIND_SERVICE,	 WF_KIND_GATEWAY};
	struct check c = {.model = m, .problems = problems};
	size_t found_before = problems->n_found;

	if (wf_batch_init(&c.gone, objects, n) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		check_missing(&c, &c.gone.items[i]);
		check_attached(&c, &c.gone.items[i]);
	}
	for (size_t i = 0; i < sizeof(users) / sizeof(*users); i++)
		if (can_be_needed(&c, users[i]))
			check_users(&c, users[i]);
	wf_batch_done(&c.gone);
	return problems->n_found > found_before ? -EINVAL : 0;
}
