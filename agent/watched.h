/* SPDX-License-Identifier: Apache-2.0 */
/* An endpoint of this node that is looked at: its probes, their verdicts, and what follows. */
#pragma once

#include "agent/probe.h"
#include "agent/state.h"
#include "agent/pulse.h"

typedef void (*wf_watched_fn)(void *arg);

struct wf_watched_probe {
	struct wf_watched *watched; /* whose it is */
	struct wf_probing *probing; /* owned */
	struct wf_pulse pulse;
	char why[WF_ERR_MSG_MAX]; /* of the last bad result */
};

struct wf_watched {
	struct wf_object *object; /* owned; the Endpoint */
	bool is_selected;	  /* else nothing is to be said but that it is not down */
	WF_VEC(struct wf_watched_probe *) probes; /* owned; no two ask the same */
	wf_watched_fn changed;			  /* a probe's verdict has */
	void *arg;
	enum wf_health health; /* when last judged */
	char why[WF_PROBE_STR_MAX + WF_ERR_MSG_MAX];
};

/* NULL without memory. */
struct wf_watched *wf_watched_new(struct wf_object *endpoint, wf_watched_fn changed, void *arg);
void wf_watched_free(struct wf_watched *w);

/*
 * @w is asked by a probe of that target, unless it is already. The one of @before (NULL: nobody)
 * that asks the same goes on as @w's, with its verdict. 0 or -ENOMEM.
 */
int wf_watched_ask(struct wf_watched *w, struct wf_prober *prober,
		   const struct wf_probe_target *target, struct wf_watched *before);

/* @link: its host side; NULL: gone. */
void wf_watched_judge(struct wf_watched *w, const struct wf_link *link);

/* Of all of a node. */
struct wf_health_watch {
	struct wf_prober *prober;	     /* owned */
	WF_VEC(struct wf_watched *) watched; /* owned; in the model's order */
	uint64_t revision;		     /* of the model it was made of; 0: make it anew */
	struct event *judge_event;	     /* owned; a verdict has changed */
	bool is_failing;		     /* the last write did: that is logged once */
};

/* The kinds that select endpoints. */
#define WF_WATCHED_BY_COUNT 2
extern const enum wf_kind wf_watched_by[WF_WATCHED_BY_COUNT];
/* What @by, of the same tenant, asks @endpoint (of type NONE: its link is enough). Borrowed; NULL:
 * it does not select it. */
const struct wf_probe *wf_watched_probe_of(const struct wf_object *by,
					   const struct wf_object *endpoint);

/* The one that watches @endpoint, an object of any model; NULL: none of this node does. */
struct wf_watched *wf_watched_find(const struct wf_agent *a, const struct wf_object *endpoint);

/* health_write.c: the objects say what was judged. Some may be written when it fails. */
int wf_health_write(struct wf_agent *a);
