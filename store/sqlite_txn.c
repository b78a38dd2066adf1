// SPDX-License-Identifier: Apache-2.0
/*
 * Transactions. Writers take the lock at the begin (no upgrade, so no deadlock); the files are
 * looked at under the lock, so that nothing is committed into a file that was deleted.
 */
#include "store/sqlite.h"

#include <string.h>

/* Returns the length. */
static size_t prefix_end(const char *prefix, struct wf_sqlite_range *ret)
{
	size_t n = strlen(prefix);

	while (n && (unsigned char)prefix[n - 1] == 0xff)
		n--;
	if (n) {
		memcpy(ret->end, prefix, n);
		ret->end[n - 1]++;
		return n;
	}
	/* Above any key: longer than the longest, of the highest byte. */
	memset(ret->end, 0xff, sizeof(ret->end));
	return sizeof(ret->end);
}

void wf_sqlite_bind_prefix(sqlite3_stmt *stmt, const char *prefix, struct wf_sqlite_range *range)
{
	wf_sqlite_bind_key(stmt, 1, prefix);
	sqlite3_bind_blob(stmt, 2, range->end, prefix_end(prefix, range), SQLITE_STATIC);
}

static int run_plain(struct wf_sqlite *s, enum wf_sqlite_stmt which, struct wf_err *err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(s, which);

	return wf_sqlite_run(s, stmt, err);
}

static int meta_get(struct wf_sqlite_txn *t, struct wf_err *err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(t->s, WF_SQLITE_META_GET);
	int rc = sqlite3_step(stmt);
	int64_t revision, compacted;

	if (rc == SQLITE_DONE)
		return wf_sqlite_err_damaged(t->s, "its revision is lost", err);
	if (rc != SQLITE_ROW)
		return wf_sqlite_err(t->s, err);
	revision = sqlite3_column_int64(stmt, 0);
	compacted = sqlite3_column_int64(stmt, 1);
	if (revision < 1 || revision == INT64_MAX || compacted < 0 || compacted > revision)
		return wf_sqlite_err_damaged(t->s, "its revision is impossible", err);
	t->revision = revision;
	t->compacted = compacted;
	return 0;
}

static int begin(struct wf_sqlite *s, enum wf_sqlite_stmt which, struct wf_sqlite_txn *ret,
		 struct wf_err *err)
{
	_cleanup_txn_ struct wf_sqlite_txn t = {0};
	int r = wf_sqlite_file_check(s, err);

	if (!r)
		r = run_plain(s, which, err);
	if (r)
		return r;
	t.s = s;
	r = meta_get(&t, err);
	/* Again, now that nobody else can write: it may have been replaced while we waited. */
	if (!r && which == WF_SQLITE_BEGIN_WRITE)
		r = wf_sqlite_file_check(s, err);
	if (r)
		return r;
	*ret = t;
	t.s = NULL;
	return 0;
}

int wf_sqlite_txn_read(struct wf_sqlite *s, struct wf_sqlite_txn *ret, struct wf_err *err)
{
	return begin(s, WF_SQLITE_BEGIN_READ, ret, err);
}

int wf_sqlite_txn_write(struct wf_sqlite *s, struct wf_sqlite_txn *ret, struct wf_err *err)
{
	return begin(s, WF_SQLITE_BEGIN_WRITE, ret, err);
}

void wf_sqlite_txn_done(struct wf_sqlite_txn *t)
{
	/* A failed statement may have rolled back already, on a full disk for one. */
	if (t->s && !sqlite3_get_autocommit(t->s->db))
		run_plain(t->s, WF_SQLITE_ROLLBACK, NULL);
	t->s = NULL;
}

static int meta_set(const struct wf_sqlite_txn *t, struct wf_err *err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(t->s, WF_SQLITE_META_SET);

	sqlite3_bind_int64(stmt, 1, t->revision);
	sqlite3_bind_int64(stmt, 2, t->compacted);
	return wf_sqlite_run(t->s, stmt, err);
}

int wf_sqlite_txn_end(struct wf_sqlite_txn *t, struct wf_err *err)
{
	bool is_changed = t->n_changes || t->is_forgetting;
	int r = 0;

	if (t->n_changes) {
		t->revision++;
		r = wf_sqlite_history_trim(t, err);
	}
	if (!r && is_changed)
		r = meta_set(t, err);
	if (!r)
		r = run_plain(t->s, WF_SQLITE_COMMIT, err);
	if (!r && is_changed)
		wf_sqlite_file_ring(t->s);
	wf_sqlite_txn_done(t);
	return r;
}

static int log_change(struct wf_sqlite_txn *t, const struct wf_store_op *op, struct wf_err *err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(t->s, WF_SQLITE_HISTORY_ADD);

	sqlite3_bind_int64(stmt, 1, t->revision + 1);
	sqlite3_bind_int64(stmt, 2, t->n_changes++);
	wf_sqlite_bind_key(stmt, 3, op->key);
	if (op->type == WF_STORE_PUT)
		wf_sqlite_bind_value(stmt, 4, op->value, op->value_len);
	return wf_sqlite_run(t->s, stmt, err);
}

static int put(struct wf_sqlite_txn *t, const struct wf_store_op *op, struct wf_err *err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(t->s, WF_SQLITE_KEY_PUT);
	int r = op->lease ? wf_sqlite_lease_check(t->s, op->lease, err) : 0;

	if (r)
		return r;
	wf_sqlite_bind_key(stmt, 1, op->key);
	wf_sqlite_bind_value(stmt, 2, op->value, op->value_len);
	sqlite3_bind_int64(stmt, 3, t->revision + 1);
	sqlite3_bind_int64(stmt, 4, op->lease);
	r = wf_sqlite_run(t->s, stmt, err);
	t->n_bytes += op->value_len;
	return r ? r : log_change(t, op, err);
}

static int delete_key(struct wf_sqlite_txn *t, const struct wf_store_op *op, struct wf_err *err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(t->s, WF_SQLITE_KEY_DELETE);
	int r;

	wf_sqlite_bind_key(stmt, 1, op->key);
	r = wf_sqlite_run(t->s, stmt, err);
	if (r || !sqlite3_changes64(t->s->db))
		return r;
	return log_change(t, op, err);
}

static int delete_prefix(struct wf_sqlite_txn *t, const struct wf_store_op *op, struct wf_err *err)
{
	_cleanup_stmt_ sqlite3_stmt *log = wf_sqlite_stmt(t->s, WF_SQLITE_RANGE_LOG);
	_cleanup_stmt_ sqlite3_stmt *delete = wf_sqlite_stmt(t->s, WF_SQLITE_RANGE_DELETE);
	struct wf_sqlite_range range;
	int r;

	wf_sqlite_bind_prefix(log, op->key, &range);
	sqlite3_bind_int64(log, 3, t->revision + 1);
	sqlite3_bind_int64(log, 4, t->n_changes);
	r = wf_sqlite_run(t->s, log, err);
	if (r)
		return r;
	t->n_changes += sqlite3_changes64(t->s->db);
	wf_sqlite_bind_prefix(delete, op->key, &range);
	return wf_sqlite_run(t->s, delete, err);
}

int wf_sqlite_txn_op(struct wf_sqlite_txn *t, const struct wf_store_op *op, struct wf_err *err)
{
	switch (op->type) {
	case WF_STORE_PUT:
		return put(t, op, err);
	case WF_STORE_DELETE:
		return delete_key(t, op, err);
	default:
		return delete_prefix(t, op, err);
	}
}
