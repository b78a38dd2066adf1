/* SPDX-License-Identifier: Apache-2.0 */
/* Private to api/: the server, and the requests that wait for a revision. */
#pragma once

#include "api/call.h"
#include "base/vec.h"

struct wf_waiter {
	struct wf_api *api;	    /* borrowed */
	struct evhttp_request *req; /* borrowed from the server */
	struct event *timer;	    /* owned */
	uint64_t revision;
};

struct wf_api {
	struct wf_agent *agent;	 /* borrowed */
	struct event_base *base; /* borrowed */
	struct evhttp *http;	 /* owned */
	char *path;		 /* owned; of the socket */
	WF_VEC(struct wf_waiter *) waiters;
};

/* Answers those that have waited long enough. */
void wf_sync_wake(struct wf_api *api);
/* Frees them without an answer. */
void wf_sync_done(struct wf_api *api);
