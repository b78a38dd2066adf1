/* SPDX-License-Identifier: Apache-2.0 */
/* Private to api/: the server, the requests that wait for a revision, and those that listen. */
#pragma once

#include "api/call.h"
#include "base/vec.h"

struct wf_waiter {
	struct wf_api *api;	    /* borrowed */
	struct evhttp_request *req; /* borrowed from the server */
	struct event *timer;	    /* owned */
	uint64_t revision;
};

#define WF_API_IDLE_SECONDS 60 /* of a connection; longer than any request waits */

struct wf_stream; /* monitor.c */

struct wf_api {
	struct wf_agent *agent;	 /* borrowed */
	struct event_base *base; /* borrowed */
	struct evhttp *http;	 /* owned */
	char *path;		 /* owned; of the socket */
	WF_VEC(struct wf_waiter *) waiters;
	WF_VEC(struct wf_stream *) streams;
};

/* Answers those that have waited long enough. */
void wf_sync_wake(struct wf_api *api);
/* Frees them without an answer. */
void wf_sync_done(struct wf_api *api);
/* Ends those that listen; their connections break off. */
void wf_streams_done(struct wf_api *api);
