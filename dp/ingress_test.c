// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* At a gateway: what its endpoint may let in, and what may come to it. */
#include "dp/egress_world_test.h"

static void only_what_is_outside_comes_in(void **state)
{
	static const struct addr gateway = {{0xfe, 0x80, [15] = 1}},
				 loopback = V4([12] = 127, [15] = 1);
	static const struct {
		const struct addr *src, *dst;
		uint16_t sport;
		enum wf_drop drop;
	} cases[] = {
		{&addr_out, &addr_a, 4000, WF_DROP_NONE},
		{&addr_out4, &addr_a4, 4000, WF_DROP_NONE},
		{&addr_out, &addr_vip, 4000, WF_DROP_NONE},
		{&addr_out, &addr_public, 4000, WF_DROP_NONE},
		{&addr_gw, &addr_a, 4000, WF_DROP_NONE}, /* the gateway itself */
		{&addr_b, &addr_a, 4000, WF_DROP_SOURCE_ADDRESS},
		{&addr_none, &addr_a, 4000, WF_DROP_SOURCE_ADDRESS},
		{&addr_none4, &addr_a4, 4000, WF_DROP_SOURCE_ADDRESS},
		{&addr_vip, &addr_a, 80, WF_DROP_SOURCE_ADDRESS},
		{&addr_public, &addr_a, 80, WF_DROP_SOURCE_ADDRESS},
		{&gateway, &addr_a, 4000, WF_DROP_SOURCE_ADDRESS},
		{&addr_link4, &addr_a4, 4000, WF_DROP_SOURCE_ADDRESS},
		{&addr_group, &addr_a, 4000, WF_DROP_SOURCE_ADDRESS},
		{&loopback, &addr_a4, 4000, WF_DROP_SOURCE_ADDRESS},
		{&addr_sid, &addr_a, 4000, WF_DROP_SOURCE_ADDRESS},
		{&addr_out, &addr_out, 4000, WF_DROP_NO_ENDPOINT}, /* not out again */
		{&addr_out, &addr_router, 4000, WF_DROP_NO_ENDPOINT},
		{&addr_gw, &addr_out, 4000, WF_DROP_NO_ENDPOINT},
		{&addr_out, &addr_none, 4000, WF_DROP_NO_ENDPOINT},
		{&addr_out, &addr_group, 4000, WF_DROP_MULTICAST},
		{&addr_out, &addr_link, 4000, WF_DROP_NO_ENDPOINT},
	};

	(void)state;
	allow(internet, side_a, 0);
	allow(internet, side_b, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct sent p = {cases[i].src, cases[i].dst, cases[i].sport, 80, S, NULL};

		assert_int_equal(leave(&port_gw, &p), cases[i].drop);
	}
}

/* Who is outside is nobody; the gateway's endpoint is somebody. */
static void what_comes_in_has_no_identity(void **state)
{
	struct sent p = {&addr_out, &addr_vip, 4000, 80, S, NULL};

	(void)state;
	allow(internet, side_b, 0);
	assert_int_equal(leave(&port_gw, &p), WF_DROP_NONE);
	assert_int_equal(way.sid_arg, 0x0000070000000000);
	assert_int_equal(way.path_key.sid, 22);
	p.src = &addr_gw;
	assert_int_equal(leave(&port_gw, &p), WF_DROP_NONE);
	assert_int_equal(way.sid_arg, 0x0000070000030000);
}

/* The tenant's default is for its own. */
static void what_no_policy_allows_stays_outside_but_replies(void **state)
{
	const struct sent in = {&addr_out, &addr_a, 443, 4000, A, NULL};
	const struct sent out = {&addr_a, &addr_out, 4000, 443, S, NULL};
	uint32_t ifindex;

	(void)state;
	assert_int_equal(leave(&port_gw, &in), WF_DROP_DENIED);
	assert_int_equal(arrive(&out, WF_FN_ENDPOINT | 11, 1, 1, &ifindex), WF_DROP_NONE);
	assert_int_equal(leave(&port_gw, &in), WF_DROP_NONE);
	world.now_s += WF_AGE_TCP_OPEN + 1;
	assert_int_equal(leave(&port_gw, &in), WF_DROP_DENIED);
}

/* OTHER lets everything pass; @addr of it is known here, for a policy lets it in. */
static void put_guest(const struct addr *addr)
{
	const struct wf_dest guest = {.home = OTHER, .identity = 4, .node = 2};
	const struct wf_tenant_entry entry = {.set = 2, .set_out = 2};
	const struct wf_verdict_key key = {.set = 2,
					   .from = {WF_SIDE_ANY, 0},
					   .to = {WF_SIDE_ANY, 0}};
	const struct wf_ranges list = {
		.n = 1, .items = {{.last = WF_RANGE_LAST, .verdict = WF_VERDICT_ALLOW}}};
	struct wf_verdict_key in = key, out = key;

	put_dest(TENANT, addr, &guest);
	test_tables_put(&tables, WF_TABLE_TENANT, &(uint32_t){OTHER}, &entry);
	test_tables_put(&tables, WF_TABLE_SET, &(uint64_t){2}, &(struct wf_set){.has_verdicts = 1});
	test_tables_put(&tables, WF_TABLE_RANGES, &(uint64_t){99}, &list);
	in.from = out.to = internet;
	in.to = out.from = (struct wf_side){OTHER, 4};
	test_tables_put(&tables, WF_TABLE_VERDICT, &in, &(uint64_t){99});
	test_tables_put(&tables, WF_TABLE_VERDICT, &out, &(uint64_t){99});
}

/* Who is let in by a policy of the tenant's is neither reached through the tenant's gateway, nor
 * reaches anybody by it, nor is outside. */
static void guests_do_not_use_the_gateway_of_their_host(void **state)
{
	const struct sent to = {&addr_out, &addr_router, 4000, 443, S, NULL};
	const struct sent by = {&addr_router, &addr_out, 4000, 443, S, NULL};
	const struct sent as = {&addr_router, &addr_a, 4000, 443, S, NULL};
	const struct sent from_b = {&addr_b, &addr_router, 4000, 443, S, NULL};
	uint32_t ifindex;

	(void)state;
	put_guest(&addr_router);
	allow(internet, side_a, 0);
	assert_int_equal(leave(&port_gw, &to), WF_DROP_DENIED);
	assert_int_equal(leave(&port_gw, &as), WF_DROP_SOURCE_ADDRESS);
	assert_int_equal(arrive(&by, WF_FN_ENDPOINT | 11, 2, 4, &ifindex), WF_DROP_DENIED);
	assert_int_equal(arrive(&from_b, WF_FN_ENDPOINT | 11, 2, 2, &ifindex), WF_DROP_NOT_HERE);
}

static void endpoints_that_are_no_gateways_let_nobody_in(void **state)
{
	const struct sent p = {&addr_out, &addr_b, 4000, 443, S, NULL};

	(void)state;
	allow(internet, side_b, 0);
	assert_int_equal(leave(&port_a, &p), WF_DROP_SOURCE_ADDRESS);
}

/* A and the gateway are both here. */
static void what_is_let_in_here_is_answered_here(void **state)
{
	const struct sent q = {&addr_out, &addr_a, 4000, 443, S, NULL};
	const struct sent a = {&addr_a, &addr_out, 443, 4000, S | A, NULL};

	(void)state;
	allow(internet, side_a, 0);
	assert_int_equal(leave(&port_gw, &q), WF_DROP_NONE);
	assert_int_equal(way.action, WF_ACTION_DELIVER);
	assert_int_equal(conn_of(&q)->gateway, 1);
	assert_int_equal(leave(&port_a, &a), WF_DROP_NONE);
	assert_int_equal(way.path_key.node, 1);
}

static void a_gateways_sid_takes_what_is_for_the_outside(void **state)
{
	static const struct {
		const struct addr *src, *dst;
		uint16_t node;
		uint32_t identity;
		enum wf_drop drop;
	} cases[] = {
		{&addr_b, &addr_out, 2, 2, WF_DROP_NONE},
		{&addr_a, &addr_out, 1, 1, WF_DROP_NONE},
		{&addr_b, &addr_out, 3, 2, WF_DROP_SOURCE_NODE},
		{&addr_b, &addr_out, 2, 1, WF_DROP_IDENTITY},
		{&addr_b, &addr_out, 2, 0, WF_DROP_IDENTITY},
		{&addr_b, &addr_a, 2, 2, WF_DROP_NOT_HERE},
		{&addr_b, &addr_gw, 2, 2, WF_DROP_NOT_HERE},
		{&addr_b, &addr_none, 2, 2, WF_DROP_NOT_HERE},
		{&addr_b, &addr_link, 2, 2, WF_DROP_NOT_HERE},
		{&addr_b, &addr_group, 2, 2, WF_DROP_NOT_HERE},
		{&addr_b, &addr_sid, 2, 2, WF_DROP_NESTED},
		{&addr_none, &addr_out, 2, 0, WF_DROP_DENIED}, /* nobody is known there */
		{&addr_router, &addr_out, 2, 0, WF_DROP_DENIED},
	};
	uint32_t ifindex;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct sent p = {cases[i].src, cases[i].dst, 4000, 443, S, NULL};

		assert_int_equal(arrive(&p, WF_FN_ENDPOINT | 11, cases[i].node, cases[i].identity,
					&ifindex),
				 cases[i].drop);
		if (cases[i].drop)
			continue;
		assert_int_equal(ifindex, IF_GW);
		assert_int_equal(last.exit.dest.mac[0], 5);
		assert_int_equal(conn_of(&p)->gateway, 1);
	}
}

static void a_gateways_sid_is_its_tenants(void **state)
{
	const struct sent p = {&addr_b, &addr_out, 4000, 443, S, NULL};
	uint32_t ifindex;

	(void)state;
	put_sid(WF_FN_ENDPOINT | 11, WF_BEHAVIOR_DX_OUT, OTHER);
	assert_int_equal(arrive(&p, WF_FN_ENDPOINT | 11, 2, 2, &ifindex), WF_DROP_UNKNOWN_SID);
	assert_int_equal(arrive(&p, WF_FN_DT46, 2, 2, &ifindex), WF_DROP_NOT_HERE);
}

static void a_gateway_asks_the_policies_too(void **state)
{
	const struct sent p = {&addr_b, &addr_out, 4000, 443, S, NULL};
	uint32_t ifindex;

	(void)state;
	put_set((struct wf_set){
		.is_deny_default = 1, .is_tracked = 1, .has_verdicts = 1, .has_zones = 1});
	assert_int_equal(arrive(&p, WF_FN_ENDPOINT | 11, 2, 2, &ifindex), WF_DROP_DENIED);
	assert_int_equal(ifindex, IF_GW);
	allow(side_b, internet, 0);
	assert_int_equal(arrive(&p, WF_FN_ENDPOINT | 11, 2, 2, &ifindex), WF_DROP_NONE);
}

/*
 * The answers of B, who may not send to the outside itself, to questions that another gateway has
 * let in. Only by the published address, and only while it may be asked.
 */
static void answers_of_published_services_need_no_question_here(void **state)
{
	const struct sent q = {&addr_out, &addr_public, 4000, 80, A, NULL};
	const struct sent a = {&addr_public, &addr_out, 80, 4000, A, NULL};
	const struct sent first = {&addr_public, &addr_out, 80, 4000, S, NULL};
	const struct sent own = {&addr_b, &addr_out, 8080, 4000, A, NULL};
	uint32_t ifindex;

	(void)state;
	put_set((struct wf_set){
		.is_deny_default = 1, .is_tracked = 1, .has_verdicts = 1, .has_zones = 1});
	assert_int_equal(arrive(&a, WF_FN_ENDPOINT | 11, 2, 2, &ifindex), WF_DROP_DENIED);
	allow(internet, side_b, 0);
	assert_int_equal(arrive(&own, WF_FN_ENDPOINT | 11, 2, 2, &ifindex), WF_DROP_DENIED);
	assert_int_equal(arrive(&first, WF_FN_ENDPOINT | 11, 2, 2, &ifindex), WF_DROP_DENIED);
	assert_int_equal(arrive(&a, WF_FN_ENDPOINT | 11, 3, 2, &ifindex), WF_DROP_SOURCE_NODE);
	assert_null(conn_of(&q));
	assert_int_equal(arrive(&a, WF_FN_ENDPOINT | 11, 2, 2, &ifindex), WF_DROP_NONE);
	assert_int_equal(ifindex, IF_GW);
	assert_int_equal(conn_of(&q)->gateway, 1); /* so errors about it are known for such */
}

/* From a router outside, and from the gateway's room, about what A has sent. */
static void errors_come_in_about_what_has_gone_out(void **state)
{
	static const struct addr *const tellers[] = {&addr_out, &addr_router, &addr_gw};
	const struct sent out = {&addr_a, &addr_out, 4000, 443, S, NULL};
	const struct sent other = {&addr_a, &addr_out, 4001, 443, S, NULL};
	const struct sent within = {&addr_a, &addr_b, 4000, 443, S, NULL};
	uint32_t ifindex;

	(void)state;
	assert_int_equal(arrive(&out, WF_FN_ENDPOINT | 11, 1, 1, &ifindex), WF_DROP_NONE);
	assert_int_equal(leave(&port_a, &within), WF_DROP_NONE);
	assert_non_null(conn_of(&within));
	for (size_t i = 0; i < 3; i++) {
		const struct sent good = {tellers[i], &addr_a, 0, 0, 0, &out};
		const struct sent unknown = {tellers[i], &addr_a, 0, 0, 0, &other};
		const struct sent inside = {tellers[i], &addr_a, 0, 0, 0, &within};
		const struct sent strange = {tellers[i], &addr_b, 0, 0, 0, &out};

		assert_int_equal(leave(&port_gw, &good), WF_DROP_NONE);
		assert_int_equal(way.sid_arg, i == 2 ? 0x0000070000030000 : 0x0000070000000000);
		assert_int_equal(leave(&port_gw, &unknown), WF_DROP_ICMP_UNRELATED);
		assert_int_equal(leave(&port_gw, &inside), WF_DROP_ICMP_UNRELATED);
		assert_int_equal(leave(&port_gw, &strange), WF_DROP_ICMP_UNRELATED);
	}
	put_set((struct wf_set){
		.is_deny_default = 1, .is_tracked = 1, .has_verdicts = 1, .has_zones = 1});
	for (size_t i = 0; i < 3; i++) {
		const struct sent good = {tellers[i], &addr_a, 0, 0, 0, &out};

		assert_int_equal(leave(&port_gw, &good), WF_DROP_DENIED);
	}
	allow(side_a, internet, 0); /* that is what counts, and not who tells */
	for (size_t i = 0; i < 3; i++) {
		const struct sent good = {tellers[i], &addr_a, 0, 0, 0, &out};

		assert_int_equal(leave(&port_gw, &good), WF_DROP_NONE);
	}
}

/* A tenant's own may tell of what may be sent to them; who is outside must have been sent it. */
static void errors_from_outside_are_of_connections_that_are_followed(void **state)
{
	const struct sent out = {&addr_a, &addr_out, 4000, 443, S, NULL};
	const struct sent e = {&addr_out, &addr_a, 0, 0, 0, &out};
	uint32_t ifindex;

	(void)state;
	put_set((struct wf_set){.has_verdicts = 1, .has_zones = 1});
	assert_int_equal(leave(&port_a, &out), WF_DROP_NONE);
	assert_int_equal(leave(&port_gw, &e), WF_DROP_ICMP_UNRELATED);
	assert_int_equal(arrive(&e, WF_FN_DT46, 2, 0, &ifindex), WF_DROP_ICMP_UNRELATED);
}

/* The same at A's node, where it comes from another gateway; and of another endpoint's forging. */
static void errors_reach_whom_they_are_about(void **state)
{
	const struct wf_dest gw_2 = {.home = TENANT, .identity = 3, .node = 2};
	const struct sent out = {&addr_a, &addr_out, 4000, 443, S, NULL};
	const struct sent within = {&addr_a, &addr_b, 4000, 443, S, NULL};
	const struct sent cases[] = {{&addr_out, &addr_a, 0, 0, 0, &out},
				     {&addr_router, &addr_a, 0, 0, 0, &out},
				     {&addr_none, &addr_a, 0, 0, 0, &out}};
	const struct sent forged = {&addr_router, &addr_a, 0, 0, 0, &within};
	uint32_t ifindex;

	(void)state;
	put_exits(&exit_2, 1);
	put_dest(TENANT, &addr_none, &gw_2);
	for (int i = 0; i < 3; i++)
		assert_int_equal(arrive(&cases[i], WF_FN_DT46, 2, i == 2 ? 3 : 0, &ifindex),
				 WF_DROP_ICMP_UNRELATED);
	assert_int_equal(leave(&port_a, &out), WF_DROP_NONE);
	assert_int_equal(leave(&port_a, &within), WF_DROP_NONE);
	for (int i = 0; i < 3; i++)
		assert_int_equal(arrive(&cases[i], WF_FN_DT46, 2, i == 2 ? 3 : 0, &ifindex),
				 WF_DROP_NONE);
	assert_int_equal(arrive(&forged, WF_FN_DT46, 2, 0, &ifindex), WF_DROP_ICMP_UNRELATED);
}

/* A router's, about an answer of the service to somebody outside: for the backend. */
static void errors_about_answers_of_services_find_the_backend(void **state)
{
	const struct sent q = {&addr_out, &addr_public, 4000, 80, S, NULL};
	const struct sent a = {&addr_public, &addr_out, 80, 4000, A, NULL};
	const struct sent other = {&addr_public, &addr_out, 80, 4001, A, NULL};
	const struct sent good = {&addr_router, &addr_public, 0, 0, 0, &a};
	const struct sent bad = {&addr_router, &addr_public, 0, 0, 0, &other};

	(void)state;
	allow(internet, side_b, 0);
	assert_int_equal(leave(&port_gw, &good), WF_DROP_ICMP_UNRELATED);
	assert_int_equal(leave(&port_gw, &q), WF_DROP_NONE);
	assert_int_equal(leave(&port_gw, &good), WF_DROP_NONE);
	assert_int_equal(way.path_key.sid, 22);
	assert_int_equal(leave(&port_gw, &bad), WF_DROP_ICMP_UNRELATED);
}

/* From A, and from B by the address that was asked, about what the gateway has let in. */
static void errors_go_out_about_what_has_come_in(void **state)
{
	const struct sent to_a = {&addr_out, &addr_a, 4000, 443, S, NULL};
	const struct sent to_b = {&addr_out, &addr_public, 4000, 80, S, NULL};
	const struct sent by_a = {&addr_a, &addr_out, 0, 0, 0, &to_a};
	const struct sent by_b = {&addr_public, &addr_out, 0, 0, 0, &to_b};
	uint32_t ifindex;

	(void)state;
	put_set((struct wf_set){
		.is_deny_default = 1, .is_tracked = 1, .has_verdicts = 1, .has_zones = 1});
	allow(internet, side_a, 0);
	allow(internet, side_b, 0);
	for (int known = 0; known < 2; known++) {
		const enum wf_drop want = known ? WF_DROP_NONE : WF_DROP_ICMP_UNRELATED;

		assert_int_equal(arrive(&by_a, WF_FN_ENDPOINT | 11, 1, 1, &ifindex), want);
		assert_int_equal(arrive(&by_b, WF_FN_ENDPOINT | 11, 2, 2, &ifindex), want);
		assert_int_equal(leave(&port_gw, &to_a), WF_DROP_NONE);
		assert_int_equal(leave(&port_gw, &to_b), WF_DROP_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(only_what_is_outside_comes_in, fill),
		cmocka_unit_test_setup(what_comes_in_has_no_identity, fill),
		cmocka_unit_test_setup(what_no_policy_allows_stays_outside_but_replies, fill),
		cmocka_unit_test_setup(guests_do_not_use_the_gateway_of_their_host, fill),
		cmocka_unit_test_setup(endpoints_that_are_no_gateways_let_nobody_in, fill),
		cmocka_unit_test_setup(what_is_let_in_here_is_answered_here, fill),
		cmocka_unit_test_setup(a_gateways_sid_takes_what_is_for_the_outside, fill),
		cmocka_unit_test_setup(a_gateways_sid_is_its_tenants, fill),
		cmocka_unit_test_setup(a_gateway_asks_the_policies_too, fill),
		cmocka_unit_test_setup(answers_of_published_services_need_no_question_here, fill),
		cmocka_unit_test_setup(errors_come_in_about_what_has_gone_out, fill),
		cmocka_unit_test_setup(errors_from_outside_are_of_connections_that_are_followed,
				       fill),
		cmocka_unit_test_setup(errors_reach_whom_they_are_about, fill),
		cmocka_unit_test_setup(errors_about_answers_of_services_find_the_backend, fill),
		cmocka_unit_test_setup(errors_go_out_about_what_has_come_in, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
