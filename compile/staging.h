/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Learn before use, forget after: what is installed now on the way from what was wished to what is
 * wished now.
 *
 *  the wish of a tenant changes        WF_SETTLE_MS              WF_FORGET_MS more
 *  |-----------------------------------|-------------------------|--------------->
 *  receives by the new set and the     sends by the new set      only the new one is left
 *  old one, sends by the old one       and by the new ways
 *
 * What others must know to take a packet is used for sending only a moment after this node has
 * learned it, when they have, too; and what others may still send by is taken a while longer. That
 * holds for a tenant's set of policies, for signed headers (another segment list, another key), for
 * lanes through new instances of functions and for the segment lists and keys that are accepted.
 *
 * Not for what works no more: of a lane that is not wished any more nothing is sent from then on.
 *
 * The state knows what is on its way and since when; what the old entries are is read from the
 * image that is installed. After a restart the state is empty: what is installed counts as settled
 * where it equals the wish, and the rest is staged from now.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "compile/image.h"

#define WF_SETTLE_MS 100 /* twice what the store takes to tell everyone */
#define WF_FORGET_MS (10 * WF_SETTLE_MS)

struct wf_staged_set;
struct wf_staged_way;
struct wf_staged_lanes;
struct wf_leaving;

/* Zeroed: nothing is known. */
struct wf_staging {
	WF_VEC(struct wf_staged_set) sets;    /* of each tenant */
	WF_VEC(struct wf_staged_way) ways;    /* of each policy whose headers are signed */
	WF_VEC(struct wf_staged_lanes) lanes; /* of each alternative with lanes that are new */
	WF_VEC(struct wf_leaving) leaving;    /* entries that are not wished any more */
};

void wf_staging_done(struct wf_staging *s);

struct wf_staging_result {
	int64_t again_in_ms; /* when there is a next step, if nothing else changes; -1: never */
	bool is_settled; /* packets are sent by the wish; at most something is yet to be forgotten
			  */
};

/*
 * One step: makes of @image, the wish as it was compiled (sealed), what is to be installed now in
 * the place of @installed (sealed), and remembers in @s what has begun. @now_ms: of a clock that
 * never goes back. To be called before every install, and again, with the wish compiled anew, after
 * again_in_ms. 0; -ENOMEM: then neither @s nor @image may be used but to free them (an empty state
 * stages from now).
 *
 * What would not fit into a table beside the wish is not kept: the wish goes first.
 */
int wf_staging_step(struct wf_staging *s, const struct wf_image *installed, struct wf_image *image,
		    int64_t now_ms, struct wf_staging_result *ret);
