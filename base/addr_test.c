// SPDX-License-Identifier: Apache-2.0
#include "base/addr.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void prefix_parse_takes_both_families_and_refuses_the_rest(void **state)
{
	static const struct {
		const char *text, *printed; /* NULL: refused with @code */
		int code;
	} cases[] = {
		{"10.0.0.0/16", "10.0.0.0/16", 0},
		{"0.0.0.0/0", "0.0.0.0/0", 0},
		{"fd00:0:0::/48", "fd00::/48", 0},
		{"::/0", "::/0", 0},
		{"10.0.0.1/32", "10.0.0.1/32", 0},
		{"10.0.0.1/16", NULL, -EDOM},
		{"fd00::1/64", NULL, -EDOM},
		{"10.0.0.0", NULL, -EINVAL},
		{"10.0.0.0/33", NULL, -EINVAL},
		{"fd00::/129", NULL, -EINVAL},
		{"fd00::/", NULL, -EINVAL},
		{"fd00::/+8", NULL, -EINVAL},
		{"fd00::/8x", NULL, -EINVAL},
		{"::ffff:10.0.0.0/112", NULL, -EINVAL},
		{"", NULL, -EINVAL},
	};
	char buf[WF_PREFIX_STR_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_prefix p;

		assert_int_equal(wf_prefix_parse(cases[i].text, &p), cases[i].code);
		if (cases[i].printed)
			assert_string_equal(wf_prefix_str(&p, buf), cases[i].printed);
	}
}

static void prefix_has_and_overlaps_respect_the_family(void **state)
{
	struct wf_prefix v4, inside, v6;
	struct wf_addr a;

	assert_int_equal(wf_prefix_parse("10.1.0.0/16", &v4), 0);
	assert_int_equal(wf_prefix_parse("10.1.2.0/24", &inside), 0);
	assert_int_equal(wf_prefix_parse("fd00::/8", &v6), 0);
	assert_int_equal(wf_addr_parse("10.1.2.3", &a), 0);
	assert_true(wf_prefix_has(&v4, &a));
	assert_true(wf_prefix_has(&inside, &a));
	assert_false(wf_prefix_has(&v6, &a));
	assert_true(wf_prefix_overlaps(&v4, &inside));
	assert_true(wf_prefix_overlaps(&inside, &v4));
	assert_false(wf_prefix_overlaps(&v4, &v6));
	assert_int_equal(wf_addr_parse("10.2.2.3", &a), 0);
	assert_false(wf_prefix_has(&v4, &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefix_parse_takes_both_families_and_refuses_the_rest),
		cmocka_unit_test(prefix_has_and_overlaps_respect_the_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
