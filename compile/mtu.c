// SPDX-License-Identifier: Apache-2.0
/* A path is measured as one builds it, but from no node in particular: with all its waypoints. */
#include "compile/compile.h"

#include <string.h>

#include "compile/members.h"
#include "compile/targets.h"
#include "compile/template.h"
#include "model/member.h"
#include "wire/ipv6.h"

#define DEFAULT_UNDERLAY_MTU 1500

/* Only whether headers are signed matters. */
static const struct wf_signer any_signer;

/* With @n segments to an endpoint; to a service of @tenant several backends may be asked. */
static unsigned int header_bytes(const struct wf_model *m, const char *tenant, unsigned int n,
				 struct wf_extras extras)
{
	size_t n_services;

	wf_model_range(m, WF_KIND_SERVICE, tenant, &n_services);
	if (n_services) {
		n += WF_TARGET_SEGMENTS_MAX;
		extras.is_full = true;
	}
	return wf_template_bytes(n < WF_VIA_SID_MAX + 1 ? n : WF_VIA_SID_MAX + 1, &extras);
}

static unsigned int path_segments(const struct wf_nodes *nodes, const struct wf_path *path,
				  enum wf_encoding encoding)
{
	struct wf_waypoints waypoints;
	struct wf_segments segments;

	if (wf_waypoints_measure(nodes, path, &waypoints) < 0)
		return 0;
	wf_segments_make(&waypoints, encoding, 0, 0, &segments);
	return segments.n;
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
		unsigned int n = path_segments(nodes, &policy->paths[i], encoding);

		extras.is_full = wf_path_has_functions(&policy->paths[i]);
		if (n)
			most = larger(most, header_bytes(m, tenant->name, n, extras));
	}
	return most;
}

/* Of direct paths to its endpoints. */
static unsigned int tenant_bytes(const struct wf_model *m, const struct wf_object *tenant)
{
	return header_bytes(m, tenant->name, 1, wf_extras_of(&tenant->self, NULL, &any_signer));
}

/* What a policy of @host makes endpoints of @name send. */
static unsigned int needed(const struct wf_model *m, const struct wf_nodes *nodes,
			   const struct wf_object *host, const struct wf_policy *policy,
			   const char *name)
{
	const struct wf_object *guests = wf_policy_guests(m, policy);
	bool is_host = strcmp(host->name, name) == 0;

	if (guests && strcmp(guests->name, name) == 0)
		return larger(policy_bytes(m, nodes, host, policy), tenant_bytes(m, host));
	if (guests && is_host) /* replies */
		return tenant_bytes(m, guests);
	return is_host ? policy_bytes(m, nodes, host, policy) : 0;
}

uint32_t wf_compile_tenant_mtu(const struct wf_model *m, const char *tenant, uint32_t underlay_mtu)
{
	const struct wf_object *o = wf_model_find(m, WF_KIND_TENANT, NULL, tenant);
	unsigned int most = o ? tenant_bytes(m, o) : WF_IPV6_LEN;
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

uint32_t wf_compile_port_mtu(const struct wf_model *m, const struct wf_here_port *port,
			     uint32_t tenant_mtu, uint32_t underlay_mtu)
{
	const struct wf_object *o = wf_model_find(m, WF_KIND_ENDPOINT, port->tenant, port->name);
	const struct wf_object *f = o ? wf_model_function_of(m, o) : NULL;

	if (!f || (f->function.mode != WF_MODE_MASQUERADE && f->function.mode != WF_MODE_NATIVE))
		return tenant_mtu;
	return underlay_mtu ? underlay_mtu : DEFAULT_UNDERLAY_MTU;
}
