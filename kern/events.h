/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs tell, through their ring buffer: the ops monitor() and events() of kern.h. */
#pragma once

#include "kern/bpf.h"
#include "kern/kern.h"

struct wf_events;

/* Whatever another daemon has left on is off. @bpf: borrowed, as long as this lives. */
int wf_events_open(const struct wf_bpf *bpf, struct wf_events **ret, struct wf_err *err);
/* The programs tell nothing any more. */
void wf_events_free(struct wf_events *e);
WF_DEFINE_CLEANUP(events, struct wf_events *, wf_events_free)

int wf_events_monitor(struct wf_events *e, const struct wf_monitor *wanted, struct wf_err *err);
int wf_events_fd(const struct wf_events *e);
void wf_events_take(struct wf_events *e, wf_event_fn fn, void *arg);
