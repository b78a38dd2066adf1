/* SPDX-License-Identifier: Apache-2.0 */
/* A tenant as this node knows it: who takes part, and what its policies select. */
#pragma once

#include "compile/directions.h"
#include "compile/functions.h"
#include "compile/outlets.h"

struct wf_realm {
	const struct wf_object *tenant;
	struct wf_object *const *policies; /* borrowed; the tenant's */
	size_t n_policies;
	const struct wf_outlet *outlets; /* borrowed; what gateways do for it */
	size_t n_outlets;
	struct wf_members members;
	/* Empty, unless a member is here. */
	struct wf_zones zones;
	struct wf_sides sides;
	struct wf_selections selections;
	struct wf_directions directions;
	struct wf_functions functions;
	bool has_speaker_here; /* an instance that sends in the name of others is on this node */
};

/* 0 or -ENOMEM. @ret: zeroed, to be done in either case. */
int wf_realm_init(struct wf_realm *ret, const struct wf_view *v, const struct wf_object *tenant);
void wf_realm_done(struct wf_realm *r);
