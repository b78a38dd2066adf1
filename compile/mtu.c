// SPDX-License-Identifier: Apache-2.0
/* A path is measured as one builds it, but from no node in particular: with all its waypoints. */
#include "compile/compile.h"

#include <string.h>

#include "compile/members.h"
#include "compile/template.h"
#include "wire/ipv6.h"

#define DEFAULT_UNDERLAY_MTU 1500

/* Only whether headers are signed matters. */
static const struct wf_signer any_signer;

static unsigned int path_bytes(const struct wf_nodes *nodes, const struct wf_path *path,
			       enum wf_encoding encoding, const struct wf_extras *extras)
{
	struct wf_waypoints waypoints;
	struct wf_segments segments;

	if (wf_waypoints_measure(nodes, path, &waypoints) < 0)
		return 0;
	wf_segments_make(&waypoints, encoding, 0, 0, &segments);
	return wf_template_bytes(segments.n, extras);
}

static unsigned int larger(unsigned int a, unsigned int b)
{
	return a > b ? a : b;
}

static unsigned int policy_bytes(const struct wf_model *m, const struct wf_nodes *nodes,
				 const struct wf_object *tenant, const struct wf_policy *policy)
{
	const enum wf_encoding encoding = wf_encoding_of(m, tenant, policy);
	struct wf_extras extras = wf_extras_of(&tenant->self, policy, &any_signer);
	unsigned int most = 0;

	for (unsigned int i = 0; i < policy->n_paths; i++) {
		extras.is_full = wf_path_has_functions(&policy->paths[i]);
		most = larger(most, path_bytes(nodes, &policy->paths[i], encoding, &extras));
	}
	return most;
}

/* Of direct paths to its endpoints. */
static unsigned int tenant_bytes(const struct wf_object *tenant)
{
	const struct wf_extras extras = wf_extras_of(&tenant->self, NULL, &any_signer);

	return wf_template_bytes(1, &extras);
}

/* What a policy of @host makes endpoints of @name send. */
static unsigned int needed(const struct wf_model *m, const struct wf_nodes *nodes,
			   const struct wf_object *host, const struct wf_policy *policy,
			   const char *name)
{
	const struct wf_object *guests = wf_policy_guests(m, policy);
	bool is_host = strcmp(host->name, name) == 0;

	if (guests && strcmp(guests->name, name) == 0)
		return larger(policy_bytes(m, nodes, host, policy), tenant_bytes(host));
	if (guests && is_host) /* replies */
		return tenant_bytes(guests);
	return is_host ? policy_bytes(m, nodes, host, policy) : 0;
}

uint32_t wf_compile_tenant_mtu(const struct wf_model *m, const char *tenant, uint32_t underlay_mtu)
{
	const struct wf_object *o = wf_model_find(m, WF_KIND_TENANT, NULL, tenant);
	unsigned int most = o ? tenant_bytes(o) : WF_IPV6_LEN;
	struct wf_nodes nodes = wf_nodes_of(m);
	struct wf_object *const *policies;
	size_t n;

	policies = wf_model_range(m, WF_KIND_POLICY, NULL, &n);
	for (size_t i = 0; o && i < n; i++) {
		const struct wf_object *host = wf_model_find(m, WF_KIND_TENANT, NULL,
							     policies[i]->tenant);

		if (host)
			most = larger(most, needed(m, &nodes, host, &policies[i]->policy, tenant));
	}
	if (!underlay_mtu)
		underlay_mtu = DEFAULT_UNDERLAY_MTU;
	return underlay_mtu < WF_MTU_MIN + most ? WF_MTU_MIN : underlay_mtu - most;
}
