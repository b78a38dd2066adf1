/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the cluster last said: keys, bytes, revisions, transactions, watches and leases, after
 * etcd's data model. It knows nothing of Weft.
 *
 * Invariants, for every backend:
 *  - Each committed transaction that changes something gets the next revision; revisions only grow.
 *  - A watch that starts at revision R sees every change of revision >= R once, in order, or is
 *    told -ENODATA (compacted) and must list again. The changes of one transaction come in the
 *    order of its operations, those of one prefix or of a lease's end in the order of keys.
 *  - A transaction happens as a whole or not at all.
 *  - Keys are NUL-terminated text of 1..WF_STORE_KEY_MAX bytes; values are 0..WF_STORE_VALUE_MAX
 *    bytes.
 *
 * Errors, beside -ENOMEM, -EIO and -EINVAL: -ENOSPC disk full, -EROFS read-only, -EACCES no
 * permission, -EBUSY locked for too long, -EBADMSG not a store or damaged, -ESTALE deleted or
 * replaced while open, -ETIMEDOUT; at open also -ENOENT no such directory, -ENAMETOOLONG, and
 * -EOPNOTSUPP: the file system cannot hold a store. The message says which store and what to do.
 *
 * One thread, one loop: a store is used by the thread that opened it, and never calls back except
 * from wf_store_dispatch().
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define WF_STORE_KEY_MAX   512
#define WF_STORE_VALUE_MAX (1u << 20)
#define WF_STORE_TXN_MAX   32768 /* compares, and operations, of one transaction */
#define WF_STORE_TXN_BYTES_MAX \
	(16u << 20) /* keys and values of its operations; etcd must be told: it takes 1.5 MiB */

struct wf_store; /* one open store */
struct wf_watch; /* one watch of it */

struct wf_store_kv {
	char *key;	  /* owned */
	char *value;	  /* owned; followed by a NUL that does not count */
	size_t value_len; /* bytes */
	uint64_t create_revision;
	uint64_t mod_revision;
	int64_t lease; /* 0: none */
};

/* The result of wf_store_list(): sorted by key. The zeroed struct is the empty list. */
struct wf_store_list {
	struct wf_store_kv *items; /* owned */
	size_t n;
	uint64_t revision; /* of the store when it was read: watch from revision + 1 */
};

/* Holds when the key was last modified at this revision; 0: when the key does not exist. */
struct wf_store_cmp {
	const char *key;
	uint64_t mod_revision;
};

enum wf_store_op_type {
	WF_STORE_PUT,
	WF_STORE_DELETE,	/* a missing key is no error */
	WF_STORE_DELETE_PREFIX, /* all keys that begin with key */
	WF_STORE_OP_COUNT,
};

struct wf_store_op {
	enum wf_store_op_type type;
	const char *key;
	const void *value; /* PUT */
	size_t value_len;
	int64_t lease; /* PUT: the key goes when the lease ends; 0: none */
};

struct wf_store_txn {
	const struct wf_store_cmp *cmps; /* all must hold */
	size_t n_cmps;
	const struct wf_store_op *ops; /* done in order; no key twice, nor under a deleted prefix */
	size_t n_ops;
};

struct wf_store_event {
	const char *key;
	const char *value; /* NULL: the key was deleted (or its lease ended) */
	size_t value_len;
	uint64_t revision;
};

/*
 * Called by wf_store_dispatch(), in order of revision. @event is borrowed for the call; NULL ends
 * the watch with an error (@err says why, -ENODATA: compacted) and no call follows.
 */
typedef void (*wf_watch_fn)(void *arg, const struct wf_store_event *event,
			    const struct wf_err *err);

/*
 * Opens "mem:NAME" (all opens of one name in one process share it; it is gone with the last close)
 * or "sqlite:/absolute/path" (created, mode 0600, when missing and its directory exists).
 */
int wf_store_open(const char *url, struct wf_store **ret, struct wf_err *err);

/* Ends its watches without calling them. NULL is fine. */
void wf_store_close(struct wf_store *s);

/* -ENOENT: no such key. The caller frees @ret with wf_store_kv_done(). */
int wf_store_get(struct wf_store *s, const char *key, struct wf_store_kv *ret, struct wf_err *err);
void wf_store_kv_done(struct wf_store_kv *kv);

/* All keys that begin with @prefix ("" is all), as of one revision. Free with wf_store_list_done().
 */
int wf_store_list(struct wf_store *s, const char *prefix, struct wf_store_list *ret,
		  struct wf_err *err);
void wf_store_list_done(struct wf_store_list *l);

/*
 * Commits @txn. -EAGAIN: a compare did not hold, -ENOENT: a lease is gone (nothing was changed).
 * @ret_revision (may be NULL) gets the revision of the commit, or the current one when nothing
 * changed.
 */
int wf_store_commit(struct wf_store *s, const struct wf_store_txn *txn, uint64_t *ret_revision,
		    struct wf_err *err);

/*
 * Watches the keys that begin with @prefix from @from_revision (>= 1) on, own commits included. All
 * of it comes by wf_store_dispatch(), also that @from_revision is compacted. A watch function may
 * use the store and add or cancel watches, but not close or dispatch the store.
 */
int wf_store_watch(struct wf_store *s, const char *prefix, uint64_t from_revision, wf_watch_fn fn,
		   void *arg, struct wf_watch **ret, struct wf_err *err);
/* Every change of its prefix up to this revision was delivered, also when others' revisions were
 * the last ones. */
uint64_t wf_watch_revision(const struct wf_watch *w);
/* No call follows. Also for a watch that ended with an error. NULL is fine. */
void wf_watch_cancel(struct wf_watch *w);

/*
 * A lease lasts @ttl_ms (1..86400000) after its grant or last keep-alive; then its keys are
 * deleted, by whichever process of the store notices first, at most 2 s late. Keep-alive of one
 * that is gone: -ENOENT.
 */
int wf_lease_grant(struct wf_store *s, uint32_t ttl_ms, int64_t *ret_lease, struct wf_err *err);
int wf_lease_keepalive(struct wf_store *s, int64_t lease, struct wf_err *err);
int wf_lease_revoke(struct wf_store *s, int64_t lease, struct wf_err *err);

/*
 * For the loop: poll this descriptor for reading (it stays the same while the store is open) and
 * call wf_store_dispatch() when it is ready. Changes by other processes make it ready within 50 ms.
 * dispatch: 0, or the error that broke the store (then also given to each watch, which ends). What
 * may pass (locked, disk full, no memory) breaks nothing: it is tried again within a second.
 */
int wf_store_fd(struct wf_store *s);
int wf_store_dispatch(struct wf_store *s, struct wf_err *err);

/*
 * Forgets the history of revisions below @revision (at most the current one); watches that still
 * need it are told -ENODATA. Backends also do so by themselves, but keep at least the last 10,000
 * events or, when these are large, 64 MiB of them.
 */
int wf_store_compact(struct wf_store *s, uint64_t revision, struct wf_err *err);
