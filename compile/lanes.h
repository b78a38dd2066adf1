/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lanes of a path: each is one choice of instances, one for each function that it leads
 * through.
 *
 *   via [fw, node/4, ids]     fw: a, b     ids: c     lanes: a-c, b-c
 *
 * A lane's name is made of its instances in the order of the path as written, so it is the same for
 * the mirrored way, on every node, and whatever other instances there are.
 */
#pragma once

#include "compile/functions.h"
#include "model/object.h"

#define WF_LANE_PASSED_BY 1 /* name: all functions of the path are */

struct wf_lane {
	uint32_t name; /* 0: the path has no functions */
	/* By place in the path's `via`. NULL: a node, or a function that is passed by. */
	const struct wf_instance *at[WF_VIA_MAX];
};

struct wf_lane_list {
	WF_VEC(struct wf_lane) lanes; /* at most WF_LANES_MAX, sorted by name, each name once */
};

enum wf_lane_kind {
	WF_LANES_UP,	   /* through instances that are up; a function without one is passed by */
	WF_LANES_POSSIBLE, /* whatever may be up or down, and if none is */
};

/*
 * The lanes of @path. Of too many combinations some are taken: so that all instances get their
 * part, and that one more or less changes few of the others. A path without functions has one lane,
 * of name 0. None: a function that must not be passed by has no instance. 0 or -ENOMEM.
 */
int wf_lanes_find(const struct wf_functions *functions, const struct wf_path *path,
		  enum wf_lane_kind kind, struct wf_lane_list *ret);
void wf_lanes_done(struct wf_lane_list *l);

/* Does it lead through instances? */
static inline bool wf_lane_has_instances(const struct wf_lane *lane)
{
	return lane->name > WF_LANE_PASSED_BY;
}

bool wf_path_has_functions(const struct wf_path *path);
bool wf_policy_has_functions(const struct wf_policy *p);
