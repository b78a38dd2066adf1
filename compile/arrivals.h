/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LISTED entries: the segment lists by which packets may come here, of policies that require a path
 * or marks of transit, and of those through functions: by which lane a packet came is read from its
 * list. And the keys: all live ones, and what marks are made with.
 *
 * Listed are all alternatives, from every node with a sender, mirrored ones too, in both encodings:
 * a headend that knows no C-SIDs may send the same way. So are the lists that end at backends of
 * services, of which one is here. Of alternatives through functions also the
 * lanes that may be there in the next moment, because an instance's health is told to all at once;
 * and what a static function sends on, which does not know where the packet began.
 */
#pragma once

#include "compile/realm.h"
#include "compile/targets.h"

struct wf_arrival;

struct wf_arrivals {
	const struct wf_view *view;
	struct wf_image *img;
	const struct wf_targets *targets; /* backends at the ends of ways */
	WF_VEC(struct wf_arrival) rows;
	WF_VEC(uint16_t) markers; /* ids of nodes whose marks are checked here */
};

/* All are borrowed. @targets: of each tenant before its realm is heard. */
struct wf_arrivals wf_arrivals_of(const struct wf_view *v, struct wf_image *img,
				  const struct wf_targets *targets);
/* 0 or -ENOMEM. */
int wf_arrivals_hear(struct wf_arrivals *l, const struct wf_realm *realm);
/* When all realms have been heard: LISTED, KEY and TRANSIT. 0, -ENOMEM, -E2BIG. */
int wf_arrivals_add(struct wf_arrivals *l);
void wf_arrivals_done(struct wf_arrivals *l);
