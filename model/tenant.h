/* SPDX-License-Identifier: Apache-2.0 */
/* What of a tenant's prefixes overlaps something else. */
#pragma once

#include "model/object.h"

/* The first prefix of @t that overlaps @p; NULL: none does. */
const struct wf_prefix *wf_tenant_overlaps(const struct wf_tenant *t, const struct wf_prefix *p);
/* Do the two? The first of @a's prefixes that overlaps one of @b's, and that one. */
bool wf_tenants_overlap(const struct wf_tenant *a, const struct wf_tenant *b,
			const struct wf_prefix **ret_a, const struct wf_prefix **ret_b);
