// SPDX-License-Identifier: Apache-2.0
#include "store/mem_db.h"

#include <string.h>

static void kv_free(struct wf_store_kv *kv)
{
	if (kv)
		wf_store_kv_done(kv);
	free(kv);
}

/* The index of the first key not less than @key. */
size_t wf_mem_lower(const struct mem_db *db, const char *key)
{
	size_t lo = 0, hi = db->keys.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(db->keys.items[mid]->key, key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct wf_store_kv *wf_mem_find(const struct mem_db *db, const char *key, size_t *ret_index)
{
	size_t i = wf_mem_lower(db, key);

	if (i == db->keys.n || strcmp(db->keys.items[i]->key, key))
		return NULL;
	*ret_index = i;
	return db->keys.items[i];
}

/* What @prefix covers stands together: from wf_mem_lower() up to the first that it does not cover.
 */
size_t wf_mem_upper(const struct mem_db *db, const char *prefix)
{
	size_t i = wf_mem_lower(db, prefix), n = strlen(prefix);

	while (i < db->keys.n && !strncmp(db->keys.items[i]->key, prefix, n))
		i++;
	return i;
}

struct mem_lease *wf_mem_lease(struct mem_db *db, int64_t id)
{
	wf_vec_each (l, &db->leases) {
		if (l->id == id && l->ends_ms > wf_store_now_ms())
			return l;
	}
	return NULL;
}

void wf_mem_db_free(struct mem_db *db)
{
	wf_vec_each (kv, &db->keys)
		kv_free(*kv);
	wf_vec_done(&db->keys);
	wf_vec_each (c, &db->history)
		wf_change_done(c);
	wf_vec_done(&db->history);
	wf_vec_done(&db->leases);
	free(db->name);
	free(db);
}

void wf_mem_plan_done(struct mem_plan *p)
{
	wf_vec_each (step, &p->steps) {
		wf_change_done(&step->change);
		kv_free(step->fresh);
	}
	wf_vec_done(&p->steps);
}

static int plan_add(struct mem_plan *p, const struct mem_db *db, struct mem_step step,
		    const char *key, const void *value, size_t value_len)
{
	struct wf_history_pos at = {db->revision + 1, p->steps.n};
	int r = wf_change_init(&step.change, at, key, strlen(key), value, value_len);

	if (!r)
		r = wf_vec_push(&p->steps, step);
	if (r)
		wf_change_done(&step.change);
	else
		p->n_bytes += value_len;
	return r;
}

static int plan_delete(struct mem_plan *p, const struct mem_db *db, size_t index)
{
	struct mem_step step = {.old = db->keys.items[index], .old_index = index};

	p->n_deletes++;
	return plan_add(p, db, step, step.old->key, NULL, 0);
}

static int plan_put(struct mem_plan *p, const struct mem_db *db, const struct wf_store_op *op)
{
	const void *value = op->value ? op->value : "";
	struct mem_step step = {.fresh = calloc(1, sizeof(*step.fresh))};
	int r = -ENOMEM;

	step.old = wf_mem_find(db, op->key, &step.old_index);
	if (step.fresh)
		r = wf_store_kv_init(step.fresh, op->key, strlen(op->key), value, op->value_len);
	if (!r) {
		step.fresh->mod_revision = db->revision + 1;
		step.fresh->create_revision = step.old ? step.old->create_revision
						       : db->revision + 1;
		step.fresh->lease = op->lease;
		r = plan_add(p, db, step, op->key, value, op->value_len);
	}
	if (r)
		kv_free(step.fresh);
	return r;
}

int wf_mem_plan_op(struct mem_plan *p, const struct mem_db *db, const struct wf_store_op *op)
{
	size_t i, end;
	int r = 0;

	switch (op->type) {
	case WF_STORE_PUT:
		return plan_put(p, db, op);
	case WF_STORE_DELETE:
		return wf_mem_find(db, op->key, &i) ? plan_delete(p, db, i) : 0;
	default:
		end = wf_mem_upper(db, op->key);
		for (i = wf_mem_lower(db, op->key); i < end && !r; i++)
			r = plan_delete(p, db, i);
		return r;
	}
}

static int reserve(void **items, size_t *cap, size_t want, size_t item_bytes)
{
	int r = 0;

	while (*cap < want && !r)
		r = wf_vec_grow(items, *cap, cap, item_bytes);
	return r;
}

/* Everything that can fail is behind when this returns 0. */
int wf_mem_plan_reserve(const struct mem_plan *p, struct mem_db *db)
{
	int r = reserve((void **)&db->keys.items, &db->keys.cap, db->keys.n + p->steps.n,
			sizeof(*db->keys.items));

	return r ? r
		 : reserve((void **)&db->history.items, &db->history.cap,
			   db->history.n + p->steps.n, sizeof(*db->history.items));
}

static void plan_apply_deletes(struct mem_plan *p, struct mem_db *db)
{
	size_t n = 0;

	if (!p->n_deletes)
		return;
	wf_vec_each (step, &p->steps) {
		if (step->fresh)
			continue;
		kv_free(step->old);
		db->keys.items[step->old_index] = NULL;
	}
	for (size_t i = 0; i < db->keys.n; i++) {
		if (db->keys.items[i])
			db->keys.items[n++] = db->keys.items[i];
	}
	db->keys.n = n;
}

static void plan_apply_put(struct mem_step *step, struct mem_db *db)
{
	size_t i = wf_mem_lower(db, step->change.key);

	if (step->old) {
		kv_free(step->old);
	} else {
		memmove(&db->keys.items[i + 1], &db->keys.items[i],
			(db->keys.n - i) * sizeof(db->keys.items[0]));
		db->keys.n++;
	}
	db->keys.items[i] = TAKE_PTR(step->fresh);
}

void wf_mem_forget(struct mem_db *db, uint64_t below)
{
	size_t n = 0;

	if (below <= db->compacted)
		return;
	while (n < db->history.n && db->history.items[n].at.revision < below)
		wf_change_done(&db->history.items[n++]);
	db->history.n -= n;
	memmove(db->history.items, db->history.items + n,
		db->history.n * sizeof(db->history.items[0]));
	db->compacted = below;
}

static void db_trim(struct mem_db *db)
{
	size_t n_bytes = 0;

	for (size_t i = db->history.n; i > 0; i--) {
		const struct wf_change *c = &db->history.items[i - 1];

		n_bytes += c->value_len;
		if (db->history.n - i < WF_HISTORY_KEEP && n_bytes < WF_HISTORY_KEEP_BYTES)
			continue;
		wf_mem_forget(db, c->at.revision);
		return;
	}
}

void wf_mem_plan_apply(struct mem_plan *p, struct mem_db *db)
{
	if (!p->steps.n)
		return;
	/* The old kvs of puts stay valid: only deletes move entries, and puts look theirs up. */
	wf_vec_each (step, &p->steps) {
		db->history.items[db->history.n++] = step->change;
	}
	plan_apply_deletes(p, db);
	wf_vec_each (step, &p->steps) {
		if (step->fresh)
			plan_apply_put(step, db);
		memset(&step->change, 0, sizeof(step->change));
	}
	db->revision++;
	if (wf_history_is_due(db->revision, p->steps.n, p->n_bytes))
		db_trim(db);
}

int wf_mem_lease_end(struct mem_db *db, size_t index)
{
	WF_CLEANUP(wf_mem_plan_done) struct mem_plan plan = {0};
	int r = 0;

	for (size_t i = 0; i < db->keys.n && !r; i++) {
		if (db->keys.items[i]->lease == db->leases.items[index].id)
			r = plan_delete(&plan, db, i);
	}
	if (!r)
		r = wf_mem_plan_reserve(&plan, db);
	if (r)
		return r;
	wf_mem_plan_apply(&plan, db);
	db->leases.items[index] = db->leases.items[--db->leases.n];
	return 0;
}

struct mem_db *wf_mem_db_new(const char *name)
{
	struct mem_db *db = calloc(1, sizeof(*db));

	if (db)
		db->name = strdup(name);
	if (!db || !db->name) {
		free(db);
		return NULL;
	}
	db->revision = 1; /* as etcd's: the first commit makes 2 */
	return db;
}
