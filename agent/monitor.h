/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listening to the programs, and to what this node learns of health (agent/news.h). The programs
 * tell what any listener wants, by type; the finer filters are applied here. While nobody listens
 * nothing is told, and it costs nothing.
 */
#pragma once

#include "agent/news.h"
#include "agent/sight.h"

#define WF_LISTENERS_MAX     16
#define WF_MONITOR_RATE	     10000 /* events a second that the programs tell on each CPU */
#define WF_LISTENER_RATE_MAX 100000

#define WF_LISTEN_NEWS (1u << WF_EVENT_TYPE_COUNT) /* beside what the programs tell */

/* What a listener wants; zero and "" are any. */
struct wf_monitor_filter {
	unsigned int mask; /* 1 << enum wf_event_type, WF_LISTEN_NEWS */
	enum wf_drop reason;
	char tenant[WF_NAME_MAX + 1];	/* of the packet, or of either end */
	char endpoint[WF_NAME_MAX + 1]; /* either end */
	char policy[WF_NAME_MAX + 1];	/* of the verdict or of the way; news have none */
	uint32_t rate;			/* events a second, at most WF_LISTENER_RATE_MAX */
};

struct wf_listener;

/* Whom to tell. Both may end the listener. */
struct wf_hearer {
	void (*sight)(void *arg, const struct wf_sight *sight);
	void (*news)(void *arg, const struct wf_news *news); /* NULL: it wants none */
	void *arg;
};

/*
 * -ENOENT: a tenant, endpoint or policy that is not there, @err has those that are near; -EUSERS:
 * too many listen already; others: the kernel's.
 */
int wf_agent_listen(struct wf_agent *a, const struct wf_monitor_filter *filter,
		    const struct wf_hearer *hearer, struct wf_listener **ret, struct wf_err *err);
void wf_agent_unlisten(struct wf_listener *l);

/* What it was not told since it began. */
struct wf_missed {
	uint64_t n_rate; /* it wanted them, but not so many a second */
	uint64_t n_lost; /* the programs could not tell them; nobody knows which they were */
};

struct wf_missed wf_listener_missed(const struct wf_listener *l);

/* For the agent alone: no listener is left; what it has to tell. */
void wf_monitor_done(struct wf_agent *a);
void wf_monitor_tell(struct wf_agent *a, const struct wf_news *news);
