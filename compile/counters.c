// SPDX-License-Identifier: Apache-2.0
#include "compile/counters.h"

#include <stdlib.h>
#include <string.h>

int wf_counters_add_endpoint(struct wf_image *img, uint32_t tenant, const struct wf_endpoint *e)
{
	static const enum wf_counter_kind kinds[] = {
		WF_COUNTER_ENDPOINT_TX,
		WF_COUNTER_ENDPOINT_RX,
		WF_COUNTER_ENDPOINT_TX_DROP,
		WF_COUNTER_ENDPOINT_RX_DROP,
	};
	struct wf_dest_key name = {.tenant = tenant};
	int r = 0;

	if (!e->n_addrs)
		return 0;
	memcpy(name.addr, e->addrs[0].bytes, sizeof(name.addr));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && !r; i++) {
		struct wf_counter_key key = {.kind = kinds[i]};

		memcpy(key.name, &name, sizeof(name));
		r = wf_image_add_counter(img, &key);
	}
	return r;
}

static int port_cmp(const void *tenant, const void *port)
{
	return strcmp(tenant, ((const struct wf_here_port *)port)->tenant);
}

static bool is_here(const struct wf_here *here, const char *tenant)
{
	return here->n_ports &&
	       bsearch(tenant, here->ports, here->n_ports, sizeof(*here->ports), port_cmp);
}

static bool lets_in_from_here(const struct wf_policy *p, const struct wf_here *here)
{
	return p->from.type == WF_SELECT_TENANT && is_here(here, p->from.tenant);
}

static bool is_met_here(const struct wf_here *here, const char *tenant,
			struct wf_object *const *policies, size_t n)
{
	if (is_here(here, tenant))
		return true;
	for (size_t i = 0; i < n; i++)
		if (lets_in_from_here(&policies[i]->policy, here))
			return true;
	return false;
}

static int add(struct wf_image *img, enum wf_counter_kind kind, uint32_t tenant, uint16_t policy)
{
	const struct wf_policy_name name = {.tenant = tenant, .policy = policy};
	struct wf_counter_key key = {.kind = kind};

	memcpy(key.name, &name, sizeof(name));
	return wf_image_add_counter(img, &key);
}

/* Packets are refused at the receiver by any policy: for what it requires. */
static int add_policy(struct wf_image *img, uint32_t tenant, const struct wf_policy *p)
{
	int r = add(img, WF_COUNTER_POLICY_DENY_IN, tenant, p->id);

	if (!r && p->is_deny)
		r = add(img, WF_COUNTER_POLICY_DENY_OUT, tenant, p->id);
	if (!r && !p->is_deny)
		r = add(img, WF_COUNTER_POLICY_IN, tenant, p->id);
	if (r || !(p->require & WF_REQUIRE_TRANSIT))
		return r;
	r = add(img, WF_COUNTER_POLICY_TRANSIT, tenant, p->id);
	return r ? r : add(img, WF_COUNTER_POLICY_TRANSIT_DROP, tenant, p->id);
}

static int add_default(struct wf_image *img, uint32_t tenant)
{
	int r = add(img, WF_COUNTER_POLICY_IN, tenant, 0);

	if (!r)
		r = add(img, WF_COUNTER_POLICY_DENY_IN, tenant, 0);
	return r ? r : add(img, WF_COUNTER_POLICY_DENY_OUT, tenant, 0);
}

int wf_counters_add_policies(struct wf_image *img, const struct wf_model *m,
			     const struct wf_here *here, const struct wf_object *tenant)
{
	struct wf_object *const *policies;
	size_t n;
	int r;

	policies = wf_model_range(m, WF_KIND_POLICY, tenant->name, &n);
	if (!is_met_here(here, tenant->name, policies, n))
		return 0;
	r = add_default(img, tenant->self.id);
	for (size_t i = 0; i < n && !r; i++)
		if (policies[i]->policy.id)
			r = add_policy(img, tenant->self.id, &policies[i]->policy);
	return r;
}
