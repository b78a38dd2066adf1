// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Out of a tenant by its gateways: by which one, and how long. */
#include "dp/egress_world_test.h"

static void only_what_is_outside_leaves_by_an_exit_of_its_family(void **state)
{
	static const struct {
		const struct addr *src, *dst;
		uint16_t flags; /* of the exit */
		enum wf_drop drop;
	} cases[] = {
		{&addr_a, &addr_out, WF_EXIT_V6, WF_DROP_NONE},
		{&addr_a4, &addr_out4, WF_EXIT_V4, WF_DROP_NONE},
		{&addr_a, &addr_out, WF_EXIT_V4, WF_DROP_NO_GATEWAY},
		{&addr_a4, &addr_out4, WF_EXIT_V6, WF_DROP_NO_GATEWAY},
		{&addr_a, &addr_out, WF_EXIT_ANSWERS, WF_DROP_NO_GATEWAY},
		{&addr_a, &addr_none, BOTH, WF_DROP_NO_ENDPOINT},
		{&addr_a4, &addr_none4, BOTH, WF_DROP_NO_ENDPOINT},
		{&addr_a, &addr_link, BOTH, WF_DROP_NO_ENDPOINT},
		{&addr_a4, &addr_link4, BOTH, WF_DROP_NO_ENDPOINT},
		{&addr_a, &addr_sid, BOTH, WF_DROP_SID_DESTINATION},
	};
	struct wf_exit exit = exit_2;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct sent p = {cases[i].src, cases[i].dst, 4000, 443, S, NULL};

		exit.flags = cases[i].flags;
		put_exits(&exit, 1);
		assert_int_equal(leave(&port_a, &p), cases[i].drop);
	}
}

/* No entry: as if there were no gateways in the world. */
static void who_has_no_gateway_is_told_so(void **state)
{
	const struct sent p = {&addr_a, &addr_out, 4000, 443, S, NULL};

	(void)state;
	put_exits(NULL, 0);
	assert_int_equal(leave(&port_a, &p), WF_DROP_NO_GATEWAY);
	test_tables_drop(&tables, WF_TABLE_EGRESS, &(uint32_t){TENANT});
	assert_int_equal(leave(&port_a, &p), WF_DROP_NO_ENDPOINT);
}

/* As to a service's backend: to its SID, with the sender's identity; also on this node. */
static void the_way_is_to_the_exits_own_sid(void **state)
{
	const struct sent p = {&addr_a, &addr_out, 4000, 443, S, NULL};

	(void)state;
	put_exits(&exit_2, 1);
	assert_int_equal(leave(&port_a, &p), WF_DROP_NONE);
	assert_int_equal(way.action, WF_ACTION_ENCAP);
	assert_int_equal(way.path_key.node, 2);
	assert_int_equal(way.path_key.sid, 21);
	assert_int_equal(way.sid_arg, 0x0000070000010000);
	assert_int_equal(last.ahead.tenant, TENANT);
	fill(NULL);
	put_exits(&exit_here, 1);
	assert_int_equal(leave(&port_a, &p), WF_DROP_NONE);
	assert_int_equal(way.action, WF_ACTION_ENCAP);
	assert_int_equal(way.path_key.node, 1);
	assert_int_equal(way.path->len, 0);
	assert_int_equal(last.leg.sid, 11);
}

static uint16_t node_of(uint16_t sport)
{
	const struct sent p = {&addr_a, &addr_out, sport, 443, S, NULL};

	assert_int_equal(leave(&port_a, &p), WF_DROP_NONE);
	return way.path_key.node;
}

/* Nothing is remembered: the hash alone. */
static void only_the_flows_of_a_lost_exit_move(void **state)
{
	const struct wf_exit two[] = {exit_here, exit_3};
	static uint16_t was[600];
	uint32_t n[4] = {0};

	(void)state;
	put_set((struct wf_set){.has_verdicts = 1, .has_zones = 1});
	for (uint16_t i = 0; i < 600; i++) {
		was[i] = node_of((uint16_t)(2000 + i));
		n[was[i]]++;
	}
	for (int node = 1; node <= 3; node++)
		assert_in_range(n[node], 150, 250);
	put_exits(two, 2);
	for (uint16_t i = 0; i < 600; i++) {
		if (was[i] == 2)
			assert_int_not_equal(node_of((uint16_t)(2000 + i)), 2);
		else
			assert_int_equal(node_of((uint16_t)(2000 + i)), was[i]);
	}
}

static void a_connection_stays_with_its_gateway(void **state)
{
	const struct sent p = {&addr_a, &addr_out, 4000, 443, S, NULL};
	const struct wf_exit others[] = {exit_here, exit_3};

	(void)state;
	for (int i = 0; i < 3; i++) {
		const struct wf_exit first[] = {exit_here, exit_2, exit_3};

		memory.n = 0;
		put_exits(&first[i], 1);
		assert_int_equal(leave(&port_a, &p), WF_DROP_NONE);
		assert_int_equal(conn_of(&p)->gateway, first[i].dest.node);
		put_exits(first, 3);
		assert_int_equal(leave(&port_a, &p), WF_DROP_NONE);
		assert_int_equal(way.path_key.node, first[i].dest.node);
	}
	conn_of(&p)->gateway = 2;
	put_exits(others, 2);
	assert_int_equal(leave(&port_a, &p), WF_DROP_NONE);
	assert_int_not_equal(way.path_key.node, 2);
	assert_int_equal(conn_of(&p)->gateway, way.path_key.node);
}

/* A client outside has come by node 3, then by node 2. */
static void answers_leave_where_the_last_question_came_in(void **state)
{
	const struct sent q = {&addr_out, &addr_a, 4000, 443, S, NULL};
	const struct sent a = {&addr_a, &addr_out, 443, 4000, S | A, NULL};
	uint32_t ifindex;

	(void)state;
	allow(internet, side_a, 0);
	for (uint16_t node = 3; node >= 2; node--) {
		assert_int_equal(arrive(&q, WF_FN_DT46, node, 0, &ifindex), WF_DROP_NONE);
		assert_int_equal(conn_of(&q)->gateway, node);
		assert_int_equal(leave(&port_a, &a), WF_DROP_NONE);
		assert_int_equal(way.path_key.node, node);
		assert_int_equal(conn_of(&q)->gateway, node);
	}
}

static void errors_leave_with_the_flow_that_they_are_about(void **state)
{
	const struct sent q = {&addr_out, &addr_a, 4000, 443, S, NULL};
	const struct sent e = {&addr_a, &addr_out, 0, 0, 0, &q};
	uint32_t ifindex;

	(void)state;
	allow(internet, side_a, 0);
	for (uint16_t node = 2; node <= 3; node++) {
		assert_int_equal(arrive(&q, WF_FN_DT46, node, 0, &ifindex), WF_DROP_NONE);
		assert_int_equal(leave(&port_a, &e), WF_DROP_NONE);
		assert_int_equal(way.path_key.node, node);
		assert_true(last.is_once);
	}
}

/* Later fragments have no ports; the first one has, and where there are more exits it is the only
 * one that tells them. */
static void fragments_leave_with_their_first(void **state)
{
	const struct sent p = {&addr_a, &addr_out, 4000, 443, 0, NULL};
	const uint8_t l4[WF_CASE_BYTES] = {0x0f, 0xa0, 0x01, 0xbb};
	struct wf_inner in = {.flow = flow_of(&p), .l3_off = 14, .l4_off = 62, .ip_len = 140};
	uint16_t first;

	(void)state;
	in.upper = in.flow.proto = WF_PROTO_UDP;
	in.flow.is_fragment = 1;
	in.flow.sport = in.flow.dport = 0;
	for (uint32_t id = 1; id <= 80; id++) {
		const uint8_t ports[WF_CASE_BYTES] = {0x0f, (uint8_t)id, l4[2], l4[3]};

		if (id == 40)
			put_set((struct wf_set){.has_verdicts = 1, .has_zones = 1});
		in.flags = WF_INNER_FRAGMENT;
		wf_case_fill(&in, ports, 8, &last);
		last.fragment_id = id;
		assert_int_equal(wf_apply_decide(&world, &port_a, &in, &last, 1, &way),
				 WF_DROP_NONE);
		assert_true(last.is_once);
		first = way.path_key.node;
		in.flags |= WF_INNER_LATER_FRAGMENT;
		wf_case_fill(&in, l4, 8, &last);
		last.fragment_id = id;
		assert_int_equal(wf_apply_decide(&world, &port_a, &in, &last, 1, &way),
				 WF_DROP_NONE);
		assert_int_equal(way.path_key.node, first);
		assert_true(last.is_once);
	}
}

static void policies_judge_and_lead_what_leaves(void **state)
{
	const struct sent p = {&addr_a, &addr_out, 4000, 443, S, NULL};
	const struct wf_choice_key key = {.tenant = TENANT, .policy = POLICY, .node = 2};
	const struct wf_choice choice = {.bound = {1}, .n = 1};

	(void)state;
	put_exits(&exit_2, 1);
	put_set((struct wf_set){
		.is_deny_default = 1, .is_tracked = 1, .has_verdicts = 1, .has_zones = 1});
	assert_int_equal(leave(&port_a, &p), WF_DROP_DENIED);
	allow(side_a, internet, 1);
	test_tables_put(&tables, WF_TABLE_CHOICE, &key, &choice);
	put_path((struct wf_path_key){.tenant = TENANT, .policy = POLICY, .node = 2, .sid = 21},
		 64);
	assert_int_equal(leave(&port_a, &p), WF_DROP_NONE);
	assert_int_equal(way.path->len, 64);
}

/* B, here now, has taken a question to the public address, or has not. */
static void answers_of_services_leave_where_these_are_published(void **state)
{
	const struct wf_port port_b = {.tenant = TENANT, .identity = 2, .n_addrs = 1, .sid = 22};
	const struct sent q = {&addr_out, &addr_b, 4000, 8080, S, NULL};
	const struct sent a = {&addr_b, &addr_out, 8080, 4000, S | A, NULL};
	struct wf_conn_key key = {.flow = flow_of(&q), .tenant = TENANT};
	struct wf_served served = {.conn = {.seen_s = 1000}, .port = WF_BE16(80)};
	struct wf_exit exits[] = {exit_2, exit_3};
	struct wf_port port = port_b;

	(void)state;
	memcpy(port.addrs[0], addr_b.a, 16);
	exits[1].flags = WF_EXIT_ANSWERS;
	put_exits(exits, 2);
	memcpy(served.addr, addr_public.a, 16);
	assert_int_equal(leave(&port, &a), WF_DROP_NONE); /* of its own accord */
	assert_int_equal(way.path_key.node, 2);
	assert_int_equal(last.alias.at, WF_ALIAS_NONE);
	memory.n = 0;
	test_memory_remember(&memory, WF_MEMORY_SERVED, &key, &served);
	assert_int_equal(leave(&port, &a), WF_DROP_NONE);
	assert_int_equal(way.path_key.node, 3);
	assert_int_equal(last.alias.at, WF_ALIAS_ANSWER);
	assert_memory_equal(last.alias.addr, addr_public.a, 16);
	put_exits(exits, 1);
	assert_int_equal(leave(&port, &a), WF_DROP_NO_GATEWAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(only_what_is_outside_leaves_by_an_exit_of_its_family, fill),
		cmocka_unit_test_setup(who_has_no_gateway_is_told_so, fill),
		cmocka_unit_test_setup(the_way_is_to_the_exits_own_sid, fill),
		cmocka_unit_test_setup(only_the_flows_of_a_lost_exit_move, fill),
		cmocka_unit_test_setup(a_connection_stays_with_its_gateway, fill),
		cmocka_unit_test_setup(answers_leave_where_the_last_question_came_in, fill),
		cmocka_unit_test_setup(errors_leave_with_the_flow_that_they_are_about, fill),
		cmocka_unit_test_setup(fragments_leave_with_their_first, fill),
		cmocka_unit_test_setup(policies_judge_and_lead_what_leaves, fill),
		cmocka_unit_test_setup(answers_of_services_leave_where_these_are_published, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
