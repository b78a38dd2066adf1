/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to agent/: the one struct in the middle, and what its files offer each other.
 *
 * Invariants:
 *  - `installed`, when not NULL, is what the kernel's tables hold, and `slots` is its COUNTER
 * table.
 *  - `model` and `revision` are what the store said last; both stay when the store is lost.
 *  - `store` is NULL exactly when it is lost, and then store_err says why.
 */
#pragma once

#include "agent/agent.h"
#include "agent/slots.h"
#include "base/vec.h"
#include "compile/here.h"
#include "compile/staging.h"
#include "store/store.h"

#define WF_RETRY_MIN_MS	   100
#define WF_RETRY_MAX_MS	   5000
#define WF_CHANGE_ATTEMPTS 32 /* of a change that others get in the way of */
#define WF_IGNORED_MAX	   100

struct wf_ignored { /* something in the store that is no object */
	char *key;  /* owned */
	char *why;  /* owned */
};

struct wf_gone { /* an endpoint of this node without its interface */
	char tenant[WF_NAME_MAX + 1];
	char name[WF_NAME_MAX + 1];
	int64_t since_ms;
	bool is_seen; /* in this pass */
};

/* Of an object: what ends by itself (agent/due.c). */
enum wf_phase {
	WF_PHASE_NONE,
	WF_PHASE_ANNOUNCED, /* an endpoint's new identity, its node still sends the old one */
	WF_PHASE_USED,	    /* ... its node sends the new one, the old one may still arrive */
	WF_PHASE_UNUSED,    /* an identity that no endpoint has */
	WF_PHASE_LEFT,	    /* ... and that says so */
	WF_PHASE_TAKEN,	    /* ... but one has it all the same */
	WF_PHASE_RETIRING,  /* a key */
	WF_PHASE_COUNT,
};

struct wf_due {			  /* an object that goes on by itself */
	struct wf_object *object; /* owned */
	enum wf_phase phase;
	int64_t since_ms;
};

struct wf_numbering {	   /* of SIDs of endpoints (agent/sids.c) */
	uint64_t revision; /* of the model when all had theirs */
	bool is_failing;   /* the last write did: that is logged once */
};

struct wf_spread;	 /* agent/membership.c */
struct wf_hosted;	 /* agent/host.c */
struct wf_reaching;	 /* agent/reach.c */
struct wf_gateway_watch; /* agent/gateway.c */
struct wf_news_watch;	 /* agent/news.c */

struct wf_hooked {
	int ifindex; /* first: the key of searches */
	enum wf_hook hook;
};

/* Of the node this daemon serves. */
struct wf_owner {
	int64_t lease;	   /* 0: none of ours */
	int64_t heard_ms;  /* when the store last said whose the node is */
	struct wf_err err; /* code 0, or -EEXIST: another daemon serves it */
};

struct wf_agent {
	struct wf_agent_options options; /* its strings are owned */
	struct event_base *base;	 /* borrowed */
	struct wf_kern *kern;		 /* borrowed */

	struct wf_store *store; /* owned */
	struct wf_watch *watch; /* owned */
	struct wf_err store_err;
	struct wf_err watch_err; /* the watch has ended */
	uint32_t reopen_ms;	 /* the next wait */
	struct wf_owner owner;
	struct wf_err write_err;   /* the store is open, but takes no changes */
	int64_t write_err_till_ms; /* so long a keep-alive does not speak for larger changes */

	struct wf_model *model; /* owned */
	uint64_t revision;
	WF_VEC(struct wf_ignored) ignored;
	size_t n_ignored_more; /* beyond WF_IGNORED_MAX */

	struct wf_links links; /* as last observed */
	WF_VEC(struct wf_here_port) ports;
	WF_VEC(struct wf_here_link) others;
	struct wf_here here; /* points into them */

	struct wf_config config;    /* as started with */
	struct wf_image *installed; /* owned */
	struct wf_slots slots;
	struct wf_staging staging;	 /* from `installed` to the wish */
	WF_VEC(struct wf_hooked) hooked; /* as far as known; by ifindex */
	bool is_hooked_anew;		 /* all hooks have the programs of this start */
	bool needs_commit;
	uint64_t installed_revision; /* nothing of it is staged for sending any more */
	size_t n_uncounted;	     /* counters without a slot */
	size_t n_left_out;	     /* objects that contradict others */
	struct wf_err pass_err;
	uint64_t n_passes;
	uint64_t n_failed_passes;
	double pass_seconds;
	uint32_t retry_ms;  /* the next wait */
	int64_t pass_at_ms; /* the next one by the clock; 0: none */
	WF_VEC(struct wf_gone) gone;
	struct wf_numbering sids;
	WF_VEC(struct wf_hosted) hosts;	   /* tenants with host access */
	struct wf_health_watch *health;	   /* owned (agent/health.h); NULL before the first pass */
	struct wf_reaching *reaching;	   /* owned; NULL before the first pass */
	struct wf_gateway_watch *gateways; /* owned; NULL before the first pass */
	WF_VEC(struct wf_due) dues;	   /* in the model's order */
	uint64_t dues_revision;		   /* of the model they were seen in */
	WF_VEC(struct wf_spread) spreads;  /* of each service, in the model's order */
	uint64_t spreads_revision;
	int64_t still_ms; /* of tests: the time it is; 0: as the clock says */
	int64_t later_ms; /* of tests: so much later it is */

	void (*on_pass)(void *arg);
	void *on_pass_arg;

	WF_VEC(struct wf_listener *) listeners; /* owned by who listens (agent/monitor.c) */
	struct wf_news_watch *news;		/* owned; NULL: nobody listens for them */

	struct event *told_event; /* NULL: nobody ever listened; owned, all of them */
	struct event *store_event;
	struct event *kern_event;
	struct event *pass_event;
	struct event *retry_event;
	int64_t retry_at_ms; /* while it is pending */
	struct event *repair_event;
	struct event *reopen_event;
	struct event *owner_event;
};

/* What others wrote may be in it: it is made printable. */
void wf_agent_log(struct wf_agent *a, enum wf_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int64_t wf_agent_now_ns(void); /* since this machine started */
int64_t wf_agent_now_ms(void);
/* What phases are timed by. */
int64_t wf_agent_later_ms(const struct wf_agent *a);
/* NULL is fine: there are none before the start is through. */
void wf_agent_arm(struct event *e, uint64_t ms);
/* A pass in the next turn of the loop, or in @ms, if there is none before. Each pass begins with
 * none being wanted. */
void wf_agent_want_pass(struct wf_agent *a);
void wf_agent_want_pass_in(struct wf_agent *a, uint32_t ms); /* or earlier, if that is wanted */

/* watch.c */
/* Opens the store and loads the model. On failure nothing is changed. */
int wf_watch_open(struct wf_agent *a, struct wf_err *err);
/* Takes in all that the store has to tell. -ESTALE: it is lost. */
int wf_watch_catch_up(struct wf_agent *a, struct wf_err *err);
/* 0, or -ESTALE and why there is no store. */
int wf_watch_check(const struct wf_agent *a, struct wf_err *err);
void wf_watch_close(struct wf_agent *a);
/* What became of a write: @why is in the status until one succeeds. */
void wf_watch_note_write(struct wf_agent *a, int r, const struct wf_err *why, bool is_change);

/* owner.c: this daemon, and no other, serves the node. */
struct wf_owner_key {
	char key[WF_OBJECT_KEY_MAX];
	uint64_t mod_revision;
};

/* At the start, and when the store is back. -EEXIST: another one does, @err says which. A store
   that takes no changes is no failure. */
int wf_owner_claim(struct wf_agent *a, struct wf_err *err);
/* Asks the store; takes the node if it is free. The key must be as in @ret when something is
   written. -EEXIST as above. */
int wf_owner_confirm(struct wf_agent *a, struct wf_owner_key *ret, struct wf_err *err);
/* As known by now (the store is asked when that is older than the lease): 0 or -EEXIST. */
int wf_owner_check(struct wf_agent *a, struct wf_err *err);
/* Says that it is alive: to be called every now and then, which wf_owner_watch() sees to. */
int wf_owner_keep(struct wf_agent *a, struct wf_err *err);
int wf_owner_watch(struct wf_agent *a);
/* Does any daemon hold that node's key? Fails as the store does. */
int wf_owner_ask(struct wf_agent *a, const char *node, bool *ret_is_held);
const char *wf_owner_key_of(const char *node, char buf[WF_OBJECT_KEY_MAX]);
/* Another one may start at once. */
void wf_owner_release(struct wf_agent *a);

/* node.c: this node's own object is there and says how large the underlay's packets are. */
int wf_node_ensure(struct wf_agent *a, struct wf_err *err);
const struct wf_object *wf_node_self(const struct wf_agent *a);

/* observe.c */
int wf_observe(struct wf_agent *a, struct wf_err *err);
int wf_observe_underlay(const struct wf_agent *a, struct wf_err *err);
const struct wf_here_port *wf_observe_port(const struct wf_agent *a, const char *tenant,
					   const char *name);
const struct wf_link *wf_observe_link(const struct wf_agent *a, int ifindex);

/* adopt.c: fills `installed` and `slots` from the kernel's tables. */
int wf_adopt(struct wf_agent *a, struct wf_err *err);

/* install.c: makes the kernel hold @wanted (taken). */
int wf_install(struct wf_agent *a, struct wf_image *wanted, bool is_repair, struct wf_err *err);

/* repair.c: each repair is logged. */
int wf_repair_ports(struct wf_agent *a, struct wf_err *err);
int wf_repair_node(struct wf_agent *a, struct wf_err *err);

/* pass.c */
int wf_pass(struct wf_agent *a, struct wf_err *err);
int wf_pass_repair(struct wf_agent *a, struct wf_err *err);

/* sane.c: compiles, if need be without objects that contradict each other. */
int wf_sane_compile(struct wf_agent *a, struct wf_image **ret, struct wf_err *err);

/* gone.c: detaches endpoints whose interface is gone. */
void wf_gone_check(struct wf_agent *a);
