// SPDX-License-Identifier: Apache-2.0
#include "compile/members.h"

#include <string.h>

#include "compile/extranets.h"

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

/* A policy by which the tenant knows endpoints of another one: it lets them in, or is let in. */
struct bond {
	const struct wf_object *tenant; /* the other one */
	const struct wf_policy *policy;
	bool is_exit; /* a policy of the other one */
};

struct bonds {
	struct bond *items; /* owned; sorted by tenant */
	size_t n;
	size_t cap;
};

static int bond_cmp(const void *a, const void *b)
{
	return wf_object_cmp(((const struct bond *)a)->tenant, ((const struct bond *)b)->tenant);
}

/* By its labels, or by those it had and still sends as. */
static bool is_let_in(const struct wf_model *m, const struct wf_policy *p,
		      const struct wf_object *o)
{
	const struct wf_endpoint *e = &o->endpoint;
	const struct wf_labels *was = NULL;

	if (e->identity_was)
		was = wf_identity_labels(m, o->tenant, e->identity_was);
	return wf_labels_have(&e->labels, &p->from.labels) ||
	       (was && wf_labels_have(was, &p->from.labels));
}

static bool is_exit(const struct wf_policy *p, const struct wf_endpoint *e)
{
	if (p->to.type == WF_SELECT_LABELS)
		return wf_labels_have(&e->labels, &p->to.labels);
	if (p->to.type != WF_SELECT_PREFIX)
		return p->to.type == WF_SELECT_ANY;
	for (unsigned int i = 0; i < e->n_addrs; i++)
		if (wf_prefix_is_v4(&p->to.prefix) == wf_addr_is_v4(&e->addrs[i]) &&
		    wf_prefix_has(&p->to.prefix, &e->addrs[i]))
			return true;
	return false;
}

static int add_member(struct wf_members *members, const struct wf_view *v,
		      const struct wf_object *o, uint32_t home)
{
	const struct wf_endpoint *e = &o->endpoint;
	struct wf_member member = {.object = o, .home = home};

	member.node = *e->node && e->identity ? wf_nodes_id(&v->nodes, e->node) : 0;
	if (!member.node)
		return 0;
	member.is_here = strcmp(e->node, v->here->node) == 0;
	members->is_here |= member.is_here;
	return wf_vec_push(members, member);
}

static bool is_known(const struct wf_model *m, const struct bond *bonds, size_t n,
		     const struct wf_object *o)
{
	for (size_t i = 0; i < n; i++)
		if (bonds[i].is_exit ? is_exit(bonds[i].policy, &o->endpoint)
				     : is_let_in(m, bonds[i].policy, o))
			return true;
	return false;
}

/* @bonds: the @n with @tenant; NULL: it is the tenant itself, and all its endpoints are meant. */
static int add_endpoints(struct wf_members *members, const struct wf_view *v,
			 const struct wf_object *tenant, const struct bond *bonds, size_t n)
{
	struct wf_object *const *endpoints;
	size_t n_endpoints;
	int r = 0;

	endpoints = wf_model_range(v->model, WF_KIND_ENDPOINT, tenant->name, &n_endpoints);
	for (size_t i = 0; i < n_endpoints && !r; i++)
		if (!bonds || is_known(v->model, bonds, n, endpoints[i]))
			r = add_member(members, v, endpoints[i], tenant->self.id);
	return r;
}

static int add_entries(struct bonds *bonds, const struct wf_view *v,
		       struct wf_object *const *policies, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && !r; i++) {
		struct bond bond = {.policy = &policies[i]->policy};

		bond.tenant = wf_policy_guests(v->model, bond.policy);
		if (bond.tenant)
			r = wf_vec_push(bonds, bond);
	}
	return r;
}

static int add_exits(struct bonds *bonds, const struct wf_view *v, const struct wf_object *tenant)
{
	size_t n_hosts, n;
	const struct wf_extranet *hosts = wf_extranets_find(v->extranets, tenant, &n_hosts);
	int r = 0;

	for (size_t i = 0; i < n_hosts && !r; i++) {
		struct bond bond = {.tenant = hosts[i].host, .is_exit = true};
		struct wf_object *const *policies = wf_model_range(v->model, WF_KIND_POLICY,
								   bond.tenant->name, &n);

		for (size_t k = 0; k < n && !r; k++) {
			bond.policy = &policies[k]->policy;
			if (wf_policy_guests(v->model, bond.policy) == tenant)
				r = wf_vec_push(bonds, bond);
		}
	}
	return r;
}

/* Endpoints of the other tenants, one tenant after the other. */
static int add_others(struct wf_members *members, const struct wf_view *v, struct bonds *bonds)
{
	size_t end;
	int r = 0;

	wf_vec_sort(bonds, bond_cmp);
	for (size_t i = 0; i < bonds->n && !r; i = end) {
		for (end = i; end < bonds->n && bonds->items[end].tenant == bonds->items[i].tenant;
		     end++)
			;
		r = add_endpoints(members, v, bonds->items[i].tenant, &bonds->items[i], end - i);
	}
	return r;
}

int wf_members_of(const struct wf_view *v, const struct wf_object *tenant,
		  struct wf_object *const *policies, size_t n, struct wf_members *ret)
{
	struct wf_members members = {0};
	struct bonds bonds = {0};
	int r = add_endpoints(&members, v, tenant, NULL, 0);

	members.n_own = members.n;
	wf_vec_each (member, &members)
		members.has_gateway_here |= member->is_here && member->object->endpoint.is_gateway;
	if (!r)
		r = add_entries(&bonds, v, policies, n);
	if (!r)
		r = add_exits(&bonds, v, tenant);
	if (!r)
		r = add_others(&members, v, &bonds);
	wf_vec_done(&bonds);
	if (r < 0) {
		wf_members_done(&members);
		return r;
	}
	*ret = members;
	return 0;
}

void wf_members_done(struct wf_members *p)
{
	wf_vec_done(p);
}
