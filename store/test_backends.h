/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one table of tests against every backend, each with two opens of one fresh store. */
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include "store/test_store.h"

#define TESTS_MAX 32
#define TEST(f)	  cmocka_unit_test_setup_teardown(f, setup, teardown)

struct backend {
	const char *name;
	const char *url;
	struct wf_store *a, *b; /* two opens of one store */
};

static char sqlite_dir[] = "/tmp/weft-store-XXXXXX";
static char sqlite_url[64];

static struct backend backends[] = {
	{.name = "mem", .url = "mem:conformance"},
	{.name = "sqlite", .url = sqlite_url},
};

static inline int setup(void **state)
{
	struct backend *b = *state;

	b->a = must_open(b->url);
	b->b = must_open(b->url);
	return 0;
}

static inline int teardown(void **state)
{
	struct backend *b = *state;
	const char *const suffixes[] = {"", "-wal", "-shm"};
	char path[80];

	wf_store_close(b->a);
	wf_store_close(b->b);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/store%s", sqlite_dir, suffixes[i]);
		unlink(path);
	}
	return 0;
}

static inline struct wf_store *a_of(void **state)
{
	return ((struct backend *)*state)->a;
}

static inline struct wf_store *b_of(void **state)
{
	return ((struct backend *)*state)->b;
}

static inline int run_on_all_backends(const struct CMUnitTest *tests, size_t n_tests)
{
	struct CMUnitTest mine[TESTS_MAX];
	int n_failed = 0;

	if (n_tests > TESTS_MAX || !mkdtemp(sqlite_dir))
		return 1;
	snprintf(sqlite_url, sizeof(sqlite_url), "sqlite:%s/store", sqlite_dir);
	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
		memcpy(mine, tests, n_tests * sizeof(tests[0]));
		for (size_t t = 0; t < n_tests; t++)
			mine[t].initial_state = &backends[i];
		n_failed += _cmocka_run_group_tests(backends[i].name, mine, n_tests, NULL, NULL);
	}
	rmdir(sqlite_dir);
	return n_failed;
}
