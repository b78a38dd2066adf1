/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of a tenant: the endpoints that it knows, and its policies can speak of. They are its
 * own, the guests (those of other tenants that a policy of it lets in), and the exits (those of
 * other tenants that a policy of theirs lets it reach).
 *
 * Left out are those that cannot be named on the wire: without an identity, or on a node without an
 * id.
 */
#pragma once

#include "compile/view.h"

struct wf_member {
	const struct wf_object *object; /* endpoint */
	uint32_t home;			/* id of its tenant */
	uint16_t node;			/* id */
	bool is_here;
};

struct wf_members {
	struct wf_member *items; /* owned; sorted by name, those of others behind */
	size_t n;
	size_t cap;
	size_t n_own;
	bool is_here;	       /* some member is */
	bool has_gateway_here; /* an own one that is a gateway's */
};

/* @policies: the tenant's. 0 or -ENOMEM. */
int wf_members_of(const struct wf_view *v, const struct wf_object *tenant,
		  struct wf_object *const *policies, size_t n, struct wf_members *ret);
void wf_members_done(struct wf_members *p);

/* The tenant (with an id) whose endpoints the policy lets in, or NULL. */
const struct wf_object *wf_policy_guests(const struct wf_model *m, const struct wf_policy *p);

/* The labels of an identity of @tenant, or NULL: for those that no endpoint has any more. O(n). */
const struct wf_labels *wf_identity_labels(const struct wf_model *m, const char *tenant,
					   uint32_t id);
