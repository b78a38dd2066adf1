// SPDX-License-Identifier: Apache-2.0
/* Ways through functions: headers, lanes, and what receivers know of them. */
#include "compile/functions_world_test.h"

static void headers_visit_node_and_instance(void **state)
{
	static const struct {
		const char *via;
		enum wf_encoding encoding;
		enum wf_mode mode;
		const char *there, *back;
	} cases[] = {
		{"@fw", WF_ENCODING_CSID, WF_MODE_DYNAMIC,
		 "5f00:0:1:f007::; 5f00:0:b:e046:: 5f00:0:1:f007::; 1\n",
		 "5f00:0:1:f008::; 5f00:0:a:e046:: 5f00:0:1:f008::; 1\n"},
		{"@fw 4", WF_ENCODING_CSID, WF_MODE_NATIVE,
		 "5f00:0:1:f007:4::; 5f00:0:b:e046:: 5f00:0:1:f007:4::; 1\n",
		 "5f00:0:4:1:f008::; 5f00:0:a:e046:: 5f00:0:4:1:f008::; 1\n"},
		{"@fw 4", WF_ENCODING_SRH, WF_MODE_DYNAMIC,
		 "5f00:0:1:f007::; 5f00:0:b:e046:: 5f00:0:4:e001:: 5f00:0:1:f007::; 2\n",
		 "5f00:0:4:e001::; 5f00:0:a:e046:: 5f00:0:1:f008:: 5f00:0:4:e001::; 2\n"},
		/* what sees the headers gets whole ones */
		{"@fw 4", WF_ENCODING_CSID, WF_MODE_MASQUERADE,
		 "5f00:0:1:f007::; 5f00:0:b:e046:: 5f00:0:4:e001:: 5f00:0:1:f007::; 2\n",
		 "5f00:0:4:e001::; 5f00:0:a:e046:: 5f00:0:1:f008:: 5f00:0:4:e001::; 2\n"},
		/* six C-SIDs in a container, of which two stay together */
		{"4 4 4 4 4 @fw", WF_ENCODING_CSID, WF_MODE_DYNAMIC,
		 "5f00:0:4:4:4:4:4:0; 5f00:0:b:e046:: 5f00:0:1:f007:: 5f00:0:4:4:4:4:4:0; 2\n",
		 "5f00:0:1:f008:4:4:4:4; 5f00:0:a:e046:: 5f00:0:4:: 5f00:0:1:f008:4:4:4:4; 2\n"},
		/* the sender's own node is left out, a function on it is not */
		{"A @ids 4", WF_ENCODING_CSID, WF_MODE_DYNAMIC,
		 "5f00:0:a:f005:4::; 5f00:0:b:e046:: 5f00:0:a:f005:4::; 1\n",
		 "5f00:0:4:a:f005:a::; 5f00:0:a:e046:: 5f00:0:4:a:f005:a::; 1\n"},
		{"@ids @fw", WF_ENCODING_CSID, WF_MODE_DYNAMIC,
		 "5f00:0:a:f005:1:f007::; 5f00:0:b:e046:: 5f00:0:a:f005:1:f007::; 1\n",
		 "5f00:0:1:f008:a:f005::; 5f00:0:a:e046:: 5f00:0:1:f008:a:f005::; 1\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model)
		struct wf_model *m = make_cluster(cases[i].mode, cases[i].via);
		WF_CLEANUP(cleanup_image) struct wf_image *a = NULL, *b = NULL;
		_cleanup_free_ char *there = NULL, *back = NULL;

		set_down(m, "fw2-in", true);
		put_policy(m, cases[i].encoding, cases[i].via, NULL);
		a = compile_at(m, "A");
		b = compile_at(m, "B");
		there = headers_of(a, B, 0);
		back = headers_of(b, A, 0);
		assert_string_equal(there, cases[i].there);
		assert_string_equal(back, cases[i].back);
	}
}

/* Both on B: through the firewall all the same. */
static void neighbours_go_through_the_function_too(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(WF_MODE_DYNAMIC, "@fw");
	WF_CLEANUP(cleanup_image) struct wf_image *b = NULL;
	_cleanup_free_ char *there = NULL;

	set_down(m, "fw2-out", true);
	b = compile_at(m, "B");
	there = headers_of(b, B, 0);
	/* of both directions */
	assert_string_equal(there, "5f00:0:1:f007::; 5f00:0:b:e046:: 5f00:0:1:f007::; 1\n"
				   "5f00:0:1:f008::; 5f00:0:b:e046:: 5f00:0:1:f008::; 1\n");
}

static void both_ends_call_a_lane_the_same(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(WF_MODE_DYNAMIC, "@ids 4 @fw");
	WF_CLEANUP(cleanup_image) struct wf_image *a = compile_at(m, "A");
	WF_CLEANUP(cleanup_image) struct wf_image *b = compile_at(m, "B");
	const struct wf_lanes *there = lanes_of(a, false), *back = lanes_of(b, true);

	assert_non_null(there);
	assert_non_null(back);
	assert_int_equal(there->n, 2);
	assert_memory_equal(there, back, sizeof(*there));
	assert_int_not_equal(there->names[0], 0);
	assert_int_not_equal(there->names[0], there->names[1]);
}

static void receivers_read_the_lane_from_the_list(void **state)
{
	static const struct {
		const char *via;
		enum wf_mode mode;
		unsigned int n;
	} cases[] = {
		{"@fw", WF_MODE_DYNAMIC, 2},
		{"A @ids @fw", WF_MODE_DYNAMIC, 2},
		{"4 @fw 4", WF_MODE_MASQUERADE, 2},
		{"@ids", WF_MODE_NATIVE, 1},
		{"4 4 4 4 4 @fw @ids", WF_MODE_STATIC, 2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model)
		struct wf_model *m = make_cluster(cases[i].mode, cases[i].via);
		WF_CLEANUP(cleanup_image) struct wf_image *a = compile_at(m, "A");
		WF_CLEANUP(cleanup_image) struct wf_image *b = compile_at(m, "B");

		assert_int_equal(check_listed(a, 0, A, false, b, B), cases[i].n);
		assert_int_equal(check_listed(b, 0, B, true, a, A), cases[i].n);
	}
}

/* What is used after an instance has come or gone was accepted before. */
static void health_changes_nothing_for_receivers(void **state)
{
	static const char *const down[] = {"fw1-in", "fw1-out", "fw2-in", "ids"};
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(WF_MODE_DYNAMIC, "@ids 4 @fw");
	WF_CLEANUP(cleanup_image) struct wf_image *before = compile_at(m, "B");

	for (size_t i = 0; i < sizeof(down) / sizeof(*down); i++) {
		WF_CLEANUP(cleanup_image) struct wf_image *a = NULL, *b = NULL;

		set_down(m, down[i], true);
		a = compile_at(m, "A");
		b = compile_at(m, "B");
		check_listed(a, 0, A, false, before, B);
		assert_int_equal(wf_image_count(b, WF_TABLE_LISTED),
				 wf_image_count(before, WF_TABLE_LISTED));
	}
}

static void without_an_instance_it_is_passed_by_or_there_is_no_way(void **state)
{
	static const char direct[] = "5f00:0:b:e046::\n",
			  by_4[] = "5f00:0:4::; 5f00:0:b:e046::; 1\n";
	static const struct {
		const char *via, *second;
		bool is_bypass;
		uint32_t n_lanes;
		int bound; /* -1: no choice */
		const char *headers;
	} cases[] = {
		{"@fw", NULL, false, 0, -1, ""},
		{"@fw", NULL, true, 1, 1, direct},
		{"4 @fw", NULL, true, 1, 1, by_4},
		/* only the other alternative has flows */
		{"@fw", "4", false, 0, 0, by_4},
		{"@unknown", NULL, true, 0, -1, ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		WF_CLEANUP(cleanup_model)
		struct wf_model *m = make_cluster(WF_MODE_DYNAMIC, cases[i].via);
		WF_CLEANUP(cleanup_image) struct wf_image *a = NULL;
		_cleanup_free_ char *headers = NULL;

		set_down(m, "fw1-out", true);
		set_down(m, "fw2-in", true);
		put_functions(m, WF_MODE_DYNAMIC, cases[i].is_bypass);
		put_policy(m, WF_ENCODING_UNSET, cases[i].via, cases[i].second);
		a = compile_at(m, "A");
		headers = headers_of(a, B, 0);
		assert_string_equal(headers, cases[i].headers);
		assert_int_equal(lanes_of(a, false) ? lanes_of(a, false)->n : 0, cases[i].n_lanes);
		if (cases[i].n_lanes)
			assert_int_equal(lanes_of(a, false)->names[0], WF_LANE_PASSED_BY);
		if (cases[i].bound < 0)
			assert_null(choice_of(a));
		else
			assert_int_equal(choice_of(a)->bound[0], cases[i].bound);
	}
}

/* On the node that does not reach them, and on no other. */
static void instances_on_a_node_that_is_not_reached_are_down(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(WF_MODE_DYNAMIC, "@fw");
	WF_CLEANUP(cleanup_image) struct wf_image *all = compile_at(m, "A");
	WF_CLEANUP(cleanup_image) struct wf_image *without = compile_without(m, "A", G);
	WF_CLEANUP(cleanup_image) struct wf_image *down = NULL;
	_cleanup_free_ char *is = NULL, *should_be = NULL;

	set_down(m, "fw2-in", true);
	down = compile_at(m, "A");
	is = wf_image_str(without);
	should_be = wf_image_str(down);
	assert_int_equal(lanes_of(all, false)->n, 2);
	assert_int_equal(lanes_of(without, false)->n, 1);
	assert_string_equal(is, should_be);
}

static void connections_through_functions_are_tracked(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = make_cluster(WF_MODE_DYNAMIC, "4");
	WF_CLEANUP(cleanup_image) struct wf_image *without = compile_at(m, "A"), *with = NULL;
	const struct wf_set *set = wf_image_value(without, WF_TABLE_SET, 0);

	assert_false(set->is_tracked);
	put_policy(m, WF_ENCODING_UNSET, "4", "@fw");
	with = compile_at(m, "A");
	set = wf_image_value(with, WF_TABLE_SET, 0);
	assert_true(set->is_tracked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_visit_node_and_instance),
		cmocka_unit_test(neighbours_go_through_the_function_too),
		cmocka_unit_test(both_ends_call_a_lane_the_same),
		cmocka_unit_test(receivers_read_the_lane_from_the_list),
		cmocka_unit_test(health_changes_nothing_for_receivers),
		cmocka_unit_test(without_an_instance_it_is_passed_by_or_there_is_no_way),
		cmocka_unit_test(instances_on_a_node_that_is_not_reached_are_down),
		cmocka_unit_test(connections_through_functions_are_tracked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
