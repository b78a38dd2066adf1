/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a node asks an instance of a function or a backend of a service whether it works. The zeroed
 * struct asks nothing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/limits.h"

enum wf_probe_type {
	WF_PROBE_NONE,
	WF_PROBE_TCP,	  /* a connection to port */
	WF_PROBE_HTTP,	  /* GET path of port is answered with status 200..399 */
	WF_PROBE_COMMAND, /* argv ends with status 0; run in the container's network namespace */
	WF_PROBE_TYPE_COUNT,
};

struct wf_probe {
	enum wf_probe_type type;
	uint16_t port;			  /* TCP and HTTP; 1.. */
	char path[WF_PROBE_PATH_MAX + 1]; /* HTTP; begins with '/' */
	char **argv;			  /* owned, NULL-ended; COMMAND: an absolute path first */
	uint32_t interval_ms;		  /* WF_PROBE_INTERVAL_*_MS */
	uint32_t timeout_ms;		  /* WF_PROBE_TIMEOUT_*_MS, at most the interval */
	uint8_t rise, fall; /* so many answers in a row make it healthy, or not: 1.. */
};

/* 0 or -ENOMEM; @ret is then as it was. */
int wf_probe_copy(const struct wf_probe *from, struct wf_probe *ret);
bool wf_probe_equal(const struct wf_probe *a, const struct wf_probe *b);
void wf_probe_done(struct wf_probe *p);
