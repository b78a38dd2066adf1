// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void take_of_an_empty_buffer_is_the_empty_string(void **state)
{
	struct wf_buf b = {0};
	char *s = wf_buf_take(&b);

	assert_string_equal(s, "");
	free(s);
}

static void printf_grows_across_the_capacity(void **state)
{
	struct wf_buf b = {0};
	char *s;

	for (int i = 0; i < 1000; i++)
		wf_buf_printf(&b, "%03d,", i);
	assert_int_equal(b.len, 4000);
	s = wf_buf_take(&b);
	assert_memory_equal(s + 3996, "999,", 5);
	assert_null(b.data);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(take_of_an_empty_buffer_is_the_empty_string),
		cmocka_unit_test(printf_grows_across_the_capacity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
