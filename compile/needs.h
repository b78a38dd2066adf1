/* SPDX-License-Identifier: Apache-2.0 */
/* What the receiving node insists on, with what that implies. */
#pragma once

#include <string.h>

#include "dp/table.h"
#include "model/object.h"

_Static_assert(WF_NEED_HMAC == WF_REQUIRE_HMAC && WF_NEED_PATH == WF_REQUIRE_PATH &&
		       WF_NEED_TRANSIT == WF_REQUIRE_TRANSIT,
	       "the wish's bits are the data path's");

/* WF_NEED_* of a policy's packets; @policy NULL: of all of the tenant. */
static inline uint8_t wf_needs_of(const struct wf_tenant *tenant, const struct wf_policy *policy)
{
	uint8_t needs = tenant->require | (policy ? policy->require : 0);

	return needs ? needs | WF_NEED_HMAC : 0;
}

/* struct wf_set.has_direct: other direct paths than those all tenants share. */
static inline bool wf_tenant_has_direct(const struct wf_tenant *tenant)
{
	return tenant->metadata == WF_METADATA_TLV || wf_needs_of(tenant, NULL) & WF_NEED_HMAC;
}

/* struct wf_set.is_verified_here: does the node verify the tenant's headers as a waypoint? */
static inline bool wf_tenant_is_verified_at(const struct wf_tenant *tenant, const char *node)
{
	for (unsigned int i = 0; i < tenant->n_verify; i++)
		if (strcmp(tenant->verify[i], node) == 0)
			return true;
	return false;
}
