// SPDX-License-Identifier: Apache-2.0
#include "agent/printable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void only_printable_bytes_pass(void **state)
{
	static const struct {
		const char *text, *wanted;
		size_t size;
	} cases[] = {
		{"", "", 1},
		{"plain ~ text", "plain ~ text", 64},
		{"\x1b[31mred", "\\x1b[31mred", 64},
		{"a\nb\x7f\tc", "a\\x0ab\\x7f\\x09c", 64},
		{"\xc2\x9b\xff", "\\xc2\\x9b\\xff", 64},
		{"\\x1b", "\\\\x1b", 64},
		{"abc", "ab", 3},
		{"ab\x1b", "ab", 6},
		{"ab\x1b", "ab\\x1b", 7},
	};
	char buf[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(wf_printable(cases[i].text, buf, cases[i].size),
				    cases[i].wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_printable_bytes_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
