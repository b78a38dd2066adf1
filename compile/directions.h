/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directions of a tenant's policies: each speaks as it is written, and a symmetric one also
 * mirrored, of the ways of replies. Their order of precedence (docs/policies.md) is total.
 *
 * Policies without an id are left out. So are the mirrors of those that let another tenant in: in
 * that tenant's set their ids mean nothing.
 */
#pragma once

#include "compile/selections.h"

struct wf_direction {
	const struct wf_object *object; /* the policy */
	const struct wf_selection *from;
	const struct wf_selection *to;
	bool is_reverse;
};

struct wf_directions {
	struct wf_direction *items; /* owned; highest precedence first */
	size_t n;
	size_t cap;
};

/* @selections: of the same policies. 0 or -ENOMEM. */
int wf_directions_of(struct wf_object *const *policies, size_t n,
		     const struct wf_selections *selections, struct wf_directions *ret);
void wf_directions_done(struct wf_directions *d);

/* Below 0: @a goes before @b. */
int wf_direction_cmp(const void *a, const void *b);

/* As in struct wf_range: what of the precedence is not in the order of the look-ups. Above 0. */
uint16_t wf_direction_rank(const struct wf_direction *d);

bool wf_policy_is_symmetric(const struct wf_policy *p);
