// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dp/tokens.h"

static uint32_t take_all(struct wf_tokens *t, uint64_t now)
{
	uint32_t n = 0;

	while (n < 1000 && wf_tokens_take(t, now))
		n++;
	return n;
}

static void a_burst_then_one_a_jiffy(void **state)
{
	struct wf_tokens t = {0};

	assert_int_equal(take_all(&t, 1000000), WF_TOKENS_BURST);
	assert_int_equal(take_all(&t, 1000000), 0);
	for (uint64_t now = 1000001; now < 1000100; now++)
		assert_int_equal(take_all(&t, now), 1);
	assert_int_equal(take_all(&t, 1000104), 5);
}

static void a_long_silence_saves_no_more_than_a_burst(void **state)
{
	static const uint64_t pauses[] = {WF_TOKENS_BURST, 1000, 1ull << 40, ~0ull - 5000};
	struct wf_tokens t = {0};
	uint64_t now = 5000;

	take_all(&t, now);
	for (size_t i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
		assert_int_equal(take_all(&t, now + pauses[i]), WF_TOKENS_BURST);
		t.at = now;
	}
}

static void nothing_is_gained_within_a_jiffy(void **state)
{
	struct wf_tokens t = {.at = 77, .left = 3};

	assert_int_equal(take_all(&t, 77), 3);
	assert_int_equal(t.left, 0);
	assert_int_equal(t.at, 77);
}

static uint32_t take_rate(struct wf_tokens *t, uint64_t now_ns, uint32_t rate)
{
	uint32_t n = 0;

	while (n < 10000 && wf_tokens_take_rate(t, now_ns, rate))
		n++;
	return n;
}

static void a_rate_is_a_seconds_worth(void **state)
{
	const uint64_t second = 1000000000;
	struct wf_tokens t = {0};

	assert_int_equal(take_rate(&t, second, 100), 100);
	assert_int_equal(take_rate(&t, second, 100), 0);
	assert_int_equal(take_rate(&t, second + second / 100 - 1, 100), 0);
	assert_int_equal(take_rate(&t, second + second / 100, 100), 1);
	assert_int_equal(take_rate(&t, second + second / 2, 100), 49);
	assert_int_equal(take_rate(&t, 100 * second, 100), 100);
	assert_int_equal(take_rate(&t, 100 * second + second / 10, 3), 0);
	assert_int_equal(take_rate(&t, 200 * second, 3), 3); /* a lower one holds at once */
	assert_int_equal(take_rate(&t, 300 * second, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_then_one_a_jiffy),
		cmocka_unit_test(a_long_silence_saves_no_more_than_a_burst),
		cmocka_unit_test(nothing_is_gained_within_a_jiffy),
		cmocka_unit_test(a_rate_is_a_seconds_worth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
