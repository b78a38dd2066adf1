/* SPDX-License-Identifier: Apache-2.0 */
/* What a program told, with the names of the wish for its numbers and addresses. */
#pragma once

#include "agent/path.h"
#include "dp/event.h"

struct wf_sight_end {
	struct wf_addr addr;
	const struct wf_object *endpoint; /* NULL: nobody's address */
	uint32_t identity;		  /* 0: unknown */
};

/* Borrows from the event, the model and the image. */
struct wf_sight {
	const struct wf_event *event;
	int64_t time_ms; /* since 1970 */
	bool has_flow;	 /* else the packet was not understood, and there are no ends */
	const struct wf_object *tenant; /* where the packet belongs; NULL: unknown */
	struct wf_sight_end from;
	struct wf_sight_end to;
	const struct wf_object *policy; /* whose verdict it is; NULL: the default's */
	const struct wf_object *way;	/* whose path it takes; NULL: direct */
	const struct wf_object *node;	/* where the path ends */
	bool has_path;			/* of a flow that leaves from here */
	struct wf_path_info path;
	const char *ifname; /* where the packet came in; NULL: it is gone */
};

void wf_sight_make(const struct wf_agent *a, const struct wf_event *event, struct wf_sight *ret);
