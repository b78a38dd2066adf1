// SPDX-License-Identifier: Apache-2.0
/* A path is measured as one builds it, but from no node in particular: with all its waypoints. */
#include "compile/compile.h"

#include "compile/template.h"
#include "wire/ipv6.h"

#define DEFAULT_UNDERLAY_MTU 1500

static unsigned int path_bytes(const struct wf_nodes *nodes, const struct wf_path *path,
			       enum wf_encoding encoding)
{
	struct wf_waypoints waypoints;
	struct wf_segments segments;

	if (wf_waypoints_find(nodes, path, false, NULL, &waypoints) < 0)
		return 0;
	wf_segments_make(&waypoints, encoding, 0, 0, &segments);
	return wf_template_bytes(segments.n);
}

static unsigned int policy_bytes(const struct wf_nodes *nodes, const struct wf_tenant *tenant,
				 const struct wf_policy *policy)
{
	unsigned int most = 0;

	for (unsigned int i = 0; i < policy->n_paths; i++) {
		unsigned int bytes = path_bytes(nodes, &policy->paths[i],
						wf_encoding_of(tenant, policy));

		if (bytes > most)
			most = bytes;
	}
	return most;
}

uint32_t wf_compile_tenant_mtu(const struct wf_model *m, const char *tenant, uint32_t underlay_mtu)
{
	const struct wf_object *o = wf_model_find(m, WF_KIND_TENANT, NULL, tenant);
	struct wf_nodes nodes = wf_nodes_of(m);
	struct wf_object *const *policies;
	unsigned int most = WF_IPV6_LEN;
	size_t n;

	policies = wf_model_range(m, WF_KIND_POLICY, tenant, &n);
	for (size_t i = 0; o && i < n; i++) {
		unsigned int bytes = policy_bytes(&nodes, &o->self, &policies[i]->policy);

		if (bytes > most)
			most = bytes;
	}
	if (!underlay_mtu)
		underlay_mtu = DEFAULT_UNDERLAY_MTU;
	return underlay_mtu < WF_MTU_MIN + most ? WF_MTU_MIN : underlay_mtu - most;
}
