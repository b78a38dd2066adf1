// SPDX-License-Identifier: Apache-2.0
#include "agent/pulse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* '+' a good result, '-' a bad one; after each: '?' unknown, 'u' up, 'd' down. */
static const struct {
	uint8_t rise, fall;
	const char *results, *verdicts;
} cases[] = {
	{2, 3, "+", "u"},
	{2, 3, "--+", "??u"},
	{2, 3, "---", "??d"},
	{2, 3, "---++", "??ddu"},
	{2, 3, "---+-++", "??ddddu"},
	{2, 3, "+--+--+---", "uuuuuuuuud"},
	{1, 1, "-+-+", "dudu"},
	{1, 2, "-", "?"},
	{100, 1, "-+-+", "dddd"},
};

static char letter(enum wf_health h)
{
	return "?ud"[h];
}

static void verdicts_follow_results(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct wf_probe probe = {.rise = cases[i].rise, .fall = cases[i].fall};
		struct wf_pulse v = {0};

		for (size_t j = 0; cases[i].results[j]; j++) {
			char before = letter(v.health), wanted = cases[i].verdicts[j];
			bool is_new = wf_pulse_take(&v, &probe, cases[i].results[j] == '+');

			if (letter(v.health) != wanted || is_new != (before != wanted))
				fail_msg("%s: '%c' after %zu", cases[i].results, letter(v.health),
					 j + 1);
		}
	}
}

static void patience_can_be_as_large_as_a_probe_says(void **state)
{
	const struct wf_probe probe = {.rise = WF_PROBE_TIMES_MAX, .fall = WF_PROBE_TIMES_MAX};
	struct wf_pulse v = {.health = WF_HEALTH_UP};

	for (int i = 1; i < WF_PROBE_TIMES_MAX; i++)
		assert_false(wf_pulse_take(&v, &probe, false));
	assert_true(wf_pulse_take(&v, &probe, false));
	for (int i = 1; i < WF_PROBE_TIMES_MAX; i++)
		assert_false(wf_pulse_take(&v, &probe, true));
	assert_true(wf_pulse_take(&v, &probe, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_follow_results),
		cmocka_unit_test(patience_can_be_as_large_as_a_probe_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
