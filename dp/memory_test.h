/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A memory for the worlds of tests: all that is remembered in one list, searched from the front. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "dp/memory.h"

#define TEST_MEMORY_MAX	  256
#define TEST_MEMORY_KEY	  48
#define TEST_MEMORY_VALUE sizeof(struct wf_proxied) /* the largest there is */

struct test_memory {
	struct {
		enum wf_memory what;
		__u8 key[TEST_MEMORY_KEY];
		__u8 value[TEST_MEMORY_VALUE] WF_ALIGNED8;
	} entries[TEST_MEMORY_MAX];
	size_t n;
};

static const struct {
	size_t key, value; /* bytes */
} test_memory_sizes[WF_MEMORY_COUNT] = {
#define TEST_MEMORY_SIZES(id, name, key, value, max) {sizeof(key), sizeof(value)},
	WF_MEMORIES(TEST_MEMORY_SIZES)
#undef TEST_MEMORY_SIZES
};

/* For struct wf_world; @memory: a struct test_memory. */
static inline void *test_memory_recall(void *memory, enum wf_memory what, const void *key)
{
	struct test_memory *m = memory;

	for (size_t i = 0; i < m->n; i++)
		if (m->entries[i].what == what &&
		    memcmp(m->entries[i].key, key, test_memory_sizes[what].key) == 0)
			return m->entries[i].value;
	return NULL;
}

static inline void test_memory_remember(void *memory, enum wf_memory what, const void *key,
					const void *value)
{
	struct test_memory *m = memory;
	void *was = test_memory_recall(memory, what, key);

	if (!was) {
		if (m->n == TEST_MEMORY_MAX)
			abort();
		m->entries[m->n].what = what;
		memcpy(m->entries[m->n].key, key, test_memory_sizes[what].key);
		was = m->entries[m->n++].value;
	}
	memcpy(was, value, test_memory_sizes[what].value);
}
