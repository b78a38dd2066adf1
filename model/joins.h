/* SPDX-License-Identifier: Apache-2.0 */
/* Which tenants policies join: a policy of one tenant from another one lets each know the addresses
 * of the other. */
#pragma once

#include "model/batch.h"

struct wf_join {
	const char *tenant, *other; /* borrowed */
	/* The policy of the batch that makes it; NULL: one that stays as it is makes it. */
	const struct wf_batch_item *item;
};

/* Each both ways, once, sorted by tenant and other. */
struct wf_joins {
	struct wf_join *items; /* owned */
	size_t n;
	size_t cap;
};

bool wf_policy_joins(const struct wf_object *policy);

/* All of @m as it will be. 0, or -ENOMEM: @ret holds nothing. Free it with wf_vec_done(). */
int wf_joins_collect(const struct wf_batch *b, const struct wf_model *m, struct wf_joins *ret);
/* The first of @tenant, and how many follow it. NULL: it is joined with none. */
const struct wf_join *wf_joins_of(const struct wf_joins *joins, const char *tenant, size_t *ret_n);
