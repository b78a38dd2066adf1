/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probes on the loop: each asks its target once every interval, from within the container's own
 * network namespace, and tells what came of it. Nothing here waits: a probe that has no answer at
 * its timeout has failed, a command that has not ended then is killed with its group.
 *
 * At most WF_PROBES_AT_ONCE run at a time, others wait for their turn. Start times are spread over
 * the interval by the target's seed, so that a node's probes do not all run at once.
 */
#pragma once

#include <event2/event.h>

#include "base/err.h"
#include "kern/kern.h"
#include "model/probe.h"

#define WF_PROBES_AT_ONCE     256
#define WF_PROBE_FIRST_MAX_MS 5000 /* so long until the first result is asked for, at most */

struct wf_prober;
struct wf_probing;

/* NULL without memory. @base and @kern must outlive it. */
struct wf_prober *wf_prober_new(struct event_base *base, struct wf_kern *kern);
/* All probings of it must have been freed. */
void wf_prober_free(struct wf_prober *p);

/* Borrowed for the time of the call that takes it. */
struct wf_probe_target {
	struct wf_probe probe;
	struct wf_netns_place place;
	struct wf_addr addr;
	bool has_addr; /* a target without one fails TCP and HTTP */
	uint32_t seed;
};

bool wf_probe_target_equal(const struct wf_probe_target *a, const struct wf_probe_target *b);

/* One result; @why: of a bad one, "Connection refused". May not free the probing. */
typedef void (*wf_probe_fn)(void *arg, bool is_good, const char *why);

/* NULL without memory. */
struct wf_probing *wf_probing_new(struct wf_prober *p, const struct wf_probe_target *target,
				  wf_probe_fn fn, void *arg);
/* Nothing is told any more; a command that runs is killed. */
void wf_probing_free(struct wf_probing *p);
const struct wf_probe_target *wf_probing_target(const struct wf_probing *p);

/* "tcp/80", "http/80/health", "command /usr/bin/check". @buf: WF_PROBE_STR_MAX bytes; returns @buf.
 */
#define WF_PROBE_STR_MAX (WF_PROBE_PATH_MAX + 32)
const char *wf_probe_str(const struct wf_probe *probe, char *buf);
