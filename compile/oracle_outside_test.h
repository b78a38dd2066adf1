/* SPDX-License-Identifier: Apache-2.0 */
/* The random wishes of the oracle with an outside: gateways, policies that speak of the Internet,
 * and packets that cross the border of a tenant. */
#pragma once

#include "compile/oracle_world_test.h"

/* Some that speak of anybody speak of the outside. */
static inline void oracle_turn(struct wf_policy *p)
{
	const bool is_own = p->from.type != WF_SELECT_TENANT && p->from.type != WF_SELECT_INTERNET;

	if (p->id % 2 && p->to.type == WF_SELECT_ANY && is_own)
		p->to.type = WF_SELECT_INTERNET;
	else if (p->id % 2 == 0 && p->from.type == WF_SELECT_ANY)
		p->from.type = WF_SELECT_INTERNET;
}

static inline void oracle_turn_policies(struct oracle_world *w, const char *tenant)
{
	size_t n;

	wf_model_range(w->model, WF_KIND_POLICY, tenant, &n);
	for (size_t i = 0; i < n; i++) {
		struct wf_object *o =
			wf_object_clone(wf_model_range(w->model, WF_KIND_POLICY, tenant, &n)[i]);

		oracle_turn(&o->policy);
		wish_put(w->model, o);
	}
}

/* Before the images are made: in half of all worlds a tenant meets the outside at one endpoint. */
static inline void oracle_make_gateways(struct oracle_world *w)
{
	for (unsigned int t = 0; t < w->n_tenants; t++) {
		struct wf_object *o;

		if (w->first_seed >> t & 1)
			continue;
		oracle_turn_policies(w, oracle_tenants[t]);
		o = wf_object_clone(
			wf_model_find(w->model, WF_KIND_ENDPOINT, oracle_tenants[t], "e0"));
		o->endpoint.is_gateway = true;
		wish_put(w->model, o);
	}
}

/* NULL: it has none. */
static inline const struct wf_object *oracle_gateway_of(const struct oracle_world *w,
							const char *tenant)
{
	const struct wf_object *o = wf_model_find(w->model, WF_KIND_ENDPOINT, tenant, "e0");

	return o->endpoint.is_gateway ? o : NULL;
}

/* From an endpoint to nobody that is known. */
static inline void oracle_make_leaving(struct oracle_world *w, struct oracle_packet *ret)
{
	const struct wf_object *from = oracle_any_endpoint(w);

	memset(ret, 0, sizeof(*ret));
	ret->sender = from;
	ret->tenant = from->tenant;
	ret->src = from->endpoint.addrs[oracle_below(w, from->endpoint.n_addrs)];
	oracle_make_address(w, wf_addr_is_v4(&ret->src), &ret->dst);
	oracle_make_proto(w, ret);
}
