// SPDX-License-Identifier: Apache-2.0
#include "model/near.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void distance_counts_edits_and_swaps(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} cases[] = {
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"prefixes", "prefxes", 1},
		{"addresses", "adresses", 1},
		{"web", "wbe", 1},
		{"kitten", "sitting", 3},
		{"name", "node", 2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(wf_edit_distance(cases[i].a, cases[i].b), cases[i].distance);
		assert_int_equal(wf_edit_distance(cases[i].b, cases[i].a), cases[i].distance);
	}
}

static void the_nearest_come_first_and_at_most_three(void **state)
{
	static const char *const words[] = {"weighs", "height",	 "weight",
					    "weigh",  "freight", "red"};
	struct wf_near near = {.wanted = "weigth"};
	char buf[WF_NEAR_STR_MAX];

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		wf_near_offer(&near, words[i]);
	assert_string_equal(wf_near_str(&near, buf),
			    "; did you mean 'weight', 'weigh' or 'weighs'?");
}

static void few_candidates_are_listed_and_many_are_not(void **state)
{
	static const char *const words[] = {"a", "b", "c", "d", "e", "f", "g"};
	struct wf_near near = {.wanted = "zebra"};
	char buf[WF_NEAR_STR_MAX];

	assert_string_equal(wf_near_str(&near, buf), "");
	wf_near_offer(&near, words[0]);
	assert_string_equal(wf_near_str(&near, buf), "; there is 'a'");
	for (size_t i = 1; i < 6; i++)
		wf_near_offer(&near, words[i]);
	assert_string_equal(wf_near_str(&near, buf), "; there are 'a', 'b', 'c', 'd', 'e', 'f'");
	wf_near_offer(&near, words[6]);
	assert_string_equal(wf_near_str(&near, buf), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance_counts_edits_and_swaps),
		cmocka_unit_test(the_nearest_come_first_and_at_most_three),
		cmocka_unit_test(few_candidates_are_listed_and_many_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
