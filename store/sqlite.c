// SPDX-License-Identifier: Apache-2.0
/*
 * The SQLite store: embedded, shared by all processes of one machine. One connection per open, in
 * WAL mode: readers see one revision and wait for nobody, writers take turns.
 *
 *   commit:   BEGIN IMMEDIATE, compare, change keys, log to history, revision + 1, COMMIT, ring
 *   dispatch: read the history from where the watches stand, deliver, end leases that are over
 */
#include "store/sqlite.h"

#include <string.h>

static int read_kv(struct wf_sqlite *s, sqlite3_stmt *stmt, struct wf_store_kv *ret,
		   struct wf_err *err)
{
	int r = wf_sqlite_check_row(s, stmt, 0, 1, err);

	if (r)
		return r;
	r = wf_store_kv_init(ret, sqlite3_column_blob(stmt, 0), sqlite3_column_bytes(stmt, 0),
			     sqlite3_column_blob(stmt, 1), sqlite3_column_bytes(stmt, 1));
	if (r)
		return wf_err_errno(err, r, "store '%s'", s->base.url);
	ret->create_revision = sqlite3_column_int64(stmt, 2);
	ret->mod_revision = sqlite3_column_int64(stmt, 3);
	ret->lease = sqlite3_column_int64(stmt, 4);
	return 0;
}

static int sqlite_get(struct wf_store *base, const char *key, struct wf_store_kv *ret,
		      struct wf_err *err)
{
	struct wf_sqlite *s = wf_sqlite_of(base);
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(s, WF_SQLITE_KEY_GET);
	int rc, r = wf_sqlite_file_check(s, err);

	if (r)
		return r;
	wf_sqlite_bind_key(stmt, 1, key);
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_DONE)
		return wf_store_err_key(base, key, err);
	return rc == SQLITE_ROW ? read_kv(s, stmt, ret, err) : wf_sqlite_err(s, err);
}

typedef WF_VEC(struct wf_store_kv) kv_vec;

static void kv_vec_done(kv_vec *v)
{
	wf_vec_each (kv, v)
		wf_store_kv_done(kv);
	wf_vec_done(v);
}

static int list_row(struct wf_sqlite *s, sqlite3_stmt *stmt, kv_vec *v, struct wf_err *err)
{
	struct wf_store_kv kv;
	int r = read_kv(s, stmt, &kv, err);

	if (r)
		return r;
	if (v->n && strcmp(v->items[v->n - 1].key, kv.key) >= 0)
		r = wf_sqlite_err_damaged(s, "its keys are out of order", err);
	else if (wf_vec_push(v, kv))
		r = wf_err_errno(err, -ENOMEM, "store '%s'", s->base.url);
	if (r)
		wf_store_kv_done(&kv);
	return r;
}

static int sqlite_list(struct wf_store *base, const char *prefix, struct wf_store_list *ret,
		       struct wf_err *err)
{
	struct wf_sqlite *s = wf_sqlite_of(base);
	WF_CLEANUP(kv_vec_done) kv_vec v = {0};
	_cleanup_txn_ struct wf_sqlite_txn t = {0};
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(s, WF_SQLITE_KEY_LIST);
	struct wf_sqlite_range range;
	int rc = SQLITE_DONE, r = wf_sqlite_txn_read(s, &t, err);

	if (r)
		return r;
	wf_sqlite_bind_prefix(stmt, prefix, &range);
	while (!r && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
		r = list_row(s, stmt, &v, err);
	if (!r && rc != SQLITE_DONE)
		r = wf_sqlite_err(s, err);
	if (r)
		return r;
	*ret = (struct wf_store_list){.n = v.n, .revision = t.revision};
	ret->items = TAKE_PTR(v.items);
	v.n = 0;
	return 0;
}

static int check_cmp(struct wf_sqlite *s, const struct wf_store_cmp *cmp, struct wf_err *err)
{
	_cleanup_stmt_ sqlite3_stmt *stmt = wf_sqlite_stmt(s, WF_SQLITE_KEY_GET);
	uint64_t is = 0;
	int rc;

	wf_sqlite_bind_key(stmt, 1, cmp->key);
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		is = sqlite3_column_int64(stmt, 3);
	else if (rc != SQLITE_DONE)
		return wf_sqlite_err(s, err);
	return is == cmp->mod_revision ? 0 : wf_store_err_cmp(&s->base, cmp, is, err);
}

static int sqlite_commit(struct wf_store *base, const struct wf_store_txn *txn,
			 uint64_t *ret_revision, struct wf_err *err)
{
	_cleanup_txn_ struct wf_sqlite_txn t = {0};
	int r = wf_sqlite_txn_write(wf_sqlite_of(base), &t, err);

	for (size_t i = 0; i < txn->n_cmps && !r; i++)
		r = check_cmp(t.s, &txn->cmps[i], err);
	for (size_t i = 0; i < txn->n_ops && !r; i++)
		r = wf_sqlite_txn_op(&t, &txn->ops[i], err);
	if (!r)
		r = wf_sqlite_txn_end(&t, err);
	if (!r)
		*ret_revision = t.revision;
	return r;
}

static int sqlite_fd(const struct wf_store *base)
{
	return ((const struct wf_sqlite *)base)->epoll_fd;
}

static int sqlite_dispatch(struct wf_store *base, struct wf_err *err)
{
	struct wf_sqlite *s = wf_sqlite_of(base);
	WF_CLEANUP(wf_history_batch_done) struct wf_history_batch batch = {0};
	struct wf_history_pos from = {UINT64_MAX, 0};
	int r;

	wf_sqlite_file_ring_done(s);
	wf_watches_behind(base, &from);
	r = wf_sqlite_history_read(s, from, &batch, err);
	if (r)
		return r;
	wf_watches_deliver(base, &batch);
	return wf_sqlite_lease_expire(s, err);
}

static void sqlite_close(struct wf_store *base)
{
	struct wf_sqlite *s = wf_sqlite_of(base);

	for (int i = 0; i < WF_SQLITE_STMT_COUNT; i++)
		sqlite3_finalize(s->stmts[i]);
	sqlite3_close(s->db);
	cleanup_close(&s->inotify_fd);
	cleanup_close(&s->epoll_fd);
	wf_store_done(base);
	free(s);
}

static int connect_db(struct wf_sqlite *s, struct wf_err *err)
{
	int r;

	if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL))
		return s->db ? wf_sqlite_err(s, err)
			     : wf_err_errno(err, -ENOMEM, "store '%s'", s->base.url);
	r = wf_sqlite_lease_init(s, err);
	if (!r)
		r = wf_sqlite_setup(s, err);
	return r ? r : wf_sqlite_file_watch(s, err);
}

static int sqlite_open(const char *url, const char *path, struct wf_store **ret, struct wf_err *err)
{
	struct wf_sqlite *s;
	int r = wf_sqlite_file_prepare(url, path, err);

	if (r)
		return r;
	s = calloc(1, sizeof(*s));
	if (!s)
		return wf_err_errno(err, -ENOMEM, "store '%s'", url);
	r = wf_store_init(&s->base, &wf_sqlite_ops, url, err);
	if (r) {
		free(s);
		return r;
	}
	s->path = s->base.url + (path - url);
	s->epoll_fd = s->inotify_fd = -1;
	r = connect_db(s, err);
	if (r) {
		sqlite_close(&s->base);
		return r;
	}
	*ret = &s->base;
	return 0;
}

const struct wf_store_ops wf_sqlite_ops = {
	.scheme = "sqlite:",
	.open = sqlite_open,
	.close = sqlite_close,
	.get = sqlite_get,
	.list = sqlite_list,
	.commit = sqlite_commit,
	.lease_grant = wf_sqlite_lease_grant,
	.lease_keepalive = wf_sqlite_lease_keepalive,
	.lease_revoke = wf_sqlite_lease_revoke,
	.compact = wf_sqlite_compact,
	.fd = sqlite_fd,
	.dispatch = sqlite_dispatch,
};
