// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Where flows go: choices, paths; and what forbids it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dp/tables_test.h"
#include "dp/apply.h"

#define TENANT 7u
#define NODE_R 2
#define SET    1ull

static const struct wf_config config = {.block = WF_DEFAULT_BLOCK, .node = 1};
static struct test_tables tables;
static const struct wf_world world = {.config = &config,
				      .find = test_tables_find,
				      .tables = &tables};
static const uint8_t addr_r[16] = {0xfd, [15] = 3}, addr_b[16] = {0xfd, [15] = 2};

static void put_set(struct wf_set set)
{
	const struct wf_tenant_entry entry = {.set = SET, .set_out = SET};
	const uint64_t number = SET;

	test_tables_put(&tables, WF_TABLE_SET, &number, &set);
	test_tables_put(&tables, WF_TABLE_TENANT, &(uint32_t){TENANT}, &entry);
}

static void put_choice(uint16_t policy, uint8_t is_reverse, const struct wf_choice *c)
{
	const struct wf_choice_key key = {
		.tenant = TENANT, .policy = policy, .node = NODE_R, .is_reverse = is_reverse};

	test_tables_put(&tables, WF_TABLE_CHOICE, &key, c);
}

static void put_path(struct wf_path_key key, uint16_t len)
{
	const struct wf_template t = {.len = len};

	test_tables_put(&tables, WF_TABLE_PATH, &key, &t);
}

static void put_dest(const uint8_t addr[16], uint16_t node, uint32_t ifindex)
{
	struct wf_dest_key key = {.tenant = TENANT};
	const struct wf_dest dest = {
		.home = TENANT, .identity = 2, .node = node, .ifindex = ifindex};

	memcpy(key.addr, addr, 16);
	test_tables_put(&tables, WF_TABLE_DEST, &key, &dest);
}

/* A tenant without policies: R on node 2, B here. */
static int fill(void **state)
{
	tables.n = 0;
	put_set((struct wf_set){0});
	put_dest(addr_r, NODE_R, 0);
	put_dest(addr_b, 1, 9);
	put_path((struct wf_path_key){.node = NODE_R}, 40);
	put_path((struct wf_path_key){.node = 1}, 0);
	return 0;
}

static enum wf_drop route(const uint8_t dst[16], uint16_t policy, uint8_t is_reverse,
			  struct wf_way *ret)
{
	const struct wf_leg leg = {.tenant = TENANT,
				   .identity = 0x55,
				   .policy = policy,
				   .is_reverse = is_reverse,
				   .stage = WF_STAGE_OUT};

	return wf_route_decide(&world, &leg, wf_dest_find(&world, TENANT, dst), 1, ret);
}

static void without_a_policy_the_path_is_direct(void **state)
{
	struct wf_way way;

	assert_int_equal(route(addr_r, 0, 0, &way), WF_DROP_NONE);
	assert_int_equal(way.action, WF_ACTION_ENCAP);
	assert_int_equal(way.path->len, 40);
	assert_int_equal(way.sid_arg, 0x0000070000550000);
	assert_int_equal(route(addr_b, 0, 0, &way), WF_DROP_NONE);
	assert_int_equal(way.action, WF_ACTION_DELIVER);
	assert_int_equal(way.dest->ifindex, 9);
}

static void what_is_missing_has_its_reason(void **state)
{
	const struct wf_choice choice = {.bound = {1}, .n = 1};
	struct wf_way way;

	assert_int_equal(route(addr_r, 5, 0, &way), WF_DROP_NO_PATH);
	assert_int_equal(way.action, WF_ACTION_DROP);
	put_choice(5, 0, &choice);
	assert_int_equal(route(addr_r, 5, 0, &way), WF_DROP_NO_PATH);
	put_path((struct wf_path_key){.tenant = TENANT, .policy = 5, .node = NODE_R}, 64);
	assert_int_equal(route(addr_r, 5, 0, &way), WF_DROP_NONE);
	assert_int_equal(way.sid_arg, 0x0000070000550005);
	put_dest(addr_b, 1, 0); /* to be here, but no interface */
	assert_int_equal(route(addr_b, 0, 0, &way), WF_DROP_NOT_HERE);
	test_tables_drop(&tables, WF_TABLE_TENANT, &(uint32_t){TENANT});
	assert_int_equal(route(addr_r, 0, 0, &way), WF_DROP_UNKNOWN_TENANT);
}

static void mirrored_ways_are_their_own(void **state)
{
	const struct wf_choice choice = {.bound = {1}, .n = 1};
	struct wf_way way;

	put_choice(5, 0, &choice);
	put_path((struct wf_path_key){.tenant = TENANT, .policy = 5, .node = NODE_R}, 64);
	assert_int_equal(route(addr_r, 5, 1, &way), WF_DROP_NO_PATH);
	put_choice(5, 1, &choice);
	put_path((struct wf_path_key){.tenant = TENANT,
				      .policy = 5,
				      .node = NODE_R,
				      .is_reverse = 1},
		 80);
	assert_int_equal(route(addr_r, 5, 1, &way), WF_DROP_NONE);
	assert_int_equal(way.path->len, 80);
}

/* What is signed has its sender in its key, and so has the tenant. */
static void signed_paths_are_the_senders(void **state)
{
	const struct wf_policy_key policy_key = {.set = SET, .policy = 5};
	const struct wf_policy_entry policy = {.needs = WF_NEED_HMAC};
	const struct wf_choice choice = {.bound = {1}, .n = 1};
	struct wf_path_key key = {.tenant = TENANT, .policy = 5, .node = NODE_R};
	struct wf_way way;

	put_choice(5, 0, &choice);
	test_tables_put(&tables, WF_TABLE_POLICY, &policy_key, &policy);
	put_path(key, 104);
	assert_int_equal(route(addr_r, 5, 0, &way), WF_DROP_NO_PATH);
	key.identity = 0x55;
	put_path(key, 112);
	assert_int_equal(route(addr_r, 5, 0, &way), WF_DROP_NONE);
	assert_int_equal(way.path->len, 112);
}

static void direct_paths_may_be_the_tenants_own(void **state)
{
	struct wf_path_key key = {.tenant = TENANT, .node = NODE_R};
	struct wf_way way;

	put_path(key, 88);
	assert_int_equal(route(addr_r, 0, 0, &way), WF_DROP_NONE);
	assert_int_equal(way.path->len, 40);
	put_set((struct wf_set){.has_direct = 1});
	assert_int_equal(route(addr_r, 0, 0, &way), WF_DROP_NONE);
	assert_int_equal(way.path->len, 88);
	put_set((struct wf_set){.has_direct = 1, .needs = WF_NEED_HMAC});
	assert_int_equal(route(addr_r, 0, 0, &way), WF_DROP_NO_PATH);
	key.identity = 0x55;
	put_path(key, 112);
	assert_int_equal(route(addr_r, 0, 0, &way), WF_DROP_NONE);
	assert_int_equal(way.path->len, 112);
	assert_int_equal(route(addr_b, 0, 0, &way), WF_DROP_NONE); /* here: without any */
	assert_int_equal(way.action, WF_ACTION_DELIVER);
}

/* The hash's high half, scaled to the sum of the weights, lies below one bound first. */
static void choice_follows_the_weights(void **state)
{
	const struct wf_choice choice = {.bound = {3, 4, 4, 12}, .n = 4};

	for (uint32_t i = 0; i < 1200; i++) {
		const uint64_t hash = ((uint64_t)i * 0xffffffffu / 1200) << 32 | 0x1234;
		const uint32_t at = i * 12 / 1200;
		const uint8_t want = at < 3 ? 0 : at < 4 ? 1 : 3; /* weight 0: never */

		if (i % 100) /* not on an edge */
			assert_int_equal(wf_choice_pick(&choice, hash), want);
	}
	assert_int_equal(wf_choice_pick(&choice, 0), 0);
	assert_int_equal(wf_choice_pick(&choice, ~0ull), 3);
}

static void choices_stay_in_bounds_whatever_they_hold(void **state)
{
	struct wf_choice choice;

	for (uint32_t n = 0; n < 256; n++) {
		memset(&choice, (int)(n * 7), sizeof(choice));
		choice.n = (uint8_t)n;
		assert_in_range(wf_choice_pick(&choice, ~0ull), 0, WF_CHOICE_MAX - 1);
		assert_in_range(wf_choice_pick(&choice, 0), 0, WF_CHOICE_MAX - 1);
	}
}

static const struct wf_port port = {.tenant = TENANT,
				    .identity = 1,
				    .n_addrs = 2,
				    .addrs = {{0xfd, [15] = 1}, {0xfd, [15] = 4}}};

static enum wf_drop apply(const struct wf_inner *in, struct wf_way *ret)
{
	static const uint8_t none[WF_CASE_BYTES];
	struct wf_case c;

	wf_case_fill(in, none, 0, &c);
	return wf_apply_decide(&world, &port, in, &c, 1, ret);
}

static void ports_send_from_their_own_addresses_only(void **state)
{
	static const struct {
		uint8_t last_byte;
		enum wf_drop drop;
	} cases[] = {{1, WF_DROP_NONE},
		     {4, WF_DROP_NONE},
		     {2, WF_DROP_SOURCE_ADDRESS},
		     {0, WF_DROP_SOURCE_ADDRESS}};
	struct wf_inner in = {.flow = {.dst = {0xfd, [15] = 3}, .proto = 17}};
	struct wf_way way;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		memset(in.flow.src, 0, 16);
		in.flow.src[0] = 0xfd;
		in.flow.src[15] = cases[i].last_byte;
		assert_int_equal(apply(&in, &way), cases[i].drop);
	}
}

static void forbidden_destinations_have_their_reasons(void **state)
{
	static const struct {
		uint8_t dst[16];
		uint8_t proto, flags;
		enum wf_drop drop;
	} cases[] = {
		{{0xff, 2, [15] = 1}, 17, 0, WF_DROP_MULTICAST},
		{{0xff, 2, [15] = 1}, 58, 0, WF_DROP_ND},
		{{[10] = 0xff, 0xff, 255, 255, 255, 255}, 17, WF_INNER_V4, WF_DROP_MULTICAST},
		{{0xfe, 0x80, [15] = 1}, 17, 0, WF_DROP_GATEWAY},
		{{[10] = 0xff, 0xff, 169, 254, 1, 1}, 1, WF_INNER_V4, WF_DROP_GATEWAY},
		{{0x5f, 0, 0, 0, 0, 2}, 17, 0, WF_DROP_SID_DESTINATION},
		{{0xfd, [15] = 3}, 17, WF_INNER_ROUTING, WF_DROP_ROUTING_HEADER},
		{{0xfd, [15] = 3}, 6, WF_INNER_V4 | WF_INNER_TINY_FRAGMENT, WF_DROP_FRAGMENT},
		{{[10] = 0xff, 0xff, 10, 0, 0, 3}, 17, 0, WF_DROP_MALFORMED},
		{{0x5f, 0, 1, 0, 0, 2}, 17, 0, WF_DROP_NO_ENDPOINT},
		{{0xfd, [15] = 99}, 17, 0, WF_DROP_NO_ENDPOINT},
	};
	struct wf_way way;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_inner in = {.flow = {.src = {0xfd, [15] = 1}, .proto = cases[i].proto},
				      .flags = cases[i].flags};

		memcpy(in.flow.dst, cases[i].dst, 16);
		assert_int_equal(apply(&in, &way), cases[i].drop);
		assert_int_equal(way.action, WF_ACTION_DROP);
	}
}

/* To another node by the set that goes, on the node by the one that stays. */
static void each_end_is_judged_by_its_own_set(void **state)
{
	static const struct {
		uint64_t set, set_out;
		enum wf_drop drop_r, drop_b;
	} cases[] = {
		{SET, SET, WF_DROP_NONE, WF_DROP_NONE},
		{SET, SET + 1, WF_DROP_DENIED, WF_DROP_NONE},
		{SET + 1, SET, WF_DROP_NONE, WF_DROP_DENIED},
		{SET, 0, WF_DROP_DENIED, WF_DROP_NONE},
	};
	const struct wf_set deny = {.is_deny_default = 1};
	const uint64_t number = SET + 1;
	struct wf_inner in = {.flow = {.src = {0xfd, [15] = 1}, .proto = 17}};
	struct wf_way way;

	test_tables_put(&tables, WF_TABLE_SET, &number, &deny);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct wf_tenant_entry entry = {.set = cases[i].set,
						      .set_out = cases[i].set_out};

		test_tables_put(&tables, WF_TABLE_TENANT, &(uint32_t){TENANT}, &entry);
		memcpy(in.flow.dst, addr_r, 16);
		assert_int_equal(apply(&in, &way), cases[i].drop_r);
		memcpy(in.flow.dst, addr_b, 16);
		assert_int_equal(apply(&in, &way), cases[i].drop_b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_a_policy_the_path_is_direct, fill),
		cmocka_unit_test_setup(what_is_missing_has_its_reason, fill),
		cmocka_unit_test_setup(mirrored_ways_are_their_own, fill),
		cmocka_unit_test_setup(signed_paths_are_the_senders, fill),
		cmocka_unit_test_setup(direct_paths_may_be_the_tenants_own, fill),
		cmocka_unit_test(choice_follows_the_weights),
		cmocka_unit_test(choices_stay_in_bounds_whatever_they_hold),
		cmocka_unit_test_setup(ports_send_from_their_own_addresses_only, fill),
		cmocka_unit_test_setup(forbidden_destinations_have_their_reasons, fill),
		cmocka_unit_test_setup(each_end_is_judged_by_its_own_set, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
