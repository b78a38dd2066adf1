/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sides that a tenant's set tells apart (struct wf_side): anybody, the Internet, each identity
 * of its members, each named zone; and where each of them is.
 */
#pragma once

#include "compile/members.h"
#include "compile/zones.h"

struct wf_seen_side {
	struct wf_side side;
	const struct wf_labels *labels; /* of an identity; NULL: not known any more */
	bool is_here;		    /* packets of it can leave or reach endpoints of this node */
	bool is_sent;		    /* an identity that endpoints of this node send with */
	size_t first_node, n_nodes; /* where an identity's endpoints are */
};

/* A label of an identity. */
struct wf_posting {
	const struct wf_label *label;
	uint32_t home;
	uint32_t side;
};

#define WF_SIDE_AT_ANY	    0
#define WF_SIDE_AT_INTERNET 1
#define WF_SIDES_FIXED	    2

struct wf_sides {
	struct wf_seen_side *items; /* owned; the fixed ones, identities sorted, zones by number */
	size_t n;
	size_t n_identities;
	uint16_t *nodes;		    /* owned; ids */
	WF_VEC(struct wf_posting) postings; /* sorted by home and label */
};

/* 0 or -ENOMEM. */
int wf_sides_of(const struct wf_model *m, const struct wf_members *members,
		const struct wf_zones *zones, struct wf_sides *ret);
/* Packets of all of them can leave this node: a static function sends in their names. */
void wf_sides_take_all(struct wf_sides *s);
void wf_sides_done(struct wf_sides *s);

struct wf_numbers {
	uint32_t *items; /* owned */
	size_t n;
	size_t cap;
};

/* Appends the identities of @home that have all of the labels. 0 or -ENOMEM. */
int wf_sides_select(const struct wf_sides *s, uint32_t home, const struct wf_labels *labels,
		    struct wf_numbers *ret);
