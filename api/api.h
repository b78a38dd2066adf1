/* SPDX-License-Identifier: Apache-2.0 */
/* Ask and show: the agent as HTTP and JSON on a Unix socket (docs/api.md). */
#pragma once

#include <event2/event.h>

#include "agent/agent.h"

#define WF_API_BODY_MAX	  (64u << 20)
#define WF_API_HEADER_MAX (16u << 10)

struct wf_api;

/*
 * Serves on @path, mode 0660. A socket that nobody answers on is replaced; -EADDRINUSE: somebody
 * does. @base and @agent must outlive it; it is the agent's listener. The process must ignore
 * SIGPIPE.
 */
int wf_api_new(struct wf_agent *agent, struct event_base *base, const char *path,
	       struct wf_api **ret, struct wf_err *err);
/* Closes all connections and removes the socket. */
void wf_api_free(struct wf_api *api);
WF_DEFINE_CLEANUP(api, struct wf_api *, wf_api_free)
