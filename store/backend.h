/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to store/: what a backend is. store.c checks the arguments of every call and hands it to
 * the backend's table; a backend sees only valid arguments.
 *
 * mem and sqlite share one machine's clock and a history of changes that they can read back, so
 * they share the way of delivering it, too (watch.c):
 *
 *   commit --> history --> wf_history_batch (a copy, no lock held) --> each watch at its position
 *
 * A backend whose watches are streams (etcd) fills a batch from what it receives and delivers it
 * by the same functions.
 */
#pragma once

#include <stdbool.h>

#include "base/own.h"
#include "base/vec.h"
#include "store/store.h"

#define WF_STORE_TICK_MS                                                         \
	1000 /* how often an idle store looks for ended leases and lost wake-ups \
	      */

/* Now and then the history is cut down to so many of its newest events, or to so many bytes. */
#define WF_HISTORY_KEEP	      10000
#define WF_HISTORY_KEEP_BYTES (64u << 20)

/* One batch of events for one dispatch. */
#define WF_BATCH_MAX	   1024
#define WF_BATCH_BYTES_MAX (4u << 20)

struct wf_store_ops {
	const char *scheme; /* what the URL begins with, colon included */
	/* @rest: the URL behind the scheme. Fills what the backend adds; store.c fills the base. */
	int (*open)(const char *url, const char *rest, struct wf_store **ret, struct wf_err *err);
	void (*close)(struct wf_store *s);
	int (*get)(struct wf_store *s, const char *key, struct wf_store_kv *ret,
		   struct wf_err *err);
	int (*list)(struct wf_store *s, const char *prefix, struct wf_store_list *ret,
		    struct wf_err *err);
	int (*commit)(struct wf_store *s, const struct wf_store_txn *txn, uint64_t *ret_revision,
		      struct wf_err *err);
	int (*lease_grant)(struct wf_store *s, uint32_t ttl_ms, int64_t *ret_lease,
			   struct wf_err *err);
	int (*lease_keepalive)(struct wf_store *s, int64_t lease, struct wf_err *err);
	int (*lease_revoke)(struct wf_store *s, int64_t lease, struct wf_err *err);
	int (*compact)(struct wf_store *s, uint64_t revision, struct wf_err *err);
	int (*fd)(const struct wf_store *s);
	int (*dispatch)(struct wf_store *s, struct wf_err *err);
};

/* Every backend's struct begins with this one. */
struct wf_store {
	const struct wf_store_ops *ops;
	char *url;		  /* owned; names the store in messages */
	int timer_fd;		  /* owned; ticks, and fires at once after wf_store_wake() */
	struct wf_watch *watches; /* owned list, oldest first */
	bool is_dispatching;
};

extern const struct wf_store_ops wf_mem_ops;
extern const struct wf_store_ops wf_sqlite_ops;

/* Base of a new store. On failure there is nothing to undo. */
int wf_store_init(struct wf_store *s, const struct wf_store_ops *ops, const char *url,
		  struct wf_err *err);
/* Frees what wf_store_init() made, and all watches. */
void wf_store_done(struct wf_store *s);

void wf_store_wake(struct wf_store *s);	     /* the descriptor becomes ready */
void wf_store_wake_done(struct wf_store *s); /* ... and no longer is */

/* Milliseconds since this machine started: no clock setting moves it and sleep counts. */
int64_t wf_store_now_ms(void);

/* The errors that every backend says alike; each returns its code. */
int wf_store_err_cmp(const struct wf_store *s, const struct wf_store_cmp *cmp, uint64_t is,
		     struct wf_err *err);					     /* -EAGAIN */
int wf_store_err_key(const struct wf_store *s, const char *key, struct wf_err *err); /* -ENOENT */
int wf_store_err_lease(const struct wf_store *s, int64_t lease, struct wf_err *err); /* -ENOENT */
int wf_store_err_future(const struct wf_store *s, uint64_t revision, uint64_t is,
			struct wf_err *err); /* -EINVAL */

/* Fills @ret with copies. 0 or -ENOMEM. */
int wf_store_kv_init(struct wf_store_kv *ret, const void *key, size_t key_len, const void *value,
		     size_t value_len);

/* A place in the history: the events of a revision are numbered from 0. */
struct wf_history_pos {
	uint64_t revision;
	uint64_t seq;
};

int wf_history_pos_cmp(struct wf_history_pos a, struct wf_history_pos b);

/* Is it time to cut? Every 64 revisions, and after each large transaction. */
static inline bool wf_history_is_due(uint64_t revision, size_t n_changes, size_t n_bytes)
{
	return revision % 64 == 0 || n_changes >= 512 || n_bytes >= 1u << 20;
}

struct wf_change {
	struct wf_history_pos at;
	char *key;   /* owned */
	char *value; /* owned; NULL: deleted */
	size_t value_len;
};

/* @value NULL: deleted. 0 or -ENOMEM. */
int wf_change_init(struct wf_change *ret, struct wf_history_pos at, const void *key, size_t key_len,
		   const void *value, size_t value_len);
void wf_change_done(struct wf_change *c);

struct wf_history_batch {
	WF_VEC(struct wf_change) changes;
	size_t n_bytes;
	uint64_t compacted;	   /* what is below this revision is forgotten */
	struct wf_history_pos end; /* the first place not read */
	bool has_more;
};

/* Takes what @c owns, also on failure. */
int wf_history_batch_add(struct wf_history_batch *b, struct wf_change *c);
bool wf_history_batch_is_full(const struct wf_history_batch *b);
void wf_history_batch_done(struct wf_history_batch *b);

/* Where the watch that is furthest behind stands; false: there is none. */
bool wf_watches_behind(const struct wf_store *s, struct wf_history_pos *ret);

/* Ends the watches that stand below b->compacted, then gives the others the batch. */
void wf_watches_deliver(struct wf_store *s, struct wf_history_batch *b);

/* Ends all watches with @err. */
void wf_watches_end(struct wf_store *s, const struct wf_err *err);
