// SPDX-License-Identifier: Apache-2.0
/* Leases. Any process that notices one is over ends it; the lock decides which one does. */
#include "store/sqlite.h"

#include <fcntl.h>

/* How many are ended under one lock, so that others get their turn. */
#define EXPIRE_MAX 64

int wf_sqlite_lease_init(struct wf_sqlite *s, struct wf_err *err)
{
	_cleanup_close_ int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, s->boot_id, WF_SQLITE_BOOT_ID_LEN) != WF_SQLITE_BOOT_ID_LEN)
		return wf_err_set(
			err, -EIO,
			"store '%s': cannot read /proc/sys/kernel/random/boot_id: mount /proc",
			s->base.url);
	return 0;
}

static void bind_alive(const struct wf_sqlite *s, sqlite3_stmt *stmt, int64_t lease)
{
	sqlite3_bind_int64(stmt, 1, lease);
	sqlite3_bind_int64(stmt, 2, wf_store_now_ms());
	sqlite3_bind_text(stmt, 3, s->boot_id, -1, SQLITE_STATIC);
}

int wf_sqlite_lease_check(struct wf_sqlite *s, int64_t lease, struct wf_err *err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(s, WF_SQLITE_LEASE_ALIVE);
	int rc;

	bind_alive(s, stmt, lease);
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		return 0;
	return rc == SQLITE_DONE ? wf_store_err_lease(&s->base, lease, err) : wf_sqlite_err(s, err);
}

int wf_sqlite_lease_grant(struct wf_store *base, uint32_t ttl_ms, int64_t *ret_lease,
			  struct wf_err *err)
{
	struct wf_sqlite *s = wf_sqlite_of(base);
	_cleanup_txn_ struct wf_sqlite_txn t = {0};
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(s, WF_SQLITE_LEASE_GRANT);
	int64_t lease;
	int r = wf_sqlite_txn_write(s, &t, err);

	if (r)
		return r;
	sqlite3_bind_int64(stmt, 1, ttl_ms);
	sqlite3_bind_int64(stmt, 2, wf_store_now_ms());
	sqlite3_bind_text(stmt, 3, s->boot_id, -1, SQLITE_STATIC);
	r = wf_sqlite_run(s, stmt, err);
	lease = sqlite3_last_insert_rowid(s->db);
	if (!r)
		r = wf_sqlite_txn_end(&t, err);
	if (!r)
		*ret_lease = lease;
	return r;
}

int wf_sqlite_lease_keepalive(struct wf_store *base, int64_t lease, struct wf_err *err)
{
	struct wf_sqlite *s = wf_sqlite_of(base);
	_cleanup_txn_ struct wf_sqlite_txn t = {0};
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(s, WF_SQLITE_LEASE_EXTEND);
	int r = wf_sqlite_txn_write(s, &t, err);

	if (r)
		return r;
	bind_alive(s, stmt, lease);
	r = wf_sqlite_run(s, stmt, err);
	if (r)
		return r;
	if (!sqlite3_changes64(s->db))
		return wf_store_err_lease(base, lease, err);
	return wf_sqlite_txn_end(&t, err);
}

/* Deletes a lease and its keys. */
static int end(struct wf_sqlite_txn *t, int64_t lease, struct wf_err *err)
{
	_cleanup_stmt_ sqlite3_stmt *log = wf_sqlite_stmt(t->s, WF_SQLITE_LEASE_LOG);
	_cleanup_stmt_ sqlite3_stmt *keys = wf_sqlite_stmt(t->s, WF_SQLITE_LEASE_DELETE_KEYS);
	_cleanup_stmt_ sqlite3_stmt *row = wf_sqlite_stmt(t->s, WF_SQLITE_LEASE_DELETE);
	int r;

	sqlite3_bind_int64(log, 1, lease);
	sqlite3_bind_int64(log, 2, t->revision + 1);
	sqlite3_bind_int64(log, 3, t->n_changes);
	r = wf_sqlite_run(t->s, log, err);
	if (r)
		return r;
	t->n_changes += sqlite3_changes64(t->s->db);
	sqlite3_bind_int64(keys, 1, lease);
	r = wf_sqlite_run(t->s, keys, err);
	if (r)
		return r;
	sqlite3_bind_int64(row, 1, lease);
	return wf_sqlite_run(t->s, row, err);
}

int wf_sqlite_lease_revoke(struct wf_store *base, int64_t lease, struct wf_err *err)
{
	struct wf_sqlite *s = wf_sqlite_of(base);
	_cleanup_txn_ struct wf_sqlite_txn t = {0};
	int r = wf_sqlite_txn_write(s, &t, err);

	if (!r)
		r = wf_sqlite_lease_check(s, lease, err);
	if (!r)
		r = end(&t, lease, err);
	return r ? r : wf_sqlite_txn_end(&t, err);
}

/* One whose time is over; 0: there is none. */
static int find_over(struct wf_sqlite *s, int64_t *ret, struct wf_err *err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(s, WF_SQLITE_LEASE_OVER);
	int rc;

	sqlite3_bind_int64(stmt, 1, wf_store_now_ms());
	sqlite3_bind_text(stmt, 2, s->boot_id, -1, SQLITE_STATIC);
	rc = sqlite3_step(stmt);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return wf_sqlite_err(s, err);
	*ret = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	return 0;
}

int wf_sqlite_lease_expire(struct wf_sqlite *s, struct wf_err *err)
{
	_cleanup_txn_ struct wf_sqlite_txn t = {0};
	int64_t lease;
	int r = find_over(s, &lease, err); /* mostly none, and then no lock is needed */

	if (r || !lease)
		return r;
	/* The caller's loop must not stand still for this. */
	s->lock_wait_ms = WF_SQLITE_LOCK_LOOK_MS;
	r = wf_sqlite_txn_write(s, &t, err);
	s->lock_wait_ms = WF_SQLITE_LOCK_WAIT_MS;
	for (int i = 0; i < EXPIRE_MAX && !r; i++) {
		r = find_over(s, &lease, err);
		if (r || !lease)
			break;
		r = end(&t, lease, err);
	}
	return r ? r : wf_sqlite_txn_end(&t, err);
}
