/* SPDX-License-Identifier: Apache-2.0 */
/* A change that somebody asks for: tried again while others get in its way. */
#pragma once

#include "agent/edit.h"

struct wf_request {
	struct wf_agent *agent;
	/* Once, on a fresh edit and a model that is up to date. -EAGAIN: once more. */
	int (*attempt)(struct wf_request *r, struct wf_edit *e, struct wf_err *err);
	struct wf_outcome *outcome; /* emptied before each attempt */
	void *arg;
};

/* On success the model has the change. -ESTALE: no store. */
int wf_request_run(struct wf_request *r, struct wf_err *err);
