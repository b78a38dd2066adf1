/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A world for tests: every table's entries in one list, searched from the front. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "dp/world.h"
#include "wire/bytes.h"

#define TEST_ENTRIES_MAX 512
#define TEST_KEY_MAX	 32
#define TEST_VALUE_MAX	 (sizeof(struct wf_ranges)) /* the largest there is */

struct test_entry {
	enum wf_table table;
	__u8 key[TEST_KEY_MAX];
	__u8 value[TEST_VALUE_MAX] WF_ALIGNED8;
};

/* Too big for a stack: static, or from the heap. */
struct test_tables {
	struct test_entry entries[TEST_ENTRIES_MAX];
	size_t n;
};

static const struct {
	size_t key, value; /* bytes */
} test_sizes[WF_TABLE_COUNT] = {
#define TEST_SIZES(id, name, key, value, max) {sizeof(key), sizeof(value)},
	WF_TABLES(TEST_SIZES)
#undef TEST_SIZES
};

static inline struct test_entry *test_tables_entry(const struct test_tables *t, enum wf_table table,
						   const void *key)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->entries[i].table == table &&
		    memcmp(t->entries[i].key, key, test_sizes[table].key) == 0)
			return (struct test_entry *)&t->entries[i];
	return NULL;
}

static inline const void *test_tables_exact(const void *tables, enum wf_table table,
					    const void *key)
{
	const struct test_entry *e = test_tables_entry(tables, table, key);

	return e ? e->value : NULL;
}

/* For struct wf_world. */
static inline const void *test_tables_find(const void *tables, enum wf_table table, const void *key)
{
	if (table == WF_TABLE_ZONE)
		return wf_zone_longest(test_tables_exact, tables, key);
	return test_tables_exact(tables, table, key);
}

static inline void test_tables_put(struct test_tables *t, enum wf_table table, const void *key,
				   const void *value)
{
	struct test_entry *e = test_tables_entry(t, table, key);

	if (!e) {
		if (t->n == TEST_ENTRIES_MAX)
			abort();
		e = &t->entries[t->n++];
		e->table = table;
		memcpy(e->key, key, test_sizes[table].key);
	}
	memcpy(e->value, value, test_sizes[table].value);
}

static inline void test_tables_drop(struct test_tables *t, enum wf_table table, const void *key)
{
	struct test_entry *e = test_tables_entry(t, table, key);

	if (e)
		*e = t->entries[--t->n];
}
