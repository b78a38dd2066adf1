// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The chain of marks that a receiver expects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dp/tables_test.h"
#include "dp/transit.h"

#define KEY    7u
#define NONCE  0x1122334455667788ull
#define DIGEST 0x99aabbccddeeff00ull

static const struct wf_config config = {.node = 9};
static struct test_tables tables;
static const struct wf_world world = {.config = &config,
				      .find = test_tables_find,
				      .tables = &tables};

/* Node n marks with {n, n + 1}; nobody knows the key of node 6. */
static int fill(void **state)
{
	tables.n = 0;
	for (uint16_t node = 1; node <= 9; node++) {
		const struct wf_transit_key key = {.key = KEY, .node = node};
		const struct wf_transit_entry entry = {.k = {node, node + 1}};

		if (node != 6)
			test_tables_put(&tables, WF_TABLE_TRANSIT, &key, &entry);
	}
	return 0;
}

static uint64_t chain(const uint16_t *nodes, size_t n)
{
	uint64_t mark = 0;

	for (size_t i = 0; i < n; i++)
		mark = wf_transit_mark((const __u64[2]){nodes[i], nodes[i] + 1u}, NONCE, mark,
				       DIGEST);
	return mark;
}

static void each_waypoint_marks_in_its_turn(void **state)
{
	static const struct wf_listed lists[] = {
		{0},
		{1, {4}, 0, 0},
		{3, {1, 4, 3}, 0, 0},
		{3, {3, 4, 1}, 0, 0},
		{4, {1, 4, 4, 1}, 0, 0}, /* twice, by a router that does not mark */
		{16, {1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1}, 0, 0},
	};
	__u64 mark;

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		assert_true(wf_transit_expect(&world, &lists[i], KEY, NONCE, DIGEST, &mark));
		assert_int_equal(mark, chain(lists[i].nodes, lists[i].n));
	}
}

static void what_cannot_be_computed_is_not_expected(void **state)
{
	const struct wf_listed unknown = {.n = 3, .nodes = {1, 6, 3}},
			       known = {.n = 1, .nodes = {1}};
	__u64 want;

	assert_false(wf_transit_expect(&world, &unknown, KEY, NONCE, DIGEST, &want));
	assert_false(wf_transit_expect(&world, &known, KEY + 1, NONCE, DIGEST, &want));
	assert_true(wf_transit_expect(&world, &known, KEY, NONCE, DIGEST, &want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_waypoint_marks_in_its_turn, fill),
		cmocka_unit_test_setup(what_cannot_be_computed_is_not_expected, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
