// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <errno.h>
#include <search.h>
#include <string.h>

#include "kern/fake_world.h"
#include "kern/table.h"

/* Key and value in one piece, both aligned; in a tree (tsearch) by key. */
struct item {
	const struct wf_table_shape *shape;
	uint8_t bytes[] __attribute__((aligned(8)));
};

static size_t value_at(const struct wf_table_shape *shape)
{
	return (shape->key_bytes + 7) & ~(size_t)7;
}

static int by_key(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return memcmp(x->bytes, y->bytes, x->shape->key_bytes);
}

static struct item *entry_new(enum wf_table table, const void *key, const void *value)
{
	const struct wf_table_shape *shape = &wf_table_shapes[table];
	struct item *e = malloc(sizeof(*e) + value_at(shape) + shape->value_bytes);

	if (!e)
		return NULL;
	e->shape = shape;
	memcpy(e->bytes, key, shape->key_bytes);
	if (value)
		memcpy(e->bytes + value_at(shape), value, shape->value_bytes);
	return e;
}

static int entry_put(struct wf_fake_world *w, enum wf_table table, struct item *e,
		     struct wf_err *err)
{
	struct item **at = tsearch(e, &w->tables[table], by_key);

	if (!at) {
		free(e);
		return wf_err_errno(err, -ENOMEM, "table '%s'", wf_table_shapes[table].name);
	}
	if (*at != e) {
		free(*at);
		*at = e;
		return 0;
	}
	if (w->n_entries[table] == wf_table_shapes[table].n_max) {
		tdelete(e, &w->tables[table], by_key);
		free(e);
		return wf_err_set(err, -E2BIG, "table '%s' is full", wf_table_shapes[table].name);
	}
	w->n_entries[table]++;
	return 0;
}

static void entry_delete(struct wf_fake_world *w, enum wf_table table, struct item *probe)
{
	struct item **at = tfind(probe, &w->tables[table], by_key);
	struct item *found;

	if (!at)
		return;
	found = *at;
	tdelete(probe, &w->tables[table], by_key);
	free(found);
	w->n_entries[table]--;
}

static int change_one(struct wf_fake_world *w, const struct wf_table_change *c, struct wf_err *err)
{
	struct item *e = entry_new(c->table, c->key, c->value);

	if (!e)
		return wf_err_errno(err, -ENOMEM, "table '%s'", wf_table_shapes[c->table].name);
	if (c->value)
		return entry_put(w, c->table, e, err);
	entry_delete(w, c->table, e);
	free(e);
	return 0;
}

int wf_fake_table_apply(struct wf_kern *k, const struct wf_table_change *changes, size_t n,
			struct wf_err *err)
{
	struct wf_fake_world *w = wf_fake_world_of(k);
	int failed = wf_fake_call(k, err), r = 0;

	assert(wf_fake_of(k)->is_started);
	if (failed)
		n /= 2;
	for (size_t i = 0; !r && i < n; i++)
		r = change_one(w, &changes[i], failed ? NULL : err);
	return failed ? failed : r;
}

struct dump {
	wf_table_entry_fn fn;
	void *arg;
};

static void dump_entry(const void *node, VISIT visit, void *closure)
{
	const struct item *e = *(const struct item *const *)node;
	const struct dump *d = closure;

	if (visit == postorder || visit == leaf)
		d->fn(d->arg, e->bytes, e->bytes + value_at(e->shape));
}

int wf_fake_table_dump(struct wf_kern *k, enum wf_table table, wf_table_entry_fn fn, void *arg,
		       struct wf_err *err)
{
	struct dump d = {fn, arg};

	assert(wf_fake_of(k)->is_started);
	WF_FAKE_CALL(k, err);
	twalk_r(wf_fake_world_of(k)->tables[table], dump_entry, &d);
	return 0;
}

int wf_fake_table_commit(struct wf_kern *k, struct wf_err *err)
{
	assert(wf_fake_of(k)->is_started);
	WF_FAKE_CALL(k, err);
	wf_fake_world_of(k)->generation++;
	return 0;
}

/* counters */

int wf_fake_counters(struct wf_kern *k, struct wf_counter *ret, struct wf_err *err)
{
	WF_FAKE_CALL(k, err);
	memcpy(ret, wf_fake_world_of(k)->counters, WF_COUNTER_SLOTS * sizeof(*ret));
	return 0;
}

int wf_fake_counters_settle(struct wf_kern *k, struct wf_err *err)
{
	WF_FAKE_CALL(k, err);
	return 0;
}

int wf_fake_counter_reset(struct wf_kern *k, uint32_t slot, struct wf_err *err)
{
	WF_FAKE_CALL(k, err);
	if (slot >= WF_COUNTER_SLOTS)
		return wf_err_set(err, -E2BIG, "there is no counter %u", slot);
	wf_fake_world_of(k)->counters[slot] = (struct wf_counter){0};
	return 0;
}

int wf_fake_drops(struct wf_kern *k, uint64_t *ret, struct wf_err *err)
{
	WF_FAKE_CALL(k, err);
	memcpy(ret, wf_fake_world_of(k)->drops, sizeof(wf_fake_world_of(k)->drops));
	return 0;
}

int wf_fake_flows(struct wf_kern *k, uint32_t *ret, struct wf_err *err)
{
	WF_FAKE_CALL(k, err);
	memcpy(ret, wf_fake_world_of(k)->flows, sizeof(wf_fake_world_of(k)->flows));
	return 0;
}

void wf_fake_tables_done(struct wf_fake_world *w)
{
	for (int t = 0; t < WF_TABLE_COUNT; t++) {
		tdestroy(w->tables[t], free);
		w->tables[t] = NULL;
		w->n_entries[t] = 0;
	}
}

const void *wf_kern_fake_lookup(const struct wf_kern *k, enum wf_table table, const void *key)
{
	struct item *probe = entry_new(table, key, NULL), **at;

	if (!probe)
		return NULL;
	at = tfind(probe, &wf_fake_world_of(k)->tables[table], by_key);
	free(probe);
	return at ? (*at)->bytes + value_at((*at)->shape) : NULL;
}

size_t wf_kern_fake_table_size(const struct wf_kern *k, enum wf_table table)
{
	return wf_fake_world_of(k)->n_entries[table];
}

uint32_t wf_kern_fake_generation(const struct wf_kern *k)
{
	return wf_fake_world_of(k)->generation;
}

void wf_kern_fake_count(struct wf_kern *k, uint32_t slot, uint64_t packets, uint64_t bytes)
{
	struct wf_counter *c = &wf_fake_world_of(k)->counters[slot];

	c->packets += packets;
	c->bytes += bytes;
}

void wf_kern_fake_drop(struct wf_kern *k, enum wf_drop reason, uint64_t n)
{
	wf_fake_world_of(k)->drops[reason] += n;
}

void wf_kern_fake_flows(struct wf_kern *k, uint16_t sid, uint32_t n)
{
	wf_fake_world_of(k)->flows[sid] = n;
}
