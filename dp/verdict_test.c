// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What passes: connections and their replies. */
#include "dp/verdict_world_test.h"

static void replies_pass_and_nothing_else_does(void **state)
{
	put_port_80(side_a, side_b);
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_DENIED);
	assert_int_equal(tcp(&a, 40000, &b, 80, S), WF_DROP_NONE);
	assert_int_equal(tcp(&b, 80, &a, 40000, S | A), WF_DROP_NONE);
	assert_int_equal(tcp(&b, 80, &a, 40001, A), WF_DROP_DENIED);
	assert_int_equal(tcp(&b, 81, &a, 40000, A), WF_DROP_DENIED);
	assert_int_equal(tcp(&b, 80, &a, 40000, S), WF_DROP_DENIED); /* opens, is no reply */
	assert_int_equal(udp(&b, 80, &a, 40000), WF_DROP_DENIED);
	assert_int_equal(udp(&a, 40000, &b, 80), WF_DROP_NONE);
	assert_int_equal(udp(&b, 80, &a, 40000), WF_DROP_NONE);
	assert_int_equal(tcp(&a, 40000, &b, 81, S), WF_DROP_DENIED);
	assert_int_equal(tcp(&b, 81, &a, 40000, S | A), WF_DROP_DENIED);
}

static void pings_are_answered_by_their_identifier(void **state)
{
	put_all(side_a, side_b, WF_VERDICT_ALLOW);
	assert_int_equal(icmp(&b, &a, 129, 7), WF_DROP_DENIED);
	assert_int_equal(icmp(&a, &b, 128, 7), WF_DROP_NONE);
	assert_int_equal(icmp(&b, &a, 129, 7), WF_DROP_NONE);
	assert_int_equal(icmp(&b, &a, 129, 8), WF_DROP_DENIED);
	assert_int_equal(icmp(&b, &a, 128, 7), WF_DROP_DENIED);
	assert_int_equal(icmp(&a, &b, 129, 9), WF_DROP_NONE); /* a reply opens nothing */
	assert_int_equal(icmp(&b, &a, 128, 9), WF_DROP_DENIED);
}

static void what_may_become_a_reply_is_not_remembered_as_denied(void **state)
{
	put_port_80(side_a, side_b);
	assert_int_equal(udp(&b, 80, &a, 40000), WF_DROP_DENIED);
	assert_true(last.is_once);
	assert_int_equal(udp(&a, 40000, &b, 80), WF_DROP_NONE);
	assert_false(last.is_once);
	put_set(TENANT, SET, (struct wf_set){.is_deny_default = 1});
	assert_int_equal(udp(&b, 80, &a, 40000), WF_DROP_DENIED); /* nothing is followed */
	assert_false(last.is_once);
}

static void a_changed_policy_acts_on_what_is_established(void **state)
{
	put_port_80(side_a, side_b);
	assert_int_equal(tcp(&a, 40000, &b, 80, S), WF_DROP_NONE);
	assert_int_equal(tcp(&b, 80, &a, 40000, S | A), WF_DROP_NONE);
	put_all(side_a, side_b, WF_VERDICT_DENY);
	assert_int_equal(tcp(&a, 40000, &b, 80, A), WF_DROP_DENIED);
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_DENIED);
	put_all(side_b, side_a, WF_VERDICT_ALLOW); /* what crosses does not turn it round */
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_NONE);
	assert_int_equal(tcp(&a, 40000, &b, 80, A), WF_DROP_DENIED);
	put_port_80(side_a, side_b);
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_NONE);
}

/* b's answers are allowed by themselves; they do not become what a's packets are replies to. */
static void a_denied_connection_is_not_opened_from_its_other_end(void **state)
{
	put_port_80(side_a, side_b);
	assert_int_equal(tcp(&a, 70, &b, 80, S), WF_DROP_NONE);
	assert_int_equal(udp(&a, 70, &b, 80), WF_DROP_NONE);
	put_all(side_a, side_b, WF_VERDICT_NONE);
	put_all(side_b, side_a, WF_VERDICT_ALLOW);
	assert_int_equal(tcp(&b, 80, &a, 70, A), WF_DROP_NONE);
	assert_int_equal(tcp(&a, 70, &b, 80, A), WF_DROP_DENIED);
	assert_int_equal(udp(&b, 80, &a, 70), WF_DROP_NONE);
	assert_int_equal(udp(&a, 70, &b, 80), WF_DROP_DENIED);
	world.now_s += WF_AGE_UDP + 1; /* a new conversation */
	assert_int_equal(udp(&b, 80, &a, 70), WF_DROP_NONE);
	assert_int_equal(udp(&a, 70, &b, 80), WF_DROP_NONE);
	assert_int_equal(tcp(&b, 80, &a, 70, S), WF_DROP_NONE);
	assert_int_equal(tcp(&a, 70, &b, 80, S | A), WF_DROP_NONE);
}

/* Default allow, nothing followed; then b's port 80 is closed to a. */
static void what_was_open_before_is_not_turned_round(void **state)
{
	put_set(TENANT, SET, (struct wf_set){0});
	assert_int_equal(tcp(&a, 40000, &b, 80, S), WF_DROP_NONE);
	assert_int_equal(memory.n, 0);
	put_set(TENANT, SET, (struct wf_set){.is_tracked = 1, .has_verdicts = 1});
	put_all(side_a, side_b, WF_VERDICT_DENY);
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_NONE);
	assert_int_equal(tcp(&a, 40000, &b, 80, A), WF_DROP_DENIED);
	assert_int_equal(udp(&b, 80, &a, 40000), WF_DROP_NONE);
	assert_int_equal(udp(&a, 40000, &b, 80), WF_DROP_DENIED);
	assert_int_equal(udp(&b, 40000, &a, 53), WF_DROP_NONE); /* but b may still ask */
	assert_int_equal(udp(&a, 53, &b, 40000), WF_DROP_NONE);
}

/* The memory was lost, or began later. */
static void an_open_connection_is_taken_up_by_its_opener(void **state)
{
	put_port_80(side_a, side_b);
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_DENIED);
	assert_int_equal(tcp(&a, 40000, &b, 80, A), WF_DROP_NONE);
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_NONE);
	world.now_s += 7000;
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_NONE);
}

static void connections_are_forgotten_at_their_age(void **state)
{
	static const struct {
		uint8_t flags[4], n_back; /* opener's; how many the other side answers with */
		uint8_t last;
		uint32_t age;
	} cases[] = {
		{{S}, 0, A, WF_AGE_TCP_PASSING},       {{S, A}, 1, A, WF_AGE_TCP_OPEN},
		{{S, A, F}, 1, A, WF_AGE_TCP_OPEN}, /* half closed */
		{{S, A, F}, 3, A, WF_AGE_TCP_PASSING}, {{S, R}, 1, A, WF_AGE_TCP_RESET},
		{{S, R, S}, 0, A, WF_AGE_TCP_PASSING}, /* opened anew */
	};

	put_port_80(side_a, side_b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const uint16_t port = (uint16_t)(40000 + i);

		for (int late = 0; late < 2; late++) {
			memory.n = 0;
			for (int k = 0; k < 4 && cases[i].flags[k]; k++)
				assert_int_equal(tcp(&a, port, &b, 80, cases[i].flags[k]),
						 WF_DROP_NONE);
			for (int k = 0; k < cases[i].n_back; k++)
				assert_int_equal(tcp(&b, 80, &a, port, k == 2 ? F : A),
						 WF_DROP_NONE);
			world.now_s += cases[i].age + (uint32_t)late;
			assert_int_equal(tcp(&b, 80, &a, port, cases[i].last),
					 late ? WF_DROP_DENIED : WF_DROP_NONE);
		}
	}
	assert_int_equal(udp(&a, 1000, &b, 80), WF_DROP_NONE);
	world.now_s += WF_AGE_UDP;
	assert_int_equal(udp(&b, 80, &a, 1000), WF_DROP_NONE); /* which keeps it */
	world.now_s += WF_AGE_UDP;
	assert_int_equal(udp(&b, 80, &a, 1000), WF_DROP_NONE);
	world.now_s += WF_AGE_UDP + 1;
	assert_int_equal(udp(&b, 80, &a, 1000), WF_DROP_DENIED);
}

/* The guest's tenant knows nothing of the policy that lets it in. */
static void replies_reach_other_tenants(void **state)
{
	put_port_80(side_guest, side_b);
	assert_int_equal(tcp(&b, 80, &guest, 40000, S | A), WF_DROP_DENIED);
	assert_int_equal(tcp(&guest, 40000, &b, 80, S), WF_DROP_NONE);
	assert_int_equal(tcp(&b, 80, &guest, 40000, S | A), WF_DROP_NONE);
	assert_int_equal(last.ruling.way, 0);
	assert_int_equal(last.ruling.is_tracked, 1);
	assert_int_equal(tcp(&b, 40000, &guest, 80, S), WF_DROP_DENIED);
}

static void replies_of_a_symmetric_policy_take_its_mirror(void **state)
{
	put_port_80(side_a, side_b);
	assert_int_equal(tcp(&a, 40000, &b, 80, S), WF_DROP_NONE);
	assert_int_equal(last.ruling.way, POLICY);
	assert_int_equal(last.ruling.is_reverse, 0);
	assert_int_equal(tcp(&b, 80, &a, 40000, S | A), WF_DROP_NONE);
	assert_int_equal(last.ruling.way, 0);
	put_policy(1);
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_NONE);
	assert_int_equal(last.ruling.way, POLICY);
	assert_int_equal(last.ruling.is_reverse, 1);
	put_set(TENANT, SET, (struct wf_set){.is_tracked = 1, .has_verdicts = 1});
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_NONE); /* allowed anyway: the same */
	assert_int_equal(last.ruling.way, POLICY);
	assert_int_equal(tcp(&b, 80, &a, 40001, A), WF_DROP_NONE); /* no reply */
	assert_int_equal(last.ruling.way, 0);
}

static void a_world_without_memory_knows_no_reply(void **state)
{
	world.recall = NULL;
	world.remember = NULL;
	put_port_80(side_a, side_b);
	assert_int_equal(tcp(&a, 40000, &b, 80, S), WF_DROP_NONE);
	assert_int_equal(tcp(&b, 80, &a, 40000, S | A), WF_DROP_DENIED);
	world.recall = test_memory_recall;
	world.remember = test_memory_remember;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(replies_pass_and_nothing_else_does, fill),
		cmocka_unit_test_setup(pings_are_answered_by_their_identifier, fill),
		cmocka_unit_test_setup(what_may_become_a_reply_is_not_remembered_as_denied, fill),
		cmocka_unit_test_setup(a_changed_policy_acts_on_what_is_established, fill),
		cmocka_unit_test_setup(a_denied_connection_is_not_opened_from_its_other_end, fill),
		cmocka_unit_test_setup(what_was_open_before_is_not_turned_round, fill),
		cmocka_unit_test_setup(an_open_connection_is_taken_up_by_its_opener, fill),
		cmocka_unit_test_setup(connections_are_forgotten_at_their_age, fill),
		cmocka_unit_test_setup(replies_reach_other_tenants, fill),
		cmocka_unit_test_setup(replies_of_a_symmetric_policy_take_its_mirror, fill),
		cmocka_unit_test_setup(a_world_without_memory_knows_no_reply, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
