// SPDX-License-Identifier: Apache-2.0
/*
 * What a gateway has outside for a tenant is not inside its prefixes. What it publishes is known to
 * the tenants, too, that policies join with the service's, and to those that are joined with these
 * (check_joins.c): it is not inside theirs. And the service has an address of its own of that
 * family: backends without one would get flows, and drop them.
 *
 * Of the gateway, the policy that joins and the tenant, the first that the batch brings is told.
 */
#include "model/check.h"

#include <stdio.h>
#include <string.h>

#include "model/joins.h"
#include "model/tenant.h"

struct look {
	const struct wf_changes *changes;
	const struct wf_joins *joins;
	const struct wf_object *gateway;  /* the one that is looked at */
	const struct wf_batch_item *item; /* of it */
};

/* Something that the gateway has outside. */
struct outside {
	struct wf_prefix prefix;
	const char *tenant;
	bool is_published;
	char key[48];
};

static bool has_family(const struct wf_tenant *t, bool is_v4)
{
	for (unsigned int i = 0; i < t->n_prefixes; i++)
		if (wf_prefix_is_v4(&t->prefixes[i]) == is_v4)
			return true;
	return false;
}

static bool has_address(const struct wf_service *s, bool is_v4)
{
	for (unsigned int i = 0; i < s->n_addrs; i++)
		if (wf_addr_is_v4(&s->addrs[i]) == is_v4)
			return true;
	return false;
}

/* @join: of the batch, that makes @name know it; NULL: none. */
static void check_tenant(const struct look *look, const struct outside *out, const char *name,
			 const struct wf_batch_item *join)
{
	const struct wf_changes *c = look->changes;
	const struct wf_object *tenant = wf_changes_find(c, WF_KIND_TENANT, "", name);
	const struct wf_batch_item *told = wf_batch_find_name(c->batch, WF_KIND_TENANT, "", name);
	const char *key = look->item ? out->key : join ? "from" : "prefixes";
	bool is_own = strcmp(name, out->tenant) == 0, is_v4 = wf_prefix_is_v4(&out->prefix);
	char text[WF_PREFIX_STR_MAX], other[WF_PREFIX_STR_MAX];
	const struct wf_prefix *overlap;

	told = look->item ? look->item : join ? join : told;
	if (!told || !tenant)
		return;
	wf_nat_str(&out->prefix, text);
	overlap = wf_tenant_overlaps(&tenant->self, &out->prefix);
	if (overlap)
		wf_problems_add(
			c->problems, told->index, key,
			"%s, outside at gateway '%s', overlaps %s of tenant '%s'%s%s%s: use "
			"addresses that are not inside",
			text, look->gateway->name, wf_prefix_str(overlap, other), name,
			is_own ? "" : ", joined with '", is_own ? "" : out->tenant,
			is_own ? "" : "'");
	else if (is_own && out->is_published && !has_family(&tenant->self, is_v4))
		wf_problems_add(c->problems, told->index, key,
				"nobody in tenant '%s' can answer from %s, which gateway '%s' "
				"publishes: the tenant has no IPv%d prefix",
				name, text, look->gateway->name, is_v4 ? 4 : 6);
}

/* Of a tenant that has the family: check_tenant() tells the others. */
static void check_service(const struct look *look, const struct outside *out, const char *name)
{
	const struct wf_changes *c = look->changes;
	const struct wf_object *s = wf_changes_find(c, WF_KIND_SERVICE, out->tenant, name);
	const struct wf_object *tenant = wf_changes_find(c, WF_KIND_TENANT, "", out->tenant);
	const struct wf_batch_item *told = look->item;
	const bool is_v4 = wf_prefix_is_v4(&out->prefix);
	char text[WF_PREFIX_STR_MAX];

	if (!told)
		told = wf_batch_find_name(c->batch, WF_KIND_SERVICE, out->tenant, name);
	if (!told || !s || !tenant || has_address(&s->service, is_v4) ||
	    !has_family(&tenant->self, is_v4))
		return;
	wf_problems_add(c->problems, told->index, look->item ? out->key : "addresses",
			"service '%s/%s' has no IPv%d address, so nothing answers at %s, which "
			"gateway '%s' publishes: give it one",
			out->tenant, name, is_v4 ? 4 : 6, wf_nat_str(&out->prefix, text),
			look->gateway->name);
}

static bool is_joined(const struct wf_joins *joins, const char *tenant, const char *other)
{
	size_t n;
	const struct wf_join *of = wf_joins_of(joins, tenant, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(of[i].other, other) == 0)
			return true;
	return false;
}

/* The neighbours, and theirs. */
static void check_joined(const struct look *look, const struct outside *out)
{
	size_t n, m;
	const struct wf_join *near = wf_joins_of(look->joins, out->tenant, &n), *far;

	for (size_t i = 0; i < n; i++) {
		check_tenant(look, out, near[i].other, near[i].item);
		far = wf_joins_of(look->joins, near[i].other, &m);
		for (size_t j = 0; j < m; j++)
			if (strcmp(far[j].other, out->tenant) != 0 &&
			    !is_joined(look->joins, out->tenant, far[j].other))
				check_tenant(look, out, far[j].other,
					     near[i].item ? near[i].item : far[j].item);
	}
}

static void check_egress(const struct look *look, unsigned int i)
{
	const struct wf_egress *e = &look->gateway->gateway.egress[i];

	for (unsigned int j = 0; j < e->n_nat; j++) {
		struct outside out = {.prefix = e->nat[j], .tenant = e->tenant};

		snprintf(out.key, sizeof(out.key), "egress[%u].nat[%u]", i, j);
		check_tenant(look, &out, e->tenant, NULL);
	}
}

static void check_publish(const struct look *look, unsigned int i)
{
	const struct wf_publish *p = &look->gateway->gateway.publish[i];

	for (unsigned int j = 0; j < p->n_addrs; j++) {
		struct outside out = {{p->addrs[j], 128}, p->tenant, true, ""};

		snprintf(out.key, sizeof(out.key), "publish[%u].addresses[%u]", i, j);
		check_tenant(look, &out, p->tenant, NULL);
		check_joined(look, &out);
		check_service(look, &out, p->service);
	}
}

static int check_gateway(void *arg, const struct wf_object *o, const struct wf_batch_item *item)
{
	struct look *look = arg;

	look->gateway = o;
	look->item = item;
	for (unsigned int i = 0; i < o->gateway.n_egress; i++)
		check_egress(look, i);
	for (unsigned int i = 0; i < o->gateway.n_publish; i++)
		check_publish(look, i);
	return 0;
}

/* Does the batch say of a gateway, or of a tenant, a service or a policy that may meet one? */
static bool may_meet(const struct wf_changes *c)
{
	size_t n_gateways;

	wf_model_range(c->model, WF_KIND_GATEWAY, NULL, &n_gateways);
	for (size_t i = 0; i < c->batch->n; i++) {
		const struct wf_object *o = c->batch->items[i].object;

		if (o->kind == WF_KIND_GATEWAY ||
		    (n_gateways && (o->kind == WF_KIND_TENANT || o->kind == WF_KIND_SERVICE ||
				    wf_policy_joins(o))))
			return true;
	}
	return false;
}

int wf_check_inside(const struct wf_changes *c)
{
	struct wf_joins joins = {0};
	struct look look = {.changes = c, .joins = &joins};
	int r;

	if (!may_meet(c))
		return 0;
	r = wf_joins_collect(c->batch, c->model, &joins);
	if (!r)
		r = wf_batch_each(c->batch, c->model, WF_KIND_GATEWAY, NULL, check_gateway, &look);
	wf_vec_done(&joins);
	return r;
}
