/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tenant's set of policies: SET, ZONE, VERDICT, RANGES and POLICY. Its number is a hash of all
 * that is in it, so what has changed is another set, and what has not is the same one. Nodes hold
 * of a set what concerns them: numbers of different nodes differ.
 */
#pragma once

#include "compile/ranges.h"
#include "compile/realm.h"

/* Numbers that are given: a hash table. */
struct wf_taken {
	uint64_t *slots; /* owned; 0: free */
	size_t n;
	size_t cap;
};

struct wf_sets {
	struct wf_image *img;
	const struct wf_view *view;
	struct wf_ranges_pool pool;
	struct wf_taken taken; /* by sets of other tenants */
};

void wf_sets_done(struct wf_sets *s);

/*
 * Adds the set of @realm and gives its number. A node where no member is gets of it only what it
 * needs as a waypoint. 0, -ENOMEM; -E2BIG: @err names the tenant and the limit, or the image's
 * table is over it.
 */
int wf_sets_add(struct wf_sets *s, const struct wf_realm *realm, uint64_t *ret, struct wf_err *err);
