/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the paths of services end: not at a node's End.DT46 but at a backend's own SID, or at
 * several in turn, who are asked which of them knows the flow.
 *
 *   one backend     ... | B                  B: block:node:f000|sid
 *   candidates B C  ... | B | C | B          B may pass it on, C too, and at the end B takes it
 *
 * A backend on the node that the packet leaves from is asked by its SID, too: the node sends to
 * itself.
 */
#pragma once

#include "compile/segments.h"
#include "compile/shares.h"

struct wf_target {
	struct wf_candidate list[WF_CANDIDATES_MAX]; /* the first is where it ends */
};

/* Of a tenant. The zeroed struct has none. */
struct wf_target_list {
	uint32_t tenant;	 /* id */
	struct wf_target *items; /* owned; sorted by wf_candidates_cmp(), each once */
	size_t n;
	size_t cap;
};

struct wf_targets {
	struct wf_target_list *items; /* owned; sorted by tenant */
	size_t n;
	size_t cap;
};

/* 0 or -ENOMEM: one backend; all lists of several that occur in a table. */
int wf_target_list_add(struct wf_target_list *l, struct wf_candidate backend);
int wf_target_list_add_shares(struct wf_target_list *l, const struct wf_shares *s);

/* @l (of a tenant that has none yet) is sorted and taken, also on failure. 0 or -ENOMEM. */
int wf_targets_take(struct wf_targets *t, struct wf_target_list *l);
/* NULL: the tenant has none. */
const struct wf_target_list *wf_targets_of(const struct wf_targets *t, uint32_t tenant);
/* Those that end at @node, the first of *@ret_n; NULL: none. */
const struct wf_target *wf_targets_at(const struct wf_targets *t, uint32_t tenant, uint16_t node,
				      size_t *ret_n);
void wf_targets_done(struct wf_targets *t);

/* The part of the path's key: the sid, and what of the lane is the target's (dp/lane.h). */
uint32_t wf_target_lane(const struct wf_target *t);
bool wf_target_is_hunt(const struct wf_target *t);
/* Is a backend of @node on the list? */
bool wf_target_asks(const struct wf_target *t, uint16_t node);

/*
 * Exchanges the End.DT46 at the end of @segments for the SIDs of @t. Candidates that would make the
 * list too long are left out, the last ones first.
 */
void wf_target_end(const struct wf_target *t, uint32_t block, struct wf_segments *segments);

/* Segments that the longest list of candidates adds to a path. */
#define WF_TARGET_SEGMENTS_MAX WF_CANDIDATES_MAX
