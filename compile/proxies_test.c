// SPDX-License-Identifier: Apache-2.0
/* What a node has for the instances of functions that are on it. */
#include "compile/functions_world_test.h"

/* The lines of the image that begin so, without the counters. */
static void assert_lines(const struct wf_image *img, const char *begin, const char *expected)
{
	_cleanup_free_ char *text = wf_image_str(img);
	struct wf_buf b = {0};
	char *rest, *line;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, begin, strlen(begin)) == 0)
			wf_buf_printf(&b, "%s\n", line);
	assert_string_equal(b.data ? b.data : "", expected);
	wf_buf_done(&b);
}

static void a_node_has_a_sid_for_each_arm(void **state)
{
	static const char sids[] =
		"sid 5f00:0:1:: = uN\n"
		"sid 5f00:0:1:e001:: = End\n"
		"sid 5f00:0:1:f007:: = End.AD tenant 1 interface 21 out 22 02:00:0a:00:01:01\n"
		"sid 5f00:0:1:f008:: = End.AD tenant 1 interface 22 out 21 02:00:0a:00:01:02\n"
		"sid 5f00:0:1:e046:: = End.DT46\n";
	static const char counters[] = "counter sid 5f00:0:1::\n"
				       "counter sid 5f00:0:1:e001::\n"
				       "counter sid 5f00:0:1:f007::\n"
				       "counter sid 5f00:0:1:f008::\n";
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(WF_MODE_DYNAMIC, "@fw");
	WF_CLEANUP(cleanup_image) struct wf_image *f = compile_at(m, "F"), *down = NULL;
	WF_CLEANUP(cleanup_image) struct wf_image *a = compile_at(m, "A"), *passed = NULL;

	assert_lines(f, "sid", sids);
	assert_lines(f, "counter sid", counters);
	assert_lines(f, "port 21",
		     "port 21 = tenant 1 identity 3 sid 7 proxy End.AD 02:00:0a:00:01:01 "
		     "10.0.1.1\n");
	assert_lines(f, "port 22",
		     "port 22 = tenant 1 identity 3 sid 8 proxy End.AD 02:00:0a:00:01:02 "
		     "10.0.1.2\n");
	assert_lines(a, "sid 5f00:0:a:f",
		     "sid 5f00:0:a:f005:: = End.AD tenant 1 interface 25 02:57:65:66:74:01 "
		     "bridged\n");
	set_down(m, "fw1-out", true);
	down = compile_at(m, "F");
	assert_lines(down, "sid 5f00:0:1:f",
		     "sid 5f00:0:1:f007:: = End.AD tenant 1 02:00:0a:00:01:01 down\n"
		     "sid 5f00:0:1:f008:: = End.AD tenant 1 02:00:0a:00:01:02 down\n");
	put_functions(m, WF_MODE_NATIVE, true);
	passed = compile_at(m, "F");
	assert_lines(passed, "sid 5f00:0:1:f",
		     "sid 5f00:0:1:f007:: = End.AN tenant 1 02:00:0a:00:01:01 passed by\n"
		     "sid 5f00:0:1:f008:: = End.AN tenant 1 02:00:0a:00:01:02 passed by\n");
	assert_lines(passed, "port 22",
		     "port 22 = tenant 1 identity 3 sr-aware sid 8 proxy End.AN "
		     "02:00:0a:00:01:02 10.0.1.2\n");
}

static void a_static_function_has_the_rest_of_each_lane(void **state)
{
	static const struct {
		const char *via;
		enum wf_encoding encoding;
		const char *there, *back; /* from F on */
	} cases[] = {
		{"@fw", WF_ENCODING_CSID, "5f00:0:b:e046::; 5f00:0:b:e046:: 5f00:0:1:f007::; 0\n",
		 "5f00:0:a:e046::; 5f00:0:a:e046:: 5f00:0:1:f008::; 0\n"},
		{"A @fw 4", WF_ENCODING_CSID,
		 "5f00:0:4::; 5f00:0:b:e046:: 5f00:0:a:1:f007:4::; 1\n",
		 "5f00:0:a::; 5f00:0:a:e046:: 5f00:0:4:1:f008:a::; 1\n"},
		{"4 4 4 4 4 @fw @ids 4", WF_ENCODING_CSID,
		 "5f00:0:a:f005:4::; 5f00:0:b:e046:: 5f00:0:1:f007:a:f005:4:0 "
		 "5f00:0:4:4:4:4:4:0; 1\n",
		 "5f00:0:4::; 5f00:0:a:e046:: 5f00:0:4:4:4:4:: 5f00:0:4:a:f005:1:f008:4; 2\n"},
		{"4 @fw 4", WF_ENCODING_SRH,
		 "5f00:0:4:e001::; 5f00:0:b:e046:: 5f00:0:4:e001:: 5f00:0:1:f007:: "
		 "5f00:0:4:e001::; 1\n",
		 "5f00:0:4:e001::; 5f00:0:a:e046:: 5f00:0:4:e001:: 5f00:0:1:f008:: "
		 "5f00:0:4:e001::; 1\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model)
		struct wf_model *m = make_cluster(WF_MODE_STATIC, cases[i].via);
		WF_CLEANUP(cleanup_image) struct wf_image *f = NULL, *b = NULL;
		_cleanup_free_ char *there = NULL, *back = NULL, *own = NULL;

		put_policy(m, cases[i].encoding, cases[i].via, NULL);
		f = compile_at(m, "F");
		b = compile_at(m, "B");
		there = headers_of(f, B, 7);
		back = headers_of(f, A, 8);
		own = headers_of(f, B, 0); /* nobody sends from here */
		assert_string_equal(there, cases[i].there);
		assert_string_equal(back, cases[i].back);
		assert_string_equal(own, "");
		assert_int_equal(check_listed(f, 7, A, false, b, B), 1);
		assert_non_null(choice_of(f));
		assert_int_equal(lanes_of(f, false)->n, 2);
	}
}

/* The argument goes to where it is read: the final SID, in the list or already the destination. */
static void a_rest_tells_where_its_argument_is(void **state)
{
	static const struct {
		const char *via;
		unsigned int offset;
	} cases[] = {
		{"@fw", WF_IPV6_LEN - 8},
		{"@fw 4", WF_IPV6_LEN + WF_SRH_LEN + 8},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model)
		struct wf_model *m = make_cluster(WF_MODE_STATIC, cases[i].via);
		WF_CLEANUP(cleanup_image) struct wf_image *f = compile_at(m, "F");
		unsigned int n = 0;

		for (size_t k = 0; k < wf_image_count(f, WF_TABLE_PATH); k++) {
			const struct wf_path_key *key = wf_image_key(f, WF_TABLE_PATH, k);
			const struct wf_template *t = wf_image_value(f, WF_TABLE_PATH, k);

			if (key->sid != 7)
				continue;
			assert_int_equal(t->arg_offset, cases[i].offset);
			n++;
		}
		assert_int_equal(n, 1);
	}
}

/* Its answers go the mirrored way: there is none of a policy that is not symmetric. */
static void a_dynamic_function_has_the_rest_of_mirrored_lanes(void **state)
{
	for (int is_symmetric = 0; is_symmetric < 2; is_symmetric++) {
		WF_CLEANUP(cleanup_model)
		struct wf_model *m = make_cluster(WF_MODE_DYNAMIC, "A @fw 4");
		WF_CLEANUP(cleanup_image) struct wf_image *f = NULL;
		_cleanup_free_ char *there = NULL, *back = NULL;

		if (!is_symmetric)
			put_one_way(m, "A @fw 4");
		f = compile_at(m, "F");
		there = headers_of(f, B, 7);
		back = headers_of(f, A, 8);
		assert_string_equal(there,
				    is_symmetric
					    ? "5f00:0:4::; 5f00:0:b:e046:: 5f00:0:a:1:f007:4::; 1\n"
					    : "");
		assert_string_equal(back,
				    is_symmetric
					    ? "5f00:0:a::; 5f00:0:a:e046:: 5f00:0:4:1:f008:a::; 1\n"
					    : "");
	}
}

/* It sends in the name of anybody, so it needs to know what anybody may. */
static void who_speaks_for_others_knows_the_verdicts_of_all(void **state)
{
	static const struct {
		enum wf_mode mode;
		bool is_all;
	} cases[] = {
		{WF_MODE_STATIC, true},
		{WF_MODE_DYNAMIC, true},
		{WF_MODE_MASQUERADE, false},
		{WF_MODE_NATIVE, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(cases[i].mode, "@fw");
		WF_CLEANUP(cleanup_image)
		struct wf_image *f = compile_at(m, "F"), *b = compile_at(m, "B");

		assert_int_equal(wf_image_count(f, WF_TABLE_VERDICT),
				 cases[i].is_all ? wf_image_count(b, WF_TABLE_VERDICT) : 0);
	}
}

/* On F: its two arms, and x1 to x3. */
static void who_sees_the_headers_gets_them_all(void **state)
{
	static const struct {
		enum wf_mode mode;
		uint32_t mtu;
	} cases[] = {
		{WF_MODE_DYNAMIC, 1500 - 80},
		{WF_MODE_STATIC, 1500 - 80},
		{WF_MODE_MASQUERADE, 1500},
		{WF_MODE_NATIVE, 1500},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(cases[i].mode, "@fw");
		WF_CLEANUP(cleanup_image) struct wf_image *f = compile_at(m, "F");
		WF_CLEANUP(cleanup_image) struct wf_image *a = compile_at(m, "A");
		const struct wf_image_mtu *mtus;
		size_t n;

		mtus = wf_image_mtus(f, &n);
		assert_int_equal(n, 5);
		for (size_t k = 0; k < n; k++)
			assert_int_equal(mtus[k].mtu, cases[i].mtu);
		mtus = wf_image_mtus(a, &n);
		assert_int_equal(n, 2);
		assert_int_equal(mtus[0].mtu, 1500 - 80); /* of ids */
		assert_int_equal(mtus[1].mtu, 1500 - 80);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_has_a_sid_for_each_arm),
		cmocka_unit_test(a_static_function_has_the_rest_of_each_lane),
		cmocka_unit_test(a_rest_tells_where_its_argument_is),
		cmocka_unit_test(a_dynamic_function_has_the_rest_of_mirrored_lanes),
		cmocka_unit_test(who_speaks_for_others_knows_the_verdicts_of_all),
		cmocka_unit_test(who_sees_the_headers_gets_them_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
