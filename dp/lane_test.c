// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names of lanes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "dp/lane.h"

#define N_NODES 64
#define N_SIDS	64

static void one_candidate_is_no_lane(void **state)
{
	const struct wf_candidate none[WF_CANDIDATES_MAX] = {0};
	const struct wf_candidate one[WF_CANDIDATES_MAX] = {{1, 1}};

	(void)state;
	assert_int_equal(wf_lane_of_candidates(none), 0);
	assert_int_equal(wf_lane_of_candidates(one), 0);
}

static void others_have_a_name_whoever_owns(void **state)
{
	const struct wf_candidate a[WF_CANDIDATES_MAX] = {{1, 1}, {2, 1}};
	const struct wf_candidate b[WF_CANDIDATES_MAX] = {{7, 3}, {2, 1}};

	(void)state;
	assert_int_not_equal(wf_lane_of_candidates(a), 0);
	assert_int_equal(wf_lane_of_candidates(a), wf_lane_of_candidates(b));
}

/* They are made on many nodes, of versions that may differ. */
static void names_stay_what_they_are(void **state)
{
	const struct wf_candidate two[WF_CANDIDATES_MAX] = {{1, 1}, {2, 1}};
	const struct wf_candidate three[WF_CANDIDATES_MAX] = {{1, 1}, {2, 1}, {3, 5}};

	(void)state;
	assert_int_equal(wf_lane_of_candidates(two), 0xb34c0e8b);
	assert_int_equal(wf_lane_of_candidates(three), 0x9717306c);
}

static void the_order_of_the_others_counts(void **state)
{
	const struct wf_candidate ab[WF_CANDIDATES_MAX] = {{1, 1}, {2, 1}, {3, 5}};
	const struct wf_candidate ba[WF_CANDIDATES_MAX] = {{1, 1}, {3, 5}, {2, 1}};

	(void)state;
	assert_int_not_equal(wf_lane_of_candidates(ab), wf_lane_of_candidates(ba));
}

static void functions_and_candidates_make_one_name(void **state)
{
	(void)state;
	assert_int_equal(wf_lane_join(0, 0), 0);
	assert_int_equal(wf_lane_join(7, 0), 7);
	assert_int_equal(wf_lane_join(0, 9), 9);
	assert_int_not_equal(wf_lane_join(7, 9), wf_lane_join(9, 7));
	assert_int_not_equal(wf_lane_join(7, 9), 7);
}

static int name_cmp(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void two_lists_with_one_other_never_share_a_name(void **state)
{
	static uint32_t names[N_NODES * N_SIDS];
	size_t n = 0;

	(void)state;
	for (uint16_t node = 1; node <= N_NODES; node++)
		for (uint16_t sid = 1; sid <= N_SIDS; sid++) {
			const struct wf_candidate c[WF_CANDIDATES_MAX] = {{1, 1}, {node, sid}};

			names[n++] = wf_lane_of_candidates(c);
		}
	qsort(names, n, sizeof(*names), name_cmp);
	assert_int_not_equal(names[0], 0);
	for (size_t i = 1; i < n; i++)
		assert_int_not_equal(names[i], names[i - 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_candidate_is_no_lane),
		cmocka_unit_test(others_have_a_name_whoever_owns),
		cmocka_unit_test(names_stay_what_they_are),
		cmocka_unit_test(functions_and_candidates_make_one_name),
		cmocka_unit_test(the_order_of_the_others_counts),
		cmocka_unit_test(two_lists_with_one_other_never_share_a_name),
	};

	return cmocka_run_group_tests_name("dp/lane", tests, NULL, NULL);
}
