// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a function sends in the name of others (dp/static.h). */
#include "bpf/proxy_world_test.h"

/* The way from R to 10.0.0.9 on node 3 goes on behind the arm SID_IN. */
static void put_rest(struct fixture *f, uint32_t behavior)
{
	struct wf_path_key key = {
		.tenant = RED, .policy = POLICY, .node = 3, .sid = SID_IN, .lane = 0x77};
	const struct wf_choice_key choice_key = {.tenant = RED, .policy = POLICY, .node = 3};
	const struct wf_choice choice = {.bound = {1}, .n = 1, .has_lanes = 1};
	const struct wf_lanes_key lanes_key = {.tenant = RED, .policy = POLICY};
	const struct wf_lanes lanes = {.n = 2, .names = {0x66, 0x77}};
	const struct wf_side r = {RED, IDENTITY_R}, b = {RED, IDENTITY_B};
	const struct wf_range all = {.last = WF_RANGE_LAST,
				     .policy = POLICY,
				     .way = POLICY,
				     .verdict = WF_VERDICT_ALLOW};
	const struct wf_dest dest = {.home = RED, .identity = IDENTITY_B, .node = 3};
	struct wf_template t;

	put_function(f, behavior);
	world_put_dest(f, RED, "10.0.0.9", &dest);
	world_put_list(f, RED_SET, r, b, 2, &all, 1);
	fixture_put(f, WF_TABLE_CHOICE, &choice_key, &choice);
	fixture_put(f, WF_TABLE_LANES, &lanes_key, &lanes);
	world_template("csid", 1, &t);
	fixture_put(f, WF_TABLE_PATH, &key, &t);
}

/* No memory: sender, policy and path say what the header is. */
static void a_static_proxy_makes_the_header_anew(void **state)
{
	const struct ip_spec nobodys = {.src = "10.0.0.77", .dst = "10.0.0.9"};
	const struct ip_spec direct = {.src = "10.0.0.9", .dst = "10.0.0.3"};
	struct fixture *f = *state;
	uint8_t want[16];
	struct outcome o;

	put_rest(f, WF_BEHAVIOR_AS);
	give(f, &to_function, &inner, &o);
	assert_int_equal(o.verdict, VERDICT_REDIRECT);
	come_back(f, &o.out, &o);
	assert_int_equal(o.drop, WF_DROP_NONE);
	addr_of("5f00:0:2::1", want); /* as if R's node had sent it */
	assert_memory_equal(o.out.bytes + ETH_LEN + 8, want, 16);
	assert_int_equal(wf_load_be64(o.out.bytes + ETH_LEN + 56),
			 0xabcdef6543217788ull); /* tenant, R, policy */
	come(f, 1, mac_b, &nobodys, &o);
	assert_int_equal(o.drop, WF_DROP_SOURCE_ADDRESS);
	come(f, 1, mac_b, &direct, &o); /* not by way of the function */
	assert_int_equal(o.drop, WF_DROP_FUNCTION_FLOW);
	come(f, 0, mac_a, &inner, &o); /* no path goes on from there */
	assert_int_equal(o.drop, WF_DROP_NO_PATH);
}

static const struct outer_spec by_out = {.dst = "5f00:0:1:f006::",
					 .n_segments = 2,
					 .segments = {"5f00:0:2:e046:abcd:ef00::",
						      "5f00:0:1:f006::"},
					 .segments_left = 1};
/* 10.0.0.9 asks R. */
static const struct ip_spec question = {
	.src = "10.0.0.9", .dst = "10.0.0.3", .sport = 4711, .dport = 80};

/*
 * It was given 10.0.0.9 > R by c1, to come back by c0. Only what answers that leaves c1 in R's
 * name: by the rest of the way from R.
 */
static void a_dynamic_proxy_answers_what_it_was_given(void **state)
{
	static const struct {
		uint16_t sport, dport;
		const char *src, *dst;
		enum wf_drop drop;
	} cases[] = {
		{80, 4711, "10.0.0.3", "10.0.0.9", WF_DROP_NONE},
		{80, 4712, "10.0.0.3", "10.0.0.9", WF_DROP_SOURCE_ADDRESS},
		{81, 4711, "10.0.0.3", "10.0.0.9", WF_DROP_SOURCE_ADDRESS},
		{80, 4711, "10.0.0.3", "10.0.0.1", WF_DROP_SOURCE_ADDRESS},
		{80, 4711, "10.0.0.77", "10.0.0.9", WF_DROP_SOURCE_ADDRESS},
		{4711, 80, "10.0.0.9", "10.0.0.3", WF_DROP_SOURCE_ADDRESS},
	};
	struct fixture *f = *state;
	uint8_t want[16];
	struct outcome o;

	addr_of("5f00:0:2::1", want);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct ip_spec answer = {.src = cases[i].src,
					       .dst = cases[i].dst,
					       .sport = cases[i].sport,
					       .dport = cases[i].dport};

		put_rest(f, WF_BEHAVIOR_AD);
		give(f, &by_out, &question, &o);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		come(f, 1, mac_b, &answer, &o);
		assert_int_equal(o.drop, cases[i].drop);
		if (o.drop)
			continue;
		assert_memory_equal(o.out.bytes + ETH_LEN + 8, want, 16);
		assert_int_equal(wf_load_be64(o.out.bytes + ETH_LEN + 56), 0xabcdef6543217788ull);
	}
}

/* Nobody signs for R's node. */
static void answers_are_not_signed(void **state)
{
	const struct ip_spec answer = {
		.src = "10.0.0.3", .dst = "10.0.0.9", .sport = 80, .dport = 4711};
	const struct wf_path_key key = {
		.tenant = RED, .policy = POLICY, .node = 3, .sid = SID_IN, .lane = 0x77};
	struct fixture *f = *state;
	struct wf_template t;
	struct outcome o;

	for (int is_signed = 0; is_signed < 2; is_signed++) {
		put_rest(f, WF_BEHAVIOR_AD);
		world_template("csid", 1, &t);
		t.is_signed = (uint8_t)is_signed;
		fixture_put(f, WF_TABLE_PATH, &key, &t);
		give(f, &by_out, &question, &o);
		come(f, 1, mac_b, &answer, &o);
		assert_int_equal(o.drop, is_signed ? WF_DROP_NO_PATH : WF_DROP_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_static_proxy_makes_the_header_anew),
		cmocka_unit_test(a_dynamic_proxy_answers_what_it_was_given),
		cmocka_unit_test(answers_are_not_signed),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
