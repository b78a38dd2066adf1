/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to the SQLite store: one connection and its parts.
 *
 *   keys     the current ones            history  what changed, by (revision, seq), for watches
 *   leases   with their end              meta     one row: the revision, what is forgotten
 *
 * Leases end by CLOCK_BOOTTIME, which all processes of a machine share, and with the boot that they
 * were made in: a row of another boot id is over.
 */
#pragma once

#include <sqlite3.h>
#include <sys/types.h>

#include "store/backend.h"

#define WF_SQLITE_LOCK_WAIT_MS 2000
#define WF_SQLITE_LOCK_LOOK_MS 20 /* for what can as well be done at the next tick */
#define WF_SQLITE_BOOT_ID_LEN  36

enum wf_sqlite_stmt {
	WF_SQLITE_BEGIN_READ,
	WF_SQLITE_BEGIN_WRITE,
	WF_SQLITE_COMMIT,
	WF_SQLITE_ROLLBACK,
	WF_SQLITE_META_GET,
	WF_SQLITE_META_SET,
	WF_SQLITE_KEY_GET,
	WF_SQLITE_KEY_LIST,
	WF_SQLITE_KEY_PUT,
	WF_SQLITE_KEY_DELETE,
	WF_SQLITE_RANGE_LOG,
	WF_SQLITE_RANGE_DELETE,
	WF_SQLITE_HISTORY_ADD,
	WF_SQLITE_HISTORY_READ,
	WF_SQLITE_HISTORY_SIZES,
	WF_SQLITE_HISTORY_FORGET,
	WF_SQLITE_LEASE_GRANT,
	WF_SQLITE_LEASE_ALIVE,
	WF_SQLITE_LEASE_EXTEND,
	WF_SQLITE_LEASE_OVER,
	WF_SQLITE_LEASE_LOG,
	WF_SQLITE_LEASE_DELETE_KEYS,
	WF_SQLITE_LEASE_DELETE,
	WF_SQLITE_STMT_COUNT,
};

enum {
	WF_SQLITE_FILE_DB,
	WF_SQLITE_FILE_WAL,
	WF_SQLITE_FILE_SHM,
	WF_SQLITE_FILE_COUNT,
};

struct wf_sqlite {
	struct wf_store base;
	const char *path;			   /* into base.url */
	sqlite3 *db;				   /* owned */
	sqlite3_stmt *stmts[WF_SQLITE_STMT_COUNT]; /* owned */
	struct {
		dev_t dev;
		ino_t ino;
	} files[WF_SQLITE_FILE_COUNT]; /* what we opened, to see that it is still there */
	char boot_id[WF_SQLITE_BOOT_ID_LEN + 1];
	int64_t lock_wait_ms;
	int64_t blocked_since_ms; /* while waiting for another's lock */
	int epoll_fd;		  /* owned; holds the two others */
	int inotify_fd;		  /* owned */
};

static inline struct wf_sqlite *wf_sqlite_of(struct wf_store *s)
{
	return (struct wf_sqlite *)s;
}

/* sqlite_error.c: fills @err from the last failure of the connection and returns its code. */
int wf_sqlite_err(const struct wf_sqlite *s, struct wf_err *err);
int wf_sqlite_err_damaged(const struct wf_sqlite *s, const char *what, struct wf_err *err);

/* sqlite_schema.c: makes the tables in an empty file, refuses what is no store, and prepares. */
int wf_sqlite_setup(struct wf_sqlite *s, struct wf_err *err);

/* A statement ready to bind; give it back with wf_sqlite_stmt_done() before the transaction ends.
 */
sqlite3_stmt *wf_sqlite_stmt(struct wf_sqlite *s, enum wf_sqlite_stmt which);
void wf_sqlite_stmt_done(sqlite3_stmt **stmt);
#define _cleanup_stmt_ WF_CLEANUP(wf_sqlite_stmt_done)

void wf_sqlite_bind_key(sqlite3_stmt *stmt, int at, const char *key);
/* @value may be NULL when it is empty. */
void wf_sqlite_bind_value(sqlite3_stmt *stmt, int at, const void *value, size_t len);

/* Keys that begin with @prefix are >= ?1 and < ?2, which is made in @range. */
struct wf_sqlite_range {
	unsigned char end[WF_STORE_KEY_MAX + 1];
};
void wf_sqlite_bind_prefix(sqlite3_stmt *stmt, const char *prefix, struct wf_sqlite_range *range);

/* One that gives no rows: steps, and returns 0 or the error. */
int wf_sqlite_run(struct wf_sqlite *s, sqlite3_stmt *stmt, struct wf_err *err);

/* Checks what a row says is a key and a value. */
int wf_sqlite_check_row(const struct wf_sqlite *s, sqlite3_stmt *stmt, int key_col, int value_col,
			struct wf_err *err);

/*
 * sqlite_txn.c: a transaction. Tag it for cleanup with wf_sqlite_txn_done(), which rolls back what
 * was not ended.
 */
struct wf_sqlite_txn {
	struct wf_sqlite *s; /* NULL: none is open */
	uint64_t revision;   /* at its begin; its own changes get revision + 1 */
	uint64_t compacted;
	uint64_t n_changes;
	size_t n_bytes;	    /* of values put */
	bool is_forgetting; /* the history lost its oldest part */
};
#define _cleanup_txn_ WF_CLEANUP(wf_sqlite_txn_done)

int wf_sqlite_txn_read(struct wf_sqlite *s, struct wf_sqlite_txn *ret, struct wf_err *err);
int wf_sqlite_txn_write(struct wf_sqlite *s, struct wf_sqlite_txn *ret, struct wf_err *err);
int wf_sqlite_txn_op(struct wf_sqlite_txn *t, const struct wf_store_op *op, struct wf_err *err);
/* Commits; when something changed it takes the next revision and rings. On failure: rolled back. */
int wf_sqlite_txn_end(struct wf_sqlite_txn *t, struct wf_err *err);
void wf_sqlite_txn_done(struct wf_sqlite_txn *t);

/* sqlite_history.c */
int wf_sqlite_history_read(struct wf_sqlite *s, struct wf_history_pos from,
			   struct wf_history_batch *b, struct wf_err *err);
int wf_sqlite_history_forget(struct wf_sqlite_txn *t, uint64_t below, struct wf_err *err);
int wf_sqlite_history_trim(struct wf_sqlite_txn *t, struct wf_err *err);
int wf_sqlite_compact(struct wf_store *base, uint64_t revision, struct wf_err *err);

/* sqlite_lease.c */
int wf_sqlite_lease_init(struct wf_sqlite *s, struct wf_err *err);
int wf_sqlite_lease_check(struct wf_sqlite *s, int64_t lease, struct wf_err *err);
int wf_sqlite_lease_grant(struct wf_store *base, uint32_t ttl_ms, int64_t *ret_lease,
			  struct wf_err *err);
int wf_sqlite_lease_keepalive(struct wf_store *base, int64_t lease, struct wf_err *err);
int wf_sqlite_lease_revoke(struct wf_store *base, int64_t lease, struct wf_err *err);
/* Ends the leases whose time is over. */
int wf_sqlite_lease_expire(struct wf_sqlite *s, struct wf_err *err);

/* sqlite_file.c: the files as the file system shows them. */
int wf_sqlite_file_prepare(const char *url, const char *path, struct wf_err *err);
int wf_sqlite_file_watch(struct wf_sqlite *s, struct wf_err *err);
/* -ESTALE: not the files any more that were opened. */
int wf_sqlite_file_check(const struct wf_sqlite *s, struct wf_err *err);
void wf_sqlite_file_ring(struct wf_sqlite *s);	    /* tells all processes: look at the history */
void wf_sqlite_file_ring_done(struct wf_sqlite *s); /* heard it */
