/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: agents on one store in memory, each with a kernel in memory, in one loop. */
#pragma once

#include "agent/state.h"
#include "kern/fake.h"

#define WF_RIG_NODES   3
#define WF_RIG_MTU     1500
#define WF_RIG_WAIT_MS 5000

struct wf_rig_node {
	char name[16];		/* "n1", ... unless the test renames it */
	struct wf_kern *kern;	/* owned; the daemon's handle */
	struct wf_kern *world;	/* owned; the test's, for the rest of the machine */
	struct wf_agent *agent; /* owned; NULL: not running */
};

struct wf_rig {
	char url[64];
	uint32_t gone_after_ms;	 /* of agents started from now on */
	struct event_base *base; /* owned */
	struct wf_store *store;	 /* owned; the test's own view, keeps the store alive */
	struct wf_rig_node nodes[WF_RIG_NODES];
};

/* No agent runs yet. Nodes have the underlay interface "eth0", namespaces "c1" to "c9". */
void wf_rig_init(struct wf_rig *rig);
void wf_rig_done(struct wf_rig *rig);

/*
 * For setup functions: *state, and what is returned, becomes @bytes of zeros that begin with a
 * struct wf_rig, of which the first @n_nodes nodes run. wf_rig_teardown() is its other end.
 */
void *wf_rig_setup(void **state, size_t bytes, int n_nodes);
int wf_rig_teardown(void **state);

/* Starts node @i (0..).  */
int wf_rig_try_start(struct wf_rig *rig, int i, uint16_t node_id, struct wf_err *err);
struct wf_agent *wf_rig_start(struct wf_rig *rig, int i);
/* Ends it as kill -9 would, or as told to. The kernel's world stays. */
void wf_rig_kill(struct wf_rig *rig, int i);
void wf_rig_end(struct wf_rig *rig, int i);

/* Runs the loop until @is_true(@arg); false: it has not come true. */
bool wf_rig_wait(struct wf_rig *rig, bool (*is_true)(void *arg), void *arg);
/* Until all running agents have installed what the store has. */
void wf_rig_settle(struct wf_rig *rig);

/* The clock stands still for all running agents. */
void wf_rig_stop_clock(struct wf_rig *rig);
/* So much time passes for all running agents, but not for the clock. */
void wf_rig_later(struct wf_rig *rig, int64_t ms);
/* Until the store's keys that begin with @prefix are @n. */
bool wf_rig_wait_count(struct wf_rig *rig, const char *prefix, size_t n);

/* Applies JSON objects: "[{...}]". What the agent says. */
int wf_rig_apply(struct wf_agent *a, const char *json, struct wf_outcome *ret, struct wf_err *err);
/* The same, and it must succeed. */
void wf_rig_must_apply(struct wf_agent *a, const char *json);
int wf_rig_attach(struct wf_agent *a, const char *tenant, const char *name, const char *netns,
		  struct wf_outcome *ret, struct wf_err *err);
/* The same, and it must succeed. */
const struct wf_object *wf_rig_must_attach(struct wf_agent *a, const char *tenant, const char *name,
					   const char *netns);
/* With labels, "app=web". */
const struct wf_object *wf_rig_must_attach_as(struct wf_agent *a, const char *tenant,
					      const char *name, const char *netns,
					      const char *labels);

/* As any other program could. @value NULL: deletes. */
void wf_rig_put(struct wf_rig *rig, const char *key, const char *value);
/* How many keys begin so? */
size_t wf_rig_count(struct wf_rig *rig, const char *prefix);
