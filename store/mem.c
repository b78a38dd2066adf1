// SPDX-License-Identifier: Apache-2.0
/*
 * The memory store, for tests and trials. Opens of one name share a database, from any thread, so
 * there is one registry in the process and one lock around everything. Watch functions run on
 * copies, without the lock.
 */
#include "store/mem_db.h"

#include <pthread.h>
#include <string.h>

struct mem_store {
	struct wf_store base;
	struct mem_db *db;
	struct mem_store *next; /* of the same database */
};

static struct {
	pthread_mutex_t lock;
	struct mem_db *dbs;
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER};

#define _cleanup_unlock_ __attribute__((unused)) WF_CLEANUP(cleanup_unlock)

static pthread_mutex_t *registry_lock(void)
{
	pthread_mutex_lock(&registry.lock);
	return &registry.lock;
}

static void cleanup_unlock(pthread_mutex_t **lock)
{
	pthread_mutex_unlock(*lock);
}

static struct mem_db *db_of(struct wf_store *s)
{
	return ((struct mem_store *)s)->db;
}

static void wake_all(const struct mem_db *db)
{
	for (struct mem_store *s = db->stores; s; s = s->next)
		wf_store_wake(&s->base);
}

static int check_cmps(const struct mem_db *db, const struct wf_store *s,
		      const struct wf_store_txn *txn, struct wf_err *err)
{
	for (size_t i = 0, at; i < txn->n_cmps; i++) {
		const struct wf_store_kv *kv = wf_mem_find(db, txn->cmps[i].key, &at);
		uint64_t is = kv ? kv->mod_revision : 0;

		if (is != txn->cmps[i].mod_revision)
			return wf_store_err_cmp(s, &txn->cmps[i], is, err);
	}
	return 0;
}

static int mem_commit(struct wf_store *s, const struct wf_store_txn *txn, uint64_t *ret_revision,
		      struct wf_err *err)
{
	_cleanup_unlock_ pthread_mutex_t *lock = registry_lock();
	WF_CLEANUP(wf_mem_plan_done) struct mem_plan plan = {0};
	struct mem_db *db = db_of(s);
	int r = check_cmps(db, s, txn, err);

	if (r)
		return r;
	for (size_t i = 0; i < txn->n_ops; i++) {
		const struct wf_store_op *op = &txn->ops[i];

		if (op->type == WF_STORE_PUT && op->lease && !wf_mem_lease(db, op->lease))
			return wf_store_err_lease(s, op->lease, err);
		if (wf_mem_plan_op(&plan, db, op))
			return wf_err_errno(err, -ENOMEM, "store '%s'", s->url);
	}
	if (wf_mem_plan_reserve(&plan, db))
		return wf_err_errno(err, -ENOMEM, "store '%s'", s->url);
	wf_mem_plan_apply(&plan, db);
	wake_all(db);
	*ret_revision = db->revision;
	return 0;
}

static int kv_copy(const struct wf_store_kv *from, struct wf_store_kv *ret)
{
	int r = wf_store_kv_init(ret, from->key, strlen(from->key), from->value, from->value_len);

	if (r)
		return r;
	ret->create_revision = from->create_revision;
	ret->mod_revision = from->mod_revision;
	ret->lease = from->lease;
	return 0;
}

static int mem_get(struct wf_store *s, const char *key, struct wf_store_kv *ret, struct wf_err *err)
{
	_cleanup_unlock_ pthread_mutex_t *lock = registry_lock();
	size_t i;
	const struct wf_store_kv *kv = wf_mem_find(db_of(s), key, &i);

	if (!kv)
		return wf_store_err_key(s, key, err);
	if (kv_copy(kv, ret))
		return wf_err_errno(err, -ENOMEM, "store '%s'", s->url);
	return 0;
}

static int mem_list(struct wf_store *s, const char *prefix, struct wf_store_list *ret,
		    struct wf_err *err)
{
	_cleanup_unlock_ pthread_mutex_t *lock = registry_lock();
	const struct mem_db *db = db_of(s);
	size_t from = wf_mem_lower(db, prefix), end = wf_mem_upper(db, prefix);
	WF_CLEANUP(wf_store_list_done) struct wf_store_list list = {.revision = db->revision};
	int r = 0;

	list.items = calloc(end - from + 1, sizeof(*list.items));
	if (!list.items)
		return wf_err_errno(err, -ENOMEM, "store '%s'", s->url);
	for (size_t i = from; i < end && !r; i++) {
		r = kv_copy(db->keys.items[i], &list.items[list.n]);
		list.n += !r;
	}
	if (r)
		return wf_err_errno(err, r, "store '%s'", s->url);
	*ret = list;
	memset(&list, 0, sizeof(list));
	return 0;
}

static int mem_lease_grant(struct wf_store *s, uint32_t ttl_ms, int64_t *ret_lease,
			   struct wf_err *err)
{
	_cleanup_unlock_ pthread_mutex_t *lock = registry_lock();
	struct mem_db *db = db_of(s);
	struct mem_lease l = {db->last_lease + 1, ttl_ms, wf_store_now_ms() + ttl_ms};

	if (wf_vec_push(&db->leases, l))
		return wf_err_errno(err, -ENOMEM, "store '%s'", s->url);
	db->last_lease = l.id;
	*ret_lease = l.id;
	return 0;
}

static int mem_lease_keepalive(struct wf_store *s, int64_t lease, struct wf_err *err)
{
	_cleanup_unlock_ pthread_mutex_t *lock = registry_lock();
	struct mem_lease *l = wf_mem_lease(db_of(s), lease);

	if (!l)
		return wf_store_err_lease(s, lease, err);
	l->ends_ms = wf_store_now_ms() + l->ttl_ms;
	return 0;
}

static int mem_lease_revoke(struct wf_store *s, int64_t lease, struct wf_err *err)
{
	_cleanup_unlock_ pthread_mutex_t *lock = registry_lock();
	struct mem_db *db = db_of(s);
	struct mem_lease *l = wf_mem_lease(db, lease);

	if (!l)
		return wf_store_err_lease(s, lease, err);
	if (wf_mem_lease_end(db, l - db->leases.items))
		return wf_err_errno(err, -ENOMEM, "store '%s'", s->url);
	wake_all(db);
	return 0;
}

static int mem_compact(struct wf_store *s, uint64_t revision, struct wf_err *err)
{
	_cleanup_unlock_ pthread_mutex_t *lock = registry_lock();
	struct mem_db *db = db_of(s);

	if (revision > db->revision)
		return wf_store_err_future(s, revision, db->revision, err);
	wf_mem_forget(db, revision);
	wake_all(db);
	return 0;
}

static int expire_and_read(struct mem_db *db, struct wf_history_pos from,
			   struct wf_history_batch *b)
{
	_cleanup_unlock_ pthread_mutex_t *lock = registry_lock();
	int r = 0;

	for (size_t i = db->leases.n; i > 0 && !r; i--) {
		if (db->leases.items[i - 1].ends_ms > wf_store_now_ms())
			continue;
		r = wf_mem_lease_end(db, i - 1);
		wake_all(db);
	}
	b->compacted = db->compacted;
	b->end = (struct wf_history_pos){db->revision + 1, 0};
	wf_vec_each (c, &db->history) {
		struct wf_change copy;

		if (r || wf_history_pos_cmp(c->at, from) < 0)
			continue;
		if (wf_history_batch_is_full(b)) {
			b->end = c->at;
			b->has_more = true;
			break;
		}
		r = wf_change_init(&copy, c->at, c->key, strlen(c->key), c->value, c->value_len);
		if (!r)
			r = wf_history_batch_add(b, &copy);
	}
	return r;
}

static int mem_dispatch(struct wf_store *s, struct wf_err *err)
{
	WF_CLEANUP(wf_history_batch_done) struct wf_history_batch batch = {0};
	struct wf_history_pos from = {UINT64_MAX, 0};
	int r;

	wf_watches_behind(s, &from);
	r = expire_and_read(db_of(s), from, &batch);
	if (r)
		return wf_err_errno(err, r, "store '%s'", s->url);
	wf_watches_deliver(s, &batch);
	return 0;
}

static int mem_fd(const struct wf_store *s)
{
	return s->timer_fd;
}

static struct mem_db *registry_get(const char *name)
{
	struct mem_db *db;

	for (db = registry.dbs; db; db = db->next) {
		if (!strcmp(db->name, name))
			return db;
	}
	db = wf_mem_db_new(name);
	if (!db)
		return NULL;
	db->next = registry.dbs;
	registry.dbs = db;
	return db;
}

static void registry_put(struct mem_db *db)
{
	struct mem_db **p = &registry.dbs;

	if (--db->n_opens)
		return;
	while (*p != db)
		p = &(*p)->next;
	*p = db->next;
	wf_mem_db_free(db);
}

static int mem_open(const char *url, const char *name, struct wf_store **ret, struct wf_err *err)
{
	_cleanup_unlock_ pthread_mutex_t *lock = registry_lock();
	_cleanup_free_ struct mem_store *s = calloc(1, sizeof(*s));
	int r;

	if (!name[0])
		return wf_err_set(err, -EINVAL, "store '%s': a name is missing: write mem:NAME",
				  url);
	if (!s)
		return wf_err_errno(err, -ENOMEM, "store '%s'", url);
	r = wf_store_init(&s->base, &wf_mem_ops, url, err);
	if (r)
		return r;
	s->db = registry_get(name);
	if (!s->db) {
		wf_store_done(&s->base);
		return wf_err_errno(err, -ENOMEM, "store '%s'", url);
	}
	s->db->n_opens++;
	s->next = s->db->stores;
	s->db->stores = s;
	*ret = &TAKE_PTR(s)->base;
	return 0;
}

static void mem_close(struct wf_store *base)
{
	_cleanup_unlock_ pthread_mutex_t *lock = registry_lock();
	struct mem_store *s = (struct mem_store *)base, **p = &s->db->stores;

	while (*p != s)
		p = &(*p)->next;
	*p = s->next;
	registry_put(s->db);
	wf_store_done(base);
	free(s);
}

const struct wf_store_ops wf_mem_ops = {
	.scheme = "mem:",
	.open = mem_open,
	.close = mem_close,
	.get = mem_get,
	.list = mem_list,
	.commit = mem_commit,
	.lease_grant = mem_lease_grant,
	.lease_keepalive = mem_lease_keepalive,
	.lease_revoke = mem_lease_revoke,
	.compact = mem_compact,
	.fd = mem_fd,
	.dispatch = mem_dispatch,
};
