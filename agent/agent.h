/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bring there to wish, for ever: one node's agent.
 *
 *   store --watch--> model --compile--> image --diff--> kernel      (a pass)
 *   API ----> change (read, check, compare-and-set) ----> store
 *
 * The agent is level-triggered: a pass looks at what is there and at what there should be, whatever
 * made them differ. One thread, one loop; nothing here blocks for longer than the store and the
 * kernel take.
 *
 * Errors of the calls that change something: -ENOENT no such thing; -EEXIST conflicts with what is
 * there; -EADDRNOTAVAIL no free address or id; -EINVAL wrong input (outcome.problems say more);
 * -E2BIG too much at once; -ESTALE the store is lost; others: the store or the kernel failed.
 */
#pragma once

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "compile/image.h"
#include "kern/kern.h"
#include "model/model.h"

struct wf_agent;
struct wf_here;

struct wf_agent_options {
	const char *node;	     /* its name */
	uint16_t node_id;	     /* 0: the one it has, or any free one */
	const char *store;	     /* URL */
	const char *place;	     /* of this daemon: the same after a restart, and no other's.
					For people up to the first ';' */
	const char *run_dir;	     /* for files that it writes for others; NULL: it writes none */
	const char *const *underlay; /* interfaces that are part of the domain */
	size_t n_underlay;
	uint32_t block; /* of all SIDs, host order */

	uint32_t gone_after_ms; /* an endpoint without its interface is detached after */
	uint32_t repair_ms;	/* between passes that compare all of the kernel */

	void (*log)(void *arg, enum wf_log_level level, const char *msg); /* may be NULL */
	void *log_arg;
};

#define WF_GONE_AFTER_MS 5000
#define WF_REPAIR_MS	 30000

/*
 * Opens the store, finds or makes this node's object, adopts what the kernel holds and makes the
 * first pass. @base and @kern must outlive the agent. -EEXIST: another daemon serves the node. A
 * failed pass is no error: see the status.
 */
int wf_agent_new(const struct wf_agent_options *options, struct event_base *base,
		 struct wf_kern *kern, struct wf_agent **ret, struct wf_err *err);
/* Leaves the data path as it is; another daemon may serve the node at once. */
void wf_agent_free(struct wf_agent *a);
WF_DEFINE_CLEANUP(agent, struct wf_agent *, wf_agent_free)

/* Called after each pass; one listener. */
void wf_agent_on_pass(struct wf_agent *a, void (*fn)(void *arg), void *arg);

/* The wish, as last seen. Borrowed until the loop runs again or something is changed. */
const struct wf_model *wf_agent_model(const struct wf_agent *a);
/* What it is compiled for. Borrowed as the model. */
const struct wf_here *wf_agent_here(const struct wf_agent *a);
/* What the kernel holds; NULL: not known at the moment. Borrowed as the model. */
const struct wf_image *wf_agent_image(const struct wf_agent *a);

/* How it goes. Borrowed as the model. */
struct wf_agent_status {
	const char *node;
	uint16_t node_id;
	uint32_t block;
	const char *store;
	uint64_t revision;	     /* of the model */
	uint64_t installed_revision; /* of what the kernel holds, and sends by */
	uint64_t n_passes;
	uint64_t n_failed_passes;
	double pass_seconds;		  /* of the last pass */
	const struct wf_err *store_error; /* code 0: none */
	const struct wf_err *pass_error;
	const struct wf_links *links;
	uint32_t underlay_mtu;
};

void wf_agent_status(const struct wf_agent *a, struct wf_agent_status *ret);
/* Calls @fn, with printable ASCII, for everything that is wrong: the store, the last pass, what was
 * ignored. */
void wf_agent_each_problem(const struct wf_agent *a, void (*fn)(void *arg, const char *text),
			   void *arg);
bool wf_agent_is_underlay(const struct wf_agent *a, const char *ifname);
/* The host side of a local endpoint, borrowed; NULL: not here. */
const struct wf_link *wf_agent_link(const struct wf_agent *a, const char *tenant, const char *name);

enum wf_change {
	WF_CHANGE_UNCHANGED,
	WF_CHANGE_CREATED,
	WF_CHANGE_CHANGED,
	WF_CHANGE_DELETED,
	WF_CHANGE_COUNT,
};

/* What became of a request. The zeroed struct is empty; free with wf_outcome_done(). */
struct wf_outcome {
	enum wf_change *changes; /* owned; one for each object of the request */
	size_t n;
	uint64_t revision;	     /* wait for this one to see it installed */
	struct wf_problems problems; /* with -EINVAL */
	struct wf_object *endpoint;  /* owned; of an attach */
};

void wf_outcome_done(struct wf_outcome *o);

/* All of @objects, or nothing. What Weft has given an object (id, node, MAC, identity) stays. */
int wf_agent_apply(struct wf_agent *a, struct wf_object *const *objects, size_t n, bool is_dry_run,
		   struct wf_outcome *ret, struct wf_err *err);
/* Only kind, tenant and name are looked at. -ENOENT: the first that is missing is named. */
int wf_agent_delete(struct wf_agent *a, struct wf_object *const *objects, size_t n,
		    struct wf_outcome *ret, struct wf_err *err);

struct wf_attach {
	const char *tenant;
	const char *name;	     /* NULL: the namespace's */
	const char *netns;	     /* name under /run/netns, or a path */
	const char *ifname;	     /* NULL: eth0 */
	const struct wf_addr *addrs; /* none: one of each family of the tenant */
	size_t n_addrs;
	const struct wf_labels *labels; /* NULL: none, or the declared ones */
	bool is_sr_aware;		/* or as declared */
};

/* Returns when the kernel has it. */
int wf_agent_attach(struct wf_agent *a, const struct wf_attach *request, struct wf_outcome *ret,
		    struct wf_err *err);
int wf_agent_detach(struct wf_agent *a, const char *tenant, const char *name,
		    struct wf_outcome *ret, struct wf_err *err);
/* Other labels for an endpoint, attached (here or elsewhere: agent/relabel.h) or not. -EEXIST: its
 * last change is not over, and how long that takes. */
int wf_agent_label(struct wf_agent *a, const char *tenant, const char *name,
		   const struct wf_labels *labels, struct wf_outcome *ret, struct wf_err *err);
/* Whose interface is that? The buffers hold WF_NAME_MAX + 1. -ENOENT: nobody's. */
int wf_agent_find_port(const struct wf_agent *a, const char *netns, const char *ifname,
		       char *ret_tenant, char *ret_name, struct wf_err *err);

/*
 * The key that is accepted signs from now on, and the one that signed is accepted for a while
 * longer (agent/key.h). -ENOENT: no key; -EEXIST: no next one, or the last rotation is not over.
 */
int wf_agent_key_rotate(struct wf_agent *a, struct wf_outcome *ret, struct wf_err *err);

/* The node's counters at one moment. The caller frees. */
struct wf_stats;
int wf_agent_stats(struct wf_agent *a, struct wf_stats **ret, struct wf_err *err);
void wf_stats_free(struct wf_stats *s);
WF_DEFINE_CLEANUP(stats, struct wf_stats *, wf_stats_free)
/* Zeros for what has no counter. @name: @bytes bytes, zero-filled to the key's size. */
struct wf_counter wf_stats_get(const struct wf_stats *s, enum wf_counter_kind kind,
			       const void *name, size_t bytes);
/* Of a policy (0: of what no policy speaks of), by the ids of its tenant and of itself. */
struct wf_counter wf_stats_policy(const struct wf_stats *s, enum wf_counter_kind kind,
				  uint32_t tenant, uint16_t policy);
/* Of all policies together. */
struct wf_counter wf_stats_sum(const struct wf_stats *s, enum wf_counter_kind kind);
/* By enum wf_drop. */
const uint64_t *wf_stats_drops(const struct wf_stats *s);
/* That the backend of this node with the number @sid has. */
uint32_t wf_stats_flows(const struct wf_stats *s, uint16_t sid);
