// SPDX-License-Identifier: Apache-2.0
#include "kern/bpf_log.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* As libbpf says it. */
__attribute__((format(printf, 2, 3))) static void say(enum libbpf_print_level level,
						      const char *fmt, ...)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	va_list ap;

	libbpf_set_print(print);
	va_start(ap, fmt);
	print(level, fmt, ap);
	va_end(ap);
}

static void error_is_what_libbpf_warned_of_first(void **state)
{
	struct wf_err err = {0};

	wf_bpf_log_begin();
	say(LIBBPF_DEBUG, "libbpf: chatter\n");
	say(LIBBPF_WARN, "libbpf: map 'm': failed\n");
	say(LIBBPF_WARN, "libbpf: so did the object\n");
	assert_int_equal(wf_bpf_log_error(&err, -EINVAL, "load"), -EINVAL);
	assert_string_equal(err.msg, "cannot load: map 'm': failed; so did the object");
}

static void without_a_warning_errno_has_to_do(void **state)
{
	struct wf_err err = {0};

	wf_bpf_log_begin();
	say(LIBBPF_WARN, "libbpf: of another time\n");
	wf_bpf_log_begin();
	wf_bpf_log_error(&err, -ENOENT, "load");
	assert_string_equal(err.msg, "cannot load: No such file or directory");
}

static void of_a_verifier_log_the_last_lines_are_kept(void **state)
{
	static const struct {
		const char *log;
		const char *wanted;
	} cases[] = {
		{"0: r1 = r0\n1: r2 = r1\n2: r3 = r2\n3: exit\nR0 !read_ok\n"
		 "processed 4 insns (limit 1000000)\n",
		 "cannot load: 2: r3 = r2 3: exit R0 !read_ok"},
		{"R0 !read_ok\n", "cannot load: R0 !read_ok"},
		{"", "cannot load: Permission denied"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wf_err err = {0};

		wf_bpf_log_begin();
		say(LIBBPF_WARN,
		    "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --\n%s-- END PROG LOAD LOG --\n",
		    cases[i].log);
		wf_bpf_log_error(&err, -EACCES, "load");
		assert_string_equal(err.msg, cases[i].wanted);
	}
}

static void a_flood_is_cut(void **state)
{
	struct wf_err err = {0};

	wf_bpf_log_begin();
	for (int i = 0; i < 1000; i++)
		say(LIBBPF_WARN, "libbpf: warning %d\n", i);
	wf_bpf_log_error(&err, -EINVAL, "load");
	assert_int_equal(strncmp(err.msg, "cannot load: warning 0; warning 1; ", 35), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_is_what_libbpf_warned_of_first),
		cmocka_unit_test(without_a_warning_errno_has_to_do),
		cmocka_unit_test(of_a_verifier_log_the_last_lines_are_kept),
		cmocka_unit_test(a_flood_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
