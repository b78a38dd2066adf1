/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the probes: one target, and how it is asked. For agent/probe*.c only. */
#pragma once

#include <sys/queue.h>

#include "agent/http_status.h"
#include "agent/probe.h"

enum wf_probing_state {
	WF_PROBING_IDLE,
	WF_PROBING_WAITING, /* for its turn, in the prober's queue */
	WF_PROBING_RUNNING,
	WF_PROBING_ENDING, /* it is told, but its command was killed and is not gone */
};

struct wf_probing {
	struct wf_prober *prober;
	struct wf_kern *kern;	       /* borrowed */
	struct wf_probe_target target; /* its probe and path are owned */
	wf_probe_fn fn;		       /* NULL: an orphan, here until its command is gone */
	void *arg;
	const struct wf_probe_method *method;
	struct event *turn;    /* owned; the next start */
	struct event *timeout; /* owned; of a run */
	uint32_t late_ms;      /* the next turn but one comes so much later */
	enum wf_probing_state state;
	bool is_due;		       /* while ENDING: the next turn has come */
	TAILQ_ENTRY(wf_probing) queue; /* while WAITING */
	LIST_ENTRY(wf_probing) all;

	/* Of a run. */
	struct event *io;      /* owned */
	int fd;		       /* owned; -1: none */
	struct wf_child child; /* pid 0: none */
	char head[WF_HTTP_HEAD_BYTES];
	size_t n_head;
	bool is_asked; /* HTTP */
};

struct wf_probe_method {
	/* 0, or it has failed already. */
	int (*start)(struct wf_probing *p, struct wf_err *err);
	void (*on_io)(struct wf_probing *p);
};

extern const struct wf_probe_method wf_probe_tcp, wf_probe_http, wf_probe_command;

/* Begins the connection of the target; on_io() is called when it is made, or has failed. */
int wf_probing_connect(struct wf_probing *p, struct wf_err *err);
/* 0 or a negative errno. */
int wf_probing_connected(const struct wf_probing *p);
/* @what: EV_READ or EV_WRITE; replaces what was waited for. 0 or -ENOMEM. */
int wf_probing_await(struct wf_probing *p, int fd, short what);
/* The exit status of the command, as wf_child_reap(), or -EAGAIN. */
int wf_probing_reap(struct wf_probing *p);
/* The run is over. @why: NULL: good. */
void wf_probing_end(struct wf_probing *p, const char *why, ...)
	__attribute__((format(printf, 2, 3)));
