/* SPDX-License-Identifier: Apache-2.0 */
/* What the receiving node insists on, with what that implies. */
#pragma once

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
