// SPDX-License-Identifier: Apache-2.0
#include "agent/slots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void the_lowest_free_slot_is_taken_and_never_slot_0(void **state)
{
	struct wf_slots s = {0};
	uint32_t n;

	for (uint32_t i = 1; i <= 5; i++) {
		assert_int_equal(wf_slots_take(&s, &n), 0);
		assert_int_equal(n, i);
	}
	wf_slots_give(&s, 2);
	wf_slots_give(&s, 4);
	assert_int_equal(wf_slots_take(&s, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(wf_slots_take(&s, &n), 0);
	assert_int_equal(n, 4);
	wf_slots_done(&s);
}

static void adopted_slots_stay_and_impossible_ones_are_refused(void **state)
{
	struct wf_counter_key a = {.kind = WF_COUNTER_SID}, b = {.kind = WF_COUNTER_PATH};
	struct wf_slots s = {0};
	uint32_t n;

	assert_int_equal(wf_slots_adopt(&s, &a, 0), -EINVAL);
	assert_int_equal(wf_slots_adopt(&s, &a, WF_COUNTER_SLOTS), -EINVAL);
	assert_int_equal(wf_slots_adopt(&s, &a, 1), 0);
	assert_int_equal(wf_slots_adopt(&s, &b, 1), -EEXIST);
	assert_int_equal(wf_slots_adopt(&s, &b, 2), 0);
	wf_slots_sort(&s);
	assert_int_equal(wf_slots_find(&s, &a)->number, 1);
	assert_int_equal(wf_slots_find(&s, &b)->number, 2);
	a.kind = WF_COUNTER_ENDPOINT_RX;
	assert_null(wf_slots_find(&s, &a));
	assert_int_equal(wf_slots_take(&s, &n), 0);
	assert_int_equal(n, 3);
	wf_slots_done(&s);
}

static void all_slots_can_be_taken(void **state)
{
	struct wf_slots s = {0};
	uint32_t n;

	for (uint32_t i = 1; i < WF_COUNTER_SLOTS; i++)
		assert_int_equal(wf_slots_take(&s, &n), 0);
	assert_int_equal(wf_slots_take(&s, &n), -ENOSPC);
	wf_slots_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lowest_free_slot_is_taken_and_never_slot_0),
		cmocka_unit_test(adopted_slots_stay_and_impossible_ones_are_refused),
		cmocka_unit_test(all_slots_can_be_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
