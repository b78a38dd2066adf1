/* SPDX-License-Identifier: Apache-2.0 */
/* What the selectors of a tenant's policies select: equal selectors, one selection. */
#pragma once

#include "compile/sides.h"

struct wf_selection {
	const struct wf_selector *selector;
	uint32_t *sides; /* owned; indexes of wf_sides, those that are here first */
	size_t n_sides, n_here;
	/* Owned, sorted: ids of the nodes where selected endpoints are, and gateways, if it may
	 * select what is outside. */
	uint16_t *nodes;
	size_t n_nodes;
	/* Owned, sorted: identities that such endpoints of this node send with; of the outside 0.
	 */
	uint32_t *senders;
	size_t n_senders;
};

struct wf_selections {
	struct wf_selection *items; /* owned */
	size_t n;
	struct wf_selection **of; /* owned; of policy i: of[2 * i] `from`, of[2 * i + 1] `to` */
};

/* A selector of what selects. */
struct wf_electorate {
	const struct wf_model *model;
	const struct wf_object *tenant;
	const struct wf_members *members;
	const struct wf_zones *zones;
	const struct wf_sides *sides;
};

/* 0 or -ENOMEM. */
int wf_selections_of(const struct wf_electorate *e, struct wf_object *const *policies, size_t n,
		     struct wf_selections *ret);
void wf_selections_done(struct wf_selections *s);
