/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PATH and CHOICE entries, and the counters of the paths: the direct path to every node, and for
 * every direction of a policy its alternatives to every node where it can end.
 *
 * An alternative with a waypoint that has no SID yet has no path and no share of the flows. When
 * that is all of them, there is no choice, and the data path drops (no-path) rather than take
 * another way.
 */
#pragma once

#include "compile/directions.h"
#include "compile/image.h"

struct wf_paths {
	struct wf_image *img;
	const struct wf_nodes *nodes;
	const char *self; /* name of this node */
	uint32_t block;
	uint16_t id; /* of this node */
};

/* 0, -ENOMEM, -E2BIG. */
int wf_paths_add_direct(const struct wf_paths *p);
int wf_paths_add_direction(const struct wf_paths *p, const struct wf_tenant *tenant,
			   const struct wf_direction *d);
