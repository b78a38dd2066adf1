/* SPDX-License-Identifier: Apache-2.0 */
/* An answer that goes on: JSON, an object a line. */
#pragma once

#include "client/client.h"

#define WF_CLIENT_LINE_MAX (1u << 20) /* bytes */

struct wf_stream_want {
	/* Each line, borrowed for the time of the call. Not 0 ends it. */
	int (*line)(void *arg, const json_t *item);
	void *arg;
	int stop_fd; /* ends it when readable; -1: none */
	int out_fd;  /* ends it when nobody reads there any more; -1: none */
};

/*
 * GET @path until it ends by itself, by what is wanted, or badly. 0, or as wf_client_call();
 * -EPIPE: weftd has ended.
 */
int wf_client_stream(struct wf_client *c, const char *path, const struct wf_stream_want *want,
		     struct wf_err *err);
