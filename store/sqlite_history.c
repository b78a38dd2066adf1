// SPDX-License-Identifier: Apache-2.0
/* The history: what watches replay, and how it is kept from growing. */
#include "store/sqlite.h"

static int64_t clamp(uint64_t n)
{
	return n > INT64_MAX ? INT64_MAX : (int64_t)n;
}

static int read_row(struct wf_sqlite *s, sqlite3_stmt *stmt, struct wf_history_pos at,
		    struct wf_history_batch *b, struct wf_err *err)
{
	const void *value = sqlite3_column_blob(stmt, 3);
	struct wf_change change;
	int r = wf_sqlite_check_row(s, stmt, 2, 3, err);

	if (r)
		return r;
	/* SQLite gives NULL for an empty value, too. */
	if (!value && sqlite3_column_type(stmt, 3) != SQLITE_NULL)
		value = "";
	r = wf_change_init(&change, at, sqlite3_column_blob(stmt, 2), sqlite3_column_bytes(stmt, 2),
			   value, sqlite3_column_bytes(stmt, 3));
	if (!r)
		r = wf_history_batch_add(b, &change);
	return r ? wf_err_errno(err, r, "store '%s'", s->base.url) : 0;
}

int wf_sqlite_history_read(struct wf_sqlite *s, struct wf_history_pos from,
			   struct wf_history_batch *b, struct wf_err *err)
{
	_cleanup_txn_ struct wf_sqlite_txn t = {0};
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(s, WF_SQLITE_HISTORY_READ);
	int rc = SQLITE_DONE, r = wf_sqlite_txn_read(s, &t, err);

	if (r)
		return r;
	b->compacted = t.compacted;
	b->end = (struct wf_history_pos){t.revision + 1, 0};
	sqlite3_bind_int64(stmt, 1, clamp(from.revision));
	sqlite3_bind_int64(stmt, 2, clamp(from.seq));
	while (from.revision <= t.revision && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct wf_history_pos at = {sqlite3_column_int64(stmt, 0),
					    sqlite3_column_int64(stmt, 1)};

		if (wf_history_pos_cmp(at, from) < 0 || wf_history_pos_cmp(at, b->end) >= 0)
			return wf_sqlite_err_damaged(s, "its history is out of order", err);
		if (wf_history_batch_is_full(b)) {
			b->end = at;
			b->has_more = true;
			return 0;
		}
		r = read_row(s, stmt, at, b, err);
		if (r)
			return r;
		from = (struct wf_history_pos){at.revision, at.seq + 1};
	}
	return rc == SQLITE_DONE ? 0 : wf_sqlite_err(s, err);
}

int wf_sqlite_history_forget(struct wf_sqlite_txn *t, uint64_t below, struct wf_err *err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(t->s, WF_SQLITE_HISTORY_FORGET);
	int r;

	if (below <= t->compacted)
		return 0;
	sqlite3_bind_int64(stmt, 1, below);
	r = wf_sqlite_run(t->s, stmt, err);
	if (r)
		return r;
	t->compacted = below;
	t->is_forgetting = true;
	return 0;
}

/* The oldest revision that is still within the bounds, counted from the newest; 0: all are. */
static int find_floor(struct wf_sqlite *s, uint64_t *ret, struct wf_err *err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(s, WF_SQLITE_HISTORY_SIZES);
	uint64_t n = 0, n_bytes = 0;
	int rc;

	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		n_bytes += sqlite3_column_int64(stmt, 1);
		if (++n < WF_HISTORY_KEEP && n_bytes < WF_HISTORY_KEEP_BYTES)
			continue;
		*ret = sqlite3_column_int64(stmt, 0);
		return 0;
	}
	*ret = 0;
	return rc == SQLITE_DONE ? 0 : wf_sqlite_err(s, err);
}

int wf_sqlite_history_trim(struct wf_sqlite_txn *t, struct wf_err *err)
{
	uint64_t floor;
	int r;

	if (!wf_history_is_due(t->revision, t->n_changes, t->n_bytes))
		return 0;
	r = find_floor(t->s, &floor, err);
	if (!r && floor > t->revision)
		r = wf_sqlite_err_damaged(t->s, "its history is ahead of its revision", err);
	return r ? r : wf_sqlite_history_forget(t, floor, err);
}

int wf_sqlite_compact(struct wf_store *base, uint64_t revision, struct wf_err *err)
{
	_cleanup_txn_ struct wf_sqlite_txn t = {0};
	int r = wf_sqlite_txn_write(wf_sqlite_of(base), &t, err);

	if (r)
		return r;
	if (revision > t.revision)
		return wf_store_err_future(base, revision, t.revision, err);
	r = wf_sqlite_history_forget(&t, revision, err);
	return r ? r : wf_sqlite_txn_end(&t, err);
}
