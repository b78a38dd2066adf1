/* SPDX-License-Identifier: Apache-2.0 */
/* How packets may leave this node, and how they may come: PATH, LANES, CHOICE; LISTED, KEY,
 * TRANSIT. */
#pragma once

#include "compile/direct.h"
#include "compile/arrivals.h"
#include "compile/paths.h"

struct wf_ways {
	struct wf_paths paths;
	struct wf_directs directs;
	struct wf_arrivals arrivals;
};

/* All are borrowed. @targets: of each tenant before its realm is heard. */
struct wf_ways wf_ways_of(const struct wf_view *v, struct wf_image *img,
			  const struct wf_targets *targets);
/* Each tenant's realm, then wf_ways_add(). 0, -ENOMEM, -E2BIG. */
int wf_ways_hear(struct wf_ways *w, const struct wf_realm *realm);
int wf_ways_add(struct wf_ways *w);
void wf_ways_done(struct wf_ways *w);
