// SPDX-License-Identifier: Apache-2.0
#include "model/tenant.h"

const struct wf_prefix *wf_tenant_overlaps(const struct wf_tenant *t, const struct wf_prefix *p)
{
	for (unsigned int i = 0; i < t->n_prefixes; i++)
		if (wf_prefix_overlaps(&t->prefixes[i], p))
			return &t->prefixes[i];
	return NULL;
}

bool wf_tenants_overlap(const struct wf_tenant *a, const struct wf_tenant *b,
			const struct wf_prefix **ret_a, const struct wf_prefix **ret_b)
{
	for (unsigned int i = 0; i < a->n_prefixes; i++) {
		const struct wf_prefix *found = wf_tenant_overlaps(b, &a->prefixes[i]);

		if (!found)
			continue;
		*ret_a = &a->prefixes[i];
		*ret_b = found;
		return true;
	}
	return false;
}
