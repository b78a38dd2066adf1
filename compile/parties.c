// SPDX-License-Identifier: Apache-2.0
#include "compile/parties.h"

#include <string.h>

const struct wf_labels *wf_identity_labels(const struct wf_model *m, const char *tenant,
					   uint32_t id)
{
	struct wf_object *const *identities;
	size_t n;

	identities = wf_model_range(m, WF_KIND_IDENTITY, tenant, &n);
	for (size_t i = 0; i < n; i++)
		if (identities[i]->identity.id == id)
			return &identities[i]->identity.labels;
	return NULL;
}

const struct wf_object *wf_policy_guests(const struct wf_model *m, const struct wf_policy *p)
{
	const struct wf_object *tenant = NULL;

	if (p->id && !p->is_deny && p->from.type == WF_SELECT_TENANT)
		tenant = wf_model_find(m, WF_KIND_TENANT, NULL, p->from.tenant);
	return tenant && tenant->self.id ? tenant : NULL;
}

/* One of the tenants that guests are of, and how they are selected. */
struct guests {
	const struct wf_view *view;
	const struct wf_object *tenant;
	struct wf_object *const *policies; /* of the host */
	size_t n_policies;
};

/* By its labels, or by those it had and still sends as. */
static bool is_let_in(const struct guests *g, const struct wf_object *o)
{
	const struct wf_endpoint *e = &o->endpoint;
	const struct wf_labels *was = NULL;

	if (e->identity_was)
		was = wf_identity_labels(g->view->model, o->tenant, e->identity_was);
	for (size_t i = 0; i < g->n_policies; i++) {
		const struct wf_policy *p = &g->policies[i]->policy;

		if (wf_policy_guests(g->view->model, p) != g->tenant)
			continue;
		if (wf_labels_have(&e->labels, &p->from.labels) ||
		    (was && wf_labels_have(was, &p->from.labels)))
			return true;
	}
	return false;
}

static int add_party(struct wf_parties *parties, const struct wf_view *v, const struct wf_object *o,
		     uint32_t home)
{
	const struct wf_endpoint *e = &o->endpoint;
	struct wf_party party = {.object = o, .home = home};

	party.node = *e->node && e->identity ? wf_nodes_id(&v->nodes, e->node) : 0;
	if (!party.node)
		return 0;
	party.is_here = strcmp(e->node, v->here->node) == 0;
	parties->is_here |= party.is_here;
	return wf_vec_push(parties, party);
}

/* @guests NULL: all endpoints of @tenant. */
static int add_endpoints(struct wf_parties *parties, const struct wf_view *v,
			 const struct wf_object *tenant, const struct guests *guests)
{
	struct wf_object *const *endpoints;
	size_t n;
	int r = 0;

	endpoints = wf_model_range(v->model, WF_KIND_ENDPOINT, tenant->name, &n);
	for (size_t i = 0; i < n && !r; i++)
		if (!guests || is_let_in(guests, endpoints[i]))
			r = add_party(parties, v, endpoints[i], tenant->self.id);
	return r;
}

struct tenants {
	const struct wf_object **items; /* owned */
	size_t n;
	size_t cap;
};

static int by_name(const void *a, const void *b)
{
	return wf_object_cmp(*(struct wf_object *const *)a, *(struct wf_object *const *)b);
}

/* The tenants that guests come from, one after the other. */
static int add_guests(struct wf_parties *parties, struct guests *g)
{
	struct tenants tenants = {0};
	int r = 0;

	for (size_t i = 0; i < g->n_policies && !r; i++) {
		const struct wf_object *t = wf_policy_guests(g->view->model,
							     &g->policies[i]->policy);

		if (t)
			r = wf_vec_push(&tenants, t);
	}
	wf_vec_sort(&tenants, by_name);
	for (size_t i = 0; i < tenants.n && !r; i++) {
		g->tenant = tenants.items[i];
		if (!i || g->tenant != tenants.items[i - 1])
			r = add_endpoints(parties, g->view, g->tenant, g);
	}
	wf_vec_done(&tenants);
	return r;
}

int wf_parties_of(const struct wf_view *v, const struct wf_object *tenant,
		  struct wf_object *const *policies, size_t n, struct wf_parties *ret)
{
	struct guests guests = {.view = v, .policies = policies, .n_policies = n};
	struct wf_parties parties = {0};
	int r = add_endpoints(&parties, v, tenant, NULL);

	parties.n_own = parties.n;
	if (!r)
		r = add_guests(&parties, &guests);
	if (r < 0) {
		wf_parties_done(&parties);
		return r;
	}
	*ret = parties;
	return 0;
}

void wf_parties_done(struct wf_parties *p)
{
	wf_vec_done(p);
}
