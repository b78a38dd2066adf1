/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data of a memory store: sorted arrays. A transaction is first planned (all memory it needs is
 * allocated), then applied by steps that cannot fail.
 */
#pragma once

#include "store/backend.h"

struct mem_lease {
	int64_t id;
	uint32_t ttl_ms;
	int64_t ends_ms;
};

struct mem_db {
	struct mem_db *next;
	char *name; /* owned */
	size_t n_opens;
	uint64_t revision;
	uint64_t compacted;
	int64_t last_lease;
	WF_VEC(struct wf_store_kv *) keys; /* owned, sorted */
	WF_VEC(struct wf_change) history;
	WF_VEC(struct mem_lease) leases;
	struct mem_store *stores; /* borrowed: who to wake */
};

/* One key of a transaction. */
struct mem_step {
	struct wf_change change;   /* owned, goes to the history */
	struct wf_store_kv *fresh; /* owned; NULL: delete */
	struct wf_store_kv *old;   /* borrowed; NULL: the key is new */
	size_t old_index;
};

struct mem_plan {
	WF_VEC(struct mem_step) steps;
	size_t n_deletes;
	size_t n_bytes; /* of values */
};

/* NULL: no memory. */
struct mem_db *wf_mem_db_new(const char *name);
void wf_mem_db_free(struct mem_db *db);

/* What @prefix covers is [lower, upper); a key itself would stand at lower. */
size_t wf_mem_lower(const struct mem_db *db, const char *key);
size_t wf_mem_upper(const struct mem_db *db, const char *prefix);
/* NULL: no such key, @ret_index untouched. */
struct wf_store_kv *wf_mem_find(const struct mem_db *db, const char *key, size_t *ret_index);

/* NULL: gone or over. */
struct mem_lease *wf_mem_lease(struct mem_db *db, int64_t id);
/* Deletes a lease and its keys. 0 or -ENOMEM. */
int wf_mem_lease_end(struct mem_db *db, size_t index);

/* Plan each operation, reserve, apply; each 0 or -ENOMEM. The zeroed plan is the empty one. */
int wf_mem_plan_op(struct mem_plan *p, const struct mem_db *db, const struct wf_store_op *op);
int wf_mem_plan_reserve(const struct mem_plan *p, struct mem_db *db);
void wf_mem_plan_apply(struct mem_plan *p, struct mem_db *db);
void wf_mem_plan_done(struct mem_plan *p);

/* Forgets the history below that revision. */
void wf_mem_forget(struct mem_db *db, uint64_t below);
