/* SPDX-License-Identifier: Apache-2.0 */
/* Inside agent/reach*.c: the nodes that are pinged. */
#pragma once

#include "agent/reach.h"
#include "agent/state.h"

struct wf_peers {
	struct wf_peer *items; /* owned; by node */
	size_t n;
	size_t cap;
};

struct wf_reaching {
	struct wf_peers peers;
	WF_VEC(uint16_t) unreachable; /* those that are not reached; a->here points to it */
	struct event *turn_event;     /* owned; the next few are pinged */
	unsigned int turn;
	int64_t looked_ms; /* for keys */
	bool is_failing;   /* the last write did: that is logged once */
};

/* NULL: not pinged. */
struct wf_peer *wf_reaching_find(const struct wf_agent *a, uint16_t node);

/* Answers are taken, the next few are pinged, and what follows is told. */
void wf_reach_turn(struct wf_agent *a);

/* reach_choose.c: who is to be pinged, by what is installed; all that is known of them is kept. 0
 * or -ENOMEM, nothing changed. */
int wf_reaching_choose(struct wf_agent *a);
