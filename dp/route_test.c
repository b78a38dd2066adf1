// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Where flows go: rules, choices, paths; and what forbids it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dp/tables_test.h"
#include "dp/apply.h"

#define TENANT 7u
#define NODE_R 2

static const struct wf_config config = {.block = WF_DEFAULT_BLOCK, .node = 1};
static struct test_tables tables;
static const struct wf_world world = {.config = &config,
				      .find = test_tables_find,
				      .tables = &tables};
static const struct wf_sender from = {.tenant = TENANT, .class = 1, .identity = 0x55};
static const uint8_t addr_r[16] = {0xfd, [15] = 3}, addr_b[16] = {0xfd, [15] = 2};

static void put_rule(uint32_t source, uint32_t dest, uint16_t policy)
{
	const struct wf_rule_key key = {.tenant = TENANT, .source = source, .dest = dest};
	const struct wf_rule rule = {.policy = policy};

	test_tables_put(&tables, WF_TABLE_RULE, &key, &rule);
}

static void put_choice(uint16_t policy, const struct wf_choice *c)
{
	const struct wf_choice_key key = {.tenant = TENANT, .policy = policy, .node = NODE_R};

	test_tables_put(&tables, WF_TABLE_CHOICE, &key, c);
}

static void put_path(uint32_t tenant, uint16_t policy, uint16_t node, uint8_t alternative,
		     uint16_t len)
{
	const struct wf_path_key key = {
		.tenant = tenant, .policy = policy, .node = node, .alternative = alternative};
	const struct wf_template t = {.len = len};

	test_tables_put(&tables, WF_TABLE_PATH, &key, &t);
}

static void put_dest(const uint8_t addr[16], uint32_t class, uint16_t node, uint32_t ifindex)
{
	struct wf_dest_key key = {.tenant = TENANT};
	const struct wf_dest dest = {.class = class, .node = node, .ifindex = ifindex};

	memcpy(key.addr, addr, 16);
	test_tables_put(&tables, WF_TABLE_DEST, &key, &dest);
}

/* A tenant without rules: R on node 2, B here. */
static int fill(void **state)
{
	const struct wf_tenant_entry entry = {.has_rules = 0};

	tables.n = 0;
	test_tables_put(&tables, WF_TABLE_TENANT, &from.tenant, &entry);
	put_dest(addr_r, 2, NODE_R, 0);
	put_dest(addr_b, 2, 1, 9);
	put_path(0, 0, NODE_R, 0, 40);
	put_path(0, 0, 1, 0, 0);
	return 0;
}

static void want_rules(void)
{
	const struct wf_tenant_entry entry = {.has_rules = 1};

	test_tables_put(&tables, WF_TABLE_TENANT, &from.tenant, &entry);
}

static void without_rules_the_path_is_direct(void **state)
{
	struct wf_way way;

	put_rule(1, 2, 5); /* not looked at */
	assert_int_equal(wf_route_decide(&world, &from, addr_r, 1, &way), WF_DROP_NONE);
	assert_int_equal(way.action, WF_ACTION_ENCAP);
	assert_int_equal(way.path->len, 40);
	assert_int_equal(way.sid_arg, 0x0000070000550000);
	assert_int_equal(wf_route_decide(&world, &from, addr_b, 1, &way), WF_DROP_NONE);
	assert_int_equal(way.action, WF_ACTION_DELIVER);
	assert_int_equal(way.dest->ifindex, 9);
}

static void the_most_specific_rule_wins(void **state)
{
	static const uint32_t keys[4][2] = {
		{WF_CLASS_ANY, WF_CLASS_ANY}, {WF_CLASS_ANY, 2}, {1, WF_CLASS_ANY}, {1, 2}};

	assert_null(wf_rule_find(&world, TENANT, 1, 2));
	for (uint16_t i = 0; i < 4; i++) {
		put_rule(keys[i][0], keys[i][1], (uint16_t)(100 + i));
		assert_int_equal(wf_rule_find(&world, TENANT, 1, 2)->policy, 100 + i);
		assert_null(wf_rule_find(&world, TENANT + 1, 1, 2));
	}
}

static void what_is_missing_has_its_reason(void **state)
{
	static const uint8_t nobody[16] = {0xfd, [15] = 99};
	const struct wf_choice choice = {.bound = {1}, .n = 1};
	const struct wf_sender stranger = {.tenant = TENANT + 1};
	struct wf_way way;

	assert_int_equal(wf_route_decide(&world, &from, nobody, 1, &way), WF_DROP_NO_ENDPOINT);
	assert_int_equal(way.action, WF_ACTION_DROP);
	assert_int_equal(wf_route_decide(&world, &stranger, addr_r, 1, &way), WF_DROP_NO_ENDPOINT);
	want_rules();
	put_rule(1, 2, 5);
	assert_int_equal(wf_route_decide(&world, &from, addr_r, 1, &way), WF_DROP_NO_PATH);
	put_choice(5, &choice);
	assert_int_equal(wf_route_decide(&world, &from, addr_r, 1, &way), WF_DROP_NO_PATH);
	put_path(TENANT, 5, NODE_R, 0, 64);
	assert_int_equal(wf_route_decide(&world, &from, addr_r, 1, &way), WF_DROP_NONE);
	assert_int_equal(way.sid_arg, 0x0000070000550005);
	put_dest(addr_b, 3, 1, 0); /* to be here, but no interface */
	assert_int_equal(wf_route_decide(&world, &from, addr_b, 1, &way), WF_DROP_NOT_HERE);
	test_tables_drop(&tables, WF_TABLE_TENANT, &from.tenant);
	assert_int_equal(wf_route_decide(&world, &from, addr_r, 1, &way), WF_DROP_UNKNOWN_TENANT);
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

static const struct wf_port port = {
	.tenant = TENANT, .class = 1, .n_addrs = 2, .addrs = {{0xfd, [15] = 1}, {0xfd, [15] = 4}}};

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
		assert_int_equal(wf_apply_decide(&world, &port, &in, 1, &way), cases[i].drop);
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
		{{[10] = 0xff, 0xff, 10, 0, 0, 3}, 17, 0, WF_DROP_MALFORMED},
		{{0x5f, 0, 1, 0, 0, 2}, 17, 0, WF_DROP_NO_ENDPOINT},
	};
	struct wf_way way;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_inner in = {.flow = {.src = {0xfd, [15] = 1}, .proto = cases[i].proto},
				      .flags = cases[i].flags};

		memcpy(in.flow.dst, cases[i].dst, 16);
		assert_int_equal(wf_apply_decide(&world, &port, &in, 1, &way), cases[i].drop);
		assert_int_equal(way.action, WF_ACTION_DROP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_rules_the_path_is_direct, fill),
		cmocka_unit_test_setup(the_most_specific_rule_wins, fill),
		cmocka_unit_test_setup(what_is_missing_has_its_reason, fill),
		cmocka_unit_test(choice_follows_the_weights),
		cmocka_unit_test(choices_stay_in_bounds_whatever_they_hold),
		cmocka_unit_test_setup(ports_send_from_their_own_addresses_only, fill),
		cmocka_unit_test_setup(forbidden_destinations_have_their_reasons, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
