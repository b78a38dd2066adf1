// SPDX-License-Identifier: Apache-2.0
#include "model/labels.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

static void parse_sorts_and_refuses_what_is_no_label_set(void **state)
{
	static const struct {
		const char *text, *printed; /* NULL: refused */
	} cases[] = {
		{"", ""},
		{"app=web", "app=web"},
		{"tier=front,app=web", "app=web,tier=front"},
		{"a=", "a="},
		{"x.y/z-1_=V.1-_", "x.y/z-1_=V.1-_"},
		{"app", NULL},
		{"app=web,", NULL},
		{",app=web", NULL},
		{"app=web,,b=c", NULL},
		{"app=web,app=web", NULL},
		{"=web", NULL},
		{"-a=b", NULL},
		{"a=/b", NULL},
		{"a=b c", NULL},
		{"a=b=c", NULL},
	};
	char buf[WF_LABELS_STR_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_labels l = {0};

		assert_int_equal(wf_labels_parse(cases[i].text, &l),
				 cases[i].printed ? 0 : -EINVAL);
		if (cases[i].printed)
			assert_string_equal(wf_labels_str(&l, buf), cases[i].printed);
		wf_labels_done(&l);
	}
}

static void set_replaces_the_value_of_a_key(void **state)
{
	struct wf_labels l = {0};
	char buf[WF_LABELS_STR_MAX];

	assert_int_equal(wf_labels_set(&l, "b", "1"), 0);
	assert_int_equal(wf_labels_set(&l, "a", "1"), 0);
	assert_int_equal(wf_labels_set(&l, "b", "2"), 0);
	assert_string_equal(wf_labels_str(&l, buf), "a=1,b=2");
	wf_labels_done(&l);
}

static void set_refuses_more_labels_than_the_limit_and_keeps_the_rest(void **state)
{
	struct wf_labels l = {0};
	char key[8];

	for (int i = 0; i < WF_LABELS_MAX; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		assert_int_equal(wf_labels_set(&l, key, ""), 0);
	}
	assert_int_equal(wf_labels_set(&l, "more", ""), -E2BIG);
	assert_int_equal(wf_labels_set(&l, "k0", "v"), 0);
	assert_int_equal(l.n, WF_LABELS_MAX);
	wf_labels_done(&l);
}

static void the_text_of_a_set_is_at_most_the_limit(void **state)
{
	struct wf_labels l = {0};
	char key[WF_LABEL_KEY_MAX + 2], buf[WF_LABELS_STR_MAX];
	int r = 0;

	for (int i = 0; !r; i++) {
		snprintf(key, sizeof(key), "%063d", i);
		r = wf_labels_set(&l, key, "");
	}
	assert_int_equal(r, -E2BIG);
	assert_int_equal(l.n, 6);
	assert_int_equal(strlen(wf_labels_str(&l, buf)), 6 * 65 - 1);
	snprintf(key, sizeof(key), "%063d", 0);
	assert_int_equal(wf_labels_set(&l, key, "12345678901"), 0);
	assert_int_equal(strlen(wf_labels_str(&l, buf)), WF_LABELS_TEXT_MAX);
	assert_int_equal(wf_labels_set(&l, key, "123456789012"), -E2BIG);
	snprintf(key, sizeof(key), "%064d", 0);
	assert_int_equal(wf_labels_set(&l, key, ""), -EINVAL);
	wf_labels_done(&l);
}

static void have_wants_every_label_with_its_value(void **state)
{
	static const struct {
		const char *labels, *wanted;
		bool has, is_equal;
	} cases[] = {
		{"a=1,b=2,c=3", "b=2", true, false},
		{"a=1,b=2,c=3", "a=1,c=3", true, false},
		{"a=1,b=2,c=3", "b=3", false, false},
		{"a=1,b=2,c=3", "a=1,d=4", false, false},
		{"a=1", "", true, false},
		{"", "a=1", false, false},
		{"a=1,b=2", "b=2,a=1", true, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_labels l, wanted;

		assert_int_equal(wf_labels_parse(cases[i].labels, &l), 0);
		assert_int_equal(wf_labels_parse(cases[i].wanted, &wanted), 0);
		assert_int_equal(wf_labels_have(&l, &wanted), cases[i].has);
		assert_int_equal(wf_labels_equal(&l, &wanted), cases[i].is_equal);
		wf_labels_done(&l);
		wf_labels_done(&wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_sorts_and_refuses_what_is_no_label_set),
		cmocka_unit_test(set_replaces_the_value_of_a_key),
		cmocka_unit_test(set_refuses_more_labels_than_the_limit_and_keeps_the_rest),
		cmocka_unit_test(the_text_of_a_set_is_at_most_the_limit),
		cmocka_unit_test(have_wants_every_label_with_its_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
