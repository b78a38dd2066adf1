/* SPDX-License-Identifier: Apache-2.0 */
/*
 * News for listeners (agent/monitor.h): an instance or backend works or does not, a node is reached
 * or is not. While nobody listens for them nothing is compared.
 *
 * Of endpoints what this node knew at its last pass is compared with what it knows now, so nothing
 * is missed, however it came to be known; what came and went in between is no news. New is who
 * begins to work, or ends; not who is attached but does not work yet, nor who is detached.
 */
#pragma once

#include "agent/agent.h"
#include "agent/peer.h"
#include "agent/pulse.h"

struct wf_news {
	int64_t time_ms;		/* since 1970 */
	const struct wf_object *object; /* the Endpoint or the Node; borrowed */
	enum wf_health health;		/* of an Endpoint: UP or DOWN */
	const char *why;		/* ... it is down; NULL: this node does not know */
	enum wf_reach reach;		/* of a Node: YES, SILENT or NO */
};

struct wf_news_watch;

/* From now on what changes is told. 0 or -ENOMEM. */
int wf_news_begin(struct wf_agent *a);
void wf_news_end(struct wf_agent *a);
/* In a pass: tells what is new of endpoints. Without memory the next one does. */
void wf_news_check(struct wf_agent *a);
/* This node finds that @node answers, or not. */
void wf_news_reach(struct wf_agent *a, uint16_t node, enum wf_reach reach);
