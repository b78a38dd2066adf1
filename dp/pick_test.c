// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which lane a flow takes: a policy of tenant 7 to node 2, alternative 0 through functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dp/tables_test.h"
#include "dp/pick.h"

#define TENANT 7u
#define POLICY 9
#define FLOWS  4000
#define LANES  8

static struct test_tables tables;
static const struct wf_config config = {.block = 0x5f000000u, .node = 1};
static const struct wf_world world = {.config = &config,
				      .find = test_tables_find,
				      .tables = &tables};
static const struct wf_choice choice = {.bound = {1, 2}, .n = 2, .has_lanes = 1};

static struct wf_path_key key_of(uint8_t alternative, uint32_t lane)
{
	return (struct wf_path_key){.tenant = TENANT,
				    .policy = POLICY,
				    .node = 2,
				    .alternative = alternative,
				    .lane = lane};
}

static uint32_t name_of(unsigned int i)
{
	return 0x1234567u * (i + 1);
}

/* The first @n lanes, and a path for each. */
static void put_lanes(uint8_t alternative, uint32_t n)
{
	const struct wf_lanes_key key = {.tenant = TENANT,
					 .policy = POLICY,
					 .alternative = alternative};
	const struct wf_template path = {.len = 40};
	struct wf_lanes lanes = {.n = n};

	for (uint32_t i = 0; i < n; i++) {
		const struct wf_path_key path_key = key_of(alternative, name_of(i));

		lanes.names[i] = name_of(i);
		test_tables_put(&tables, WF_TABLE_PATH, &path_key, &path);
	}
	test_tables_put(&tables, WF_TABLE_LANES, &key, &lanes);
}

static void drop_path(uint8_t alternative, uint32_t lane)
{
	const struct wf_path_key key = key_of(alternative, lane);

	test_tables_drop(&tables, WF_TABLE_PATH, &key);
}

static int setup(void **state)
{
	tables.n = 0;
	put_lanes(0, LANES);
	return 0;
}

static struct wf_flow flow_of(uint32_t i)
{
	struct wf_flow flow = {.src = {[10] = 0xff, 0xff, 10, 0, 0, 1},
			       .dst = {[10] = 0xff, 0xff, 10, 0, 0, 2},
			       .dport = WF_BE16(80),
			       .proto = WF_PROTO_TCP};

	flow.sport = wf_htons((uint16_t)(1024 + i));
	return flow;
}

static uint32_t pick(const struct wf_leg *leg)
{
	struct wf_path_key key = key_of(0, 0);

	assert_int_equal(wf_lane_pick(&world, leg, &choice, &key), WF_DROP_NONE);
	return key.lane;
}

static uint32_t pick_flow(uint32_t i)
{
	const struct wf_flow flow = flow_of(i);
	const struct wf_leg leg = {.spread = wf_flow_spread(&flow)};

	return pick(&leg);
}

static void both_directions_spread_alike(void **state)
{
	struct wf_flow flow, answer;

	for (uint32_t i = 0; i < 100; i++) {
		flow = flow_of(i);
		assert_true(wf_flow_answer(&flow, &answer));
		assert_true(wf_flow_spread(&flow) == wf_flow_spread(&answer));
	}
	flow.proto = WF_PROTO_ICMP;
	flow.sport = WF_BE16(77);
	flow.dport = WF_BE16(WF_ICMP4_ECHO << 8);
	assert_true(wf_flow_answer(&flow, &answer));
	assert_true(wf_flow_spread(&flow) == wf_flow_spread(&answer));
}

static void lanes_share_the_flows(void **state)
{
	uint32_t n[LANES] = {0};

	for (uint32_t i = 0; i < FLOWS; i++)
		for (uint32_t lane = 0; lane < LANES; lane++)
			n[lane] += pick_flow(i) == name_of(lane);
	for (uint32_t lane = 0; lane < LANES; lane++)
		assert_in_range(n[lane], FLOWS / LANES * 8 / 10, FLOWS / LANES * 12 / 10);
}

static void only_flows_of_a_lost_lane_move(void **state)
{
	static uint32_t was[FLOWS];
	uint32_t n_moved = 0;

	for (uint32_t i = 0; i < FLOWS; i++)
		was[i] = pick_flow(i);
	drop_path(0, name_of(3));
	for (uint32_t i = 0; i < FLOWS; i++) {
		assert_true(was[i] == name_of(3) || pick_flow(i) == was[i]);
		n_moved += pick_flow(i) != was[i];
	}
	assert_in_range(n_moved, 1, FLOWS / LANES * 12 / 10);
}

/* In whatever alternative; the first pin that has a path counts. */
static void a_pinned_lane_is_kept_while_it_has_a_path(void **state)
{
	const struct wf_choice two = {.bound = {1, 2}, .n = 2, .has_lanes = 3};
	struct wf_leg leg = {.lanes = {name_of(2), name_of(4)}};
	struct wf_path_key key = key_of(0, 0);

	assert_int_equal(pick(&leg), name_of(2));
	drop_path(0, name_of(2));
	assert_int_equal(pick(&leg), name_of(4));
	put_lanes(1, 3);
	assert_int_equal(wf_lane_pick(&world, &leg, &two, &key), WF_DROP_NONE);
	assert_int_equal(key.alternative, 1);
	assert_int_equal(key.lane, name_of(2));
	leg.lanes[0] = leg.lanes[1] = 0xbad;
	assert_int_not_equal(pick(&leg), 0xbad);
}

static void without_lanes_there_is_none_or_no_path(void **state)
{
	const struct wf_leg leg = {.spread = 5};
	struct wf_path_key key = key_of(1, 0);

	assert_int_equal(wf_lane_pick(&world, &leg, &choice, &key), WF_DROP_NONE);
	assert_int_equal(key.lane, 0);
	for (uint32_t i = 0; i < LANES; i++)
		drop_path(0, name_of(i));
	key = key_of(0, 0);
	assert_int_equal(wf_lane_pick(&world, &leg, &choice, &key), WF_DROP_NO_PATH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(both_directions_spread_alike, setup),
		cmocka_unit_test_setup(lanes_share_the_flows, setup),
		cmocka_unit_test_setup(only_flows_of_a_lost_lane_move, setup),
		cmocka_unit_test_setup(a_pinned_lane_is_kept_while_it_has_a_path, setup),
		cmocka_unit_test_setup(without_lanes_there_is_none_or_no_path, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
