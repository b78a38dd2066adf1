// SPDX-License-Identifier: Apache-2.0
/*
 * Checks a batch against the model as it would be: what the batch says of an object hides what the
 * model says of it. Costs grow with the batch, and with the model only when a tenant's prefixes
 * change or a node stops to run Weft.
 */
#include "model/model.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/check.h"
#include "model/scope.h"
#include "model/service_port.h"

struct check {
	const struct wf_changes *changes;
	const struct wf_model *model;
	struct wf_batch batch;
	struct wf_claims claims; /* of the objects looked at so far */
	struct wf_problems *problems;
	size_t index; /* of the object being looked at */
};

static const struct wf_object *find(const struct check *c, enum wf_kind kind, const char *tenant,
				    const char *name)
{
	return wf_changes_find(c->changes, kind, tenant, name);
}

static void unknown(struct check *c, const char *key, enum wf_kind kind, const char *tenant,
		    const char *name)
{
	wf_changes_unknown(c->changes, c->index, key, kind, tenant, name);
}

static void check_duplicates(struct check *c)
{
	for (size_t i = 1; i < c->batch.n; i++) {
		const struct wf_batch_item *item = &c->batch.items[i];
		char text[80];

		if (wf_object_cmp(item[-1].object, item->object) == 0)
			wf_problems_add(c->problems, item->index, "name", "%s is there twice",
					wf_object_describe(item->object, text));
	}
}

/* @i: as for wf_object_claim(). A service's id comes before its addresses. */
static const char *claim_key(const struct wf_object *o, const struct wf_claim *claim,
			     unsigned int i, char key[32])
{
	if (o->kind == WF_KIND_SERVICE && o->service.id)
		i--;
	if (claim->type == WF_CLAIM_ID)
		return "id";
	if (claim->type == WF_CLAIM_SID)
		return "sid";
	if (o->kind == WF_KIND_NODE)
		return "end";
	if (claim->type == WF_CLAIM_PORT)
		snprintf(key, 32, "ports[%u]", (i - o->service.n_addrs) % o->service.n_ports);
	else
		snprintf(key, 32, "addresses[%u]", i);
	return key;
}

#define CLAIM_STR_MAX (WF_ADDR_STR_MAX + WF_SERVICE_PORT_STR_MAX + 4)

/* "id 5", "10.0.0.1", "tcp/80 of 10.0.0.1". */
static const char *claim_str(const struct wf_claim *claim, char buf[CLAIM_STR_MAX])
{
	const struct wf_service_port port = {.proto = claim->proto, .port = claim->port};
	char front[WF_SERVICE_PORT_STR_MAX], addr[WF_ADDR_STR_MAX];

	wf_addr_str(&claim->value, addr);
	if (claim->type == WF_CLAIM_ADDRESS)
		strcpy(buf, addr);
	else if (claim->type == WF_CLAIM_PORT)
		snprintf(buf, CLAIM_STR_MAX, "%s of %s", wf_service_port_front_str(&port, front),
			 addr);
	else
		snprintf(buf, CLAIM_STR_MAX, "%s %u", claim->type == WF_CLAIM_ID ? "id" : "sid",
			 wf_claim_number(claim));
	return buf;
}

/* Who else has it, in the batch so far or in what the batch leaves of the model? */
static const struct wf_object *claimed_by(const struct check *c, const struct wf_claim *claim,
					  const struct wf_object *self)
{
	const struct wf_object *owner = wf_claims_find(&c->claims, claim, self);

	if (owner)
		return wf_object_cmp(owner, self) == 0 ? NULL : owner; /* a duplicate's */
	owner = wf_model_find_claim(c->model, claim, NULL);
	return owner && !wf_batch_find(&c->batch, owner) ? owner : NULL;
}

static int check_claims(struct check *c, struct wf_object *o)
{
	char key[32], value[CLAIM_STR_MAX], who[80];
	struct wf_claim claim;

	if (wf_claims_reserve(&c->claims) < 0)
		return -ENOMEM;
	for (unsigned int i = 0; wf_object_claim(o, i, &claim); i++) {
		const struct wf_object *owner = claimed_by(c, &claim, o);

		if (!owner)
			continue;
		wf_problems_add(c->problems, c->index, claim_key(o, &claim, i, key),
				"%s is in use by %s", claim_str(&claim, value),
				wf_object_describe(owner, who));
	}
	wf_claims_add(&c->claims, o);
	return 0;
}

static void check_node_of(struct check *c, const struct wf_object *o)
{
	const struct wf_object *node;

	if (!o->endpoint.node[0])
		return;
	node = find(c, WF_KIND_NODE, "", o->endpoint.node);
	if (!node)
		unknown(c, "node", WF_KIND_NODE, "", o->endpoint.node);
	else if (node->node.has_end_sid)
		wf_problems_add(c->problems, c->index, "node",
				"node '%s' does not run Weft (it has an `end`)", o->endpoint.node);
}

static void check_addresses(struct check *c, const struct wf_object *tenant,
			    const struct wf_addr *addrs, unsigned int n)
{
	char key[32], fault[WF_ADDRESS_FAULT_STR_MAX];

	for (unsigned int i = 0; tenant && i < n; i++) {
		if (!wf_tenant_address_fault(tenant, &addrs[i], fault))
			continue;
		snprintf(key, sizeof(key), "addresses[%u]", i);
		wf_problems_add(c->problems, c->index, key, "%s", fault);
	}
}

static void check_selector(struct check *c, const char *key, const struct wf_selector *s,
			   const struct wf_object *tenant)
{
	char prefix[WF_PREFIX_STR_MAX], all[WF_TENANT_PREFIXES_STR_MAX];

	if (tenant && s->type == WF_SELECT_PREFIX &&
	    !wf_tenant_has_prefix(&tenant->self, &s->prefix))
		wf_problems_add(c->problems, c->index, key,
				"%s is outside the prefixes of tenant '%s' (%s)",
				wf_prefix_str(&s->prefix, prefix), tenant->name,
				wf_tenant_prefixes_str(&tenant->self, all));
}

const char *wf_via_key(const struct wf_policy *p, unsigned int i, unsigned int j, char *buf)
{
	if (p->n_paths == 1 && p->paths[0].weight == 1)
		snprintf(buf, WF_VIA_KEY_MAX, "via[%u]", j);
	else
		snprintf(buf, WF_VIA_KEY_MAX, "paths[%u].via[%u]", i, j);
	return buf;
}

static void check_function_of(struct check *c, const struct wf_object *o, const char *key,
			      const char *name)
{
	if (find(c, WF_KIND_FUNCTION, o->tenant, name))
		return;
	if (find(c, WF_KIND_NODE, "", name))
		wf_problems_add(c->problems, c->index, key,
				"there is no function '%s' in tenant '%s'; a node is written "
				"node/%s",
				name, o->tenant, name);
	else
		unknown(c, key, WF_KIND_FUNCTION, o->tenant, name);
}

static void check_via(struct check *c, const struct wf_object *o, unsigned int i, unsigned int j)
{
	const struct wf_policy *p = &o->policy;
	const char *name = p->paths[i].via[j];
	const struct wf_object *node;
	bool must_mark = p->require & WF_REQUIRE_TRANSIT;
	char key[WF_VIA_KEY_MAX];

	wf_via_key(p, i, j, key);
	if (p->paths[i].is_function[j]) {
		check_function_of(c, o, key, name);
		return;
	}
	node = find(c, WF_KIND_NODE, "", name);
	if (node && !(must_mark && node->node.has_end_sid))
		return;
	if (node)
		wf_problems_add(c->problems, c->index, key,
				"node '%s' does not run Weft (it has an `end`), so it cannot prove "
				"transit",
				name);
	else
		unknown(c, key, WF_KIND_NODE, "", name);
}

static void check_policy(struct check *c, const struct wf_object *o, const struct wf_object *tenant)
{
	const struct wf_policy *p = &o->policy;

	if (p->from.type == WF_SELECT_TENANT && !find(c, WF_KIND_TENANT, "", p->from.tenant))
		unknown(c, "from", WF_KIND_TENANT, "", p->from.tenant);
	check_selector(c, "from", &p->from, tenant);
	check_selector(c, "to", &p->to, tenant);
	for (unsigned int i = 0; i < p->n_paths; i++)
		for (unsigned int j = 0; j < p->paths[i].n_via; j++)
			check_via(c, o, i, j);
}

static bool keeps_prefixes(const struct wf_tenant *now, const struct wf_tenant *before)
{
	for (unsigned int i = 0; i < before->n_prefixes; i++) {
		unsigned int j = 0;

		while (j < now->n_prefixes &&
		       wf_prefix_cmp(&now->prefixes[j], &before->prefixes[i]) != 0)
			j++;
		if (j == now->n_prefixes)
			return false;
	}
	return true;
}

static bool has_fault(const struct wf_object *tenant, const struct wf_addr *addrs, unsigned int n,
		      char *fault)
{
	for (unsigned int i = 0; i < n; i++)
		if (wf_tenant_address_fault(tenant, &addrs[i], fault))
			return true;
	return false;
}

/* What is wrong with @other once @tenant is so? */
static bool would_break(const struct wf_object *tenant, const struct wf_object *other, char *fault)
{
	const struct wf_selector *sides[] = {&other->policy.from, &other->policy.to};
	char prefix[WF_PREFIX_STR_MAX];

	if (other->kind == WF_KIND_ENDPOINT)
		return has_fault(tenant, other->endpoint.addrs, other->endpoint.n_addrs, fault);
	if (other->kind == WF_KIND_SERVICE)
		return has_fault(tenant, other->service.addrs, other->service.n_addrs, fault);
	for (int i = 0; i < 2; i++)
		if (sides[i]->type == WF_SELECT_PREFIX &&
		    !wf_tenant_has_prefix(&tenant->self, &sides[i]->prefix)) {
			snprintf(fault, WF_ADDRESS_FAULT_STR_MAX, "%s is outside",
				 wf_prefix_str(&sides[i]->prefix, prefix));
			return true;
		}
	return false;
}

/* Do the endpoints, services and policies that stay as they are still fit the new prefixes? */
static void check_tenant(struct check *c, const struct wf_object *o)
{
	static const enum wf_kind kinds[] = {WF_KIND_ENDPOINT, WF_KIND_SERVICE, WF_KIND_POLICY};
	const struct wf_object *old = wf_model_find(c->model, WF_KIND_TENANT, NULL, o->name);
	char who[80], fault[WF_ADDRESS_FAULT_STR_MAX];

	if (!old || keeps_prefixes(&o->self, &old->self))
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct wf_object *const *others;
		size_t n;

		others = wf_model_range(c->model, kinds[i], o->name, &n);
		for (size_t j = 0; j < n; j++) {
			if (!would_break(o, others[j], fault) ||
			    wf_batch_find(&c->batch, others[j]))
				continue;
			wf_problems_add(c->problems, c->index, "prefixes", "%s needs what goes: %s",
					wf_object_describe(others[j], who), fault);
			break; /* one of a kind tells enough */
		}
	}
}

static void check_verify(struct check *c, const struct wf_tenant *t)
{
	for (unsigned int i = 0; i < t->n_verify; i++) {
		const struct wf_object *node = find(c, WF_KIND_NODE, "", t->verify[i]);
		char key[32];

		snprintf(key, sizeof(key), "verify[%u]", i);
		if (!node)
			unknown(c, key, WF_KIND_NODE, "", t->verify[i]);
		else if (node->node.has_end_sid)
			wf_problems_add(c->problems, c->index, key,
					"node '%s' does not run Weft (it has an `end`), so it "
					"cannot verify",
					t->verify[i]);
	}
}

static int check_one(struct check *c, struct wf_object *o)
{
	const struct wf_object *tenant = NULL;

	wf_object_check(o, c->index, c->problems);
	if (wf_kind_has_tenant(o->kind)) {
		tenant = find(c, WF_KIND_TENANT, "", o->tenant);
		if (!tenant)
			unknown(c, "tenant", WF_KIND_TENANT, "", o->tenant);
	}
	if (o->kind == WF_KIND_TENANT) {
		check_verify(c, &o->self);
		check_tenant(c, o);
	} else if (o->kind == WF_KIND_ENDPOINT) {
		check_node_of(c, o);
		check_addresses(c, tenant, o->endpoint.addrs, o->endpoint.n_addrs);
	} else if (o->kind == WF_KIND_SERVICE) {
		check_addresses(c, tenant, o->service.addrs, o->service.n_addrs);
	} else if (o->kind == WF_KIND_POLICY) {
		check_policy(c, o, tenant);
	}
	return check_claims(c, o);
}

int wf_model_check_put(const struct wf_model *m, struct wf_object *const *objects, size_t n,
		       struct wf_problems *problems)
{
	static int (*const parts[])(const struct wf_changes *c) = {
		wf_check_rivals,    wf_check_joins,   wf_check_keys,
		wf_check_functions, wf_check_static,  wf_check_hosts,
		wf_check_gateways,  wf_check_outside, wf_check_inside};
	struct check c = {.model = m, .problems = problems};
	const struct wf_changes changes = {m, &c.batch, problems};
	size_t found_before = problems->n_found;
	int r;

	c.changes = &changes;
	r = wf_batch_init(&c.batch, objects, n);
	if (!r) {
		check_duplicates(&c);
		r = wf_check_stopped(&changes);
	}
	for (; !r && c.index < n; c.index++)
		r = check_one(&c, objects[c.index]);
	for (size_t i = 0; !r && i < sizeof(parts) / sizeof(*parts); i++)
		r = parts[i](&changes);
	wf_claims_done(&c.claims);
	wf_batch_done(&c.batch);
	if (r)
		return r;
	return problems->n_found > found_before ? -EINVAL : 0;
}
