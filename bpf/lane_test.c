// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The receiver of a packet that came through functions answers through the same. */
#include "bpf/packet_test.h"
#include "bpf/world_test.h"
#include "dp/proof.h"

#define FINAL "5f00:0:1:e046:abcd:ef65:4321:7788" /* A's node; R's packets by POLICY */

static const uint32_t lanes[] = {0x11, 0x22};
static const char *const by[] = {"5f00:0:1:1::", "5f00:0:1:1:1::"}; /* a list for each */

static void put_list(struct fixture *f, int i)
{
	struct wf_listed_key key = {.tenant = RED, .policy = POLICY, .source = 2};
	const struct wf_listed listed = {.lane = lanes[i]};
	uint8_t segments[32];

	addr_of(FINAL, segments);
	addr_of(by[i], segments + 16);
	memset(segments + 8, 0, 8);
	key.hash = wf_listed_hash(segments, 2);
	fixture_put(f, WF_TABLE_LISTED, &key, &listed);
}

/* Lane i's path begins at node 0x10 + i. */
static void put_path(struct fixture *f, int i)
{
	const struct wf_path_key key = {
		.tenant = RED, .policy = POLICY, .node = 2, .lane = lanes[i]};
	struct wf_template t;

	world_template("csid", 1, &t);
	wf_store_be16(t.header + 28, (uint16_t)(0x10 + i));
	fixture_put(f, WF_TABLE_PATH, &key, &t);
}

static int setup(void **state)
{
	const struct wf_set set = {.has_verdicts = 1, .has_zones = 1, .is_tracked = 1};
	const struct wf_choice_key choice_key = {.tenant = RED, .policy = POLICY, .node = 2};
	const struct wf_choice choice = {.bound = {1}, .n = 1, .has_lanes = 1};
	const struct wf_lanes_key key = {.tenant = RED, .policy = POLICY};
	const struct wf_lanes value = {.n = 2, .names = {0x11, 0x22}};

	world_fill(*state);
	world_put_set(*state, RED, RED_SET, &set);
	fixture_put(*state, WF_TABLE_CHOICE, &choice_key, &choice);
	fixture_put(*state, WF_TABLE_LANES, &key, &value);
	for (int i = 0; i < 2; i++) {
		put_list(*state, i);
		put_path(*state, i);
	}
	return 0;
}

static void request(struct fixture *f, int i, uint16_t port)
{
	const struct outer_spec outer = {
		.dst = by[i], .n_segments = 2, .segments = {FINAL, by[i]}, .segments_left = 1};
	const struct ip_spec ip = {
		.src = "10.0.0.3", .dst = "10.0.0.1", .sport = port, .dport = 53, .payload = 4};
	struct packet p;
	struct outcome o;

	packet_from_underlay(&p, &outer, &ip);
	fixture_run(f, PROG_VALIDATE, f->underlay, &p, &o);
	assert_int_equal(o.drop, WF_DROP_NONE);
	assert_int_equal(o.verdict, VERDICT_REDIRECT);
}

/* The node that the answer goes to first. */
static uint16_t answer(struct fixture *f, uint16_t port)
{
	const struct ip_spec ip = {
		.src = "10.0.0.1", .dst = "10.0.0.3", .sport = 53, .dport = port, .payload = 4};
	struct packet p;
	struct outcome o;

	packet_from_container(&p, &ip);
	fixture_run(f, PROG_APPLY, f->ports[0], &p, &o);
	assert_int_equal(o.drop, WF_DROP_NONE);
	return wf_load_be16(o.out.bytes + ETH_LEN + 28);
}

static void answers_take_the_lane_that_requests_came_by(void **state)
{
	for (uint16_t port = 2000; port < 2016; port++)
		for (int i = 0; i < 2; i++) { /* also when it becomes another */
			request(*state, i, port);
			fixture_forget(*state);
			assert_int_equal(answer(*state, port), 0x10 + i);
		}
}

static void a_lane_without_a_path_is_left(void **state)
{
	const struct wf_path_key key = {
		.tenant = RED, .policy = POLICY, .node = 2, .lane = lanes[1]};

	for (uint16_t port = 3000; port < 3008; port++) {
		request(*state, 1, port);
		assert_int_equal(answer(*state, port), 0x11);
	}
	fixture_drop(*state, WF_TABLE_PATH, &key);
	for (uint16_t port = 3000; port < 3008; port++)
		assert_int_equal(answer(*state, port), 0x10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(answers_take_the_lane_that_requests_came_by, setup),
		cmocka_unit_test_setup(a_lane_without_a_path_is_left, setup),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
