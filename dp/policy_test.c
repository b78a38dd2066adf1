// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What sets of policies say: sides, pairs, ranges, the default. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dp/tables_test.h"
#include "dp/policy.h"

#define TENANT 7u
#define OTHER  8u
#define SET    0x1234567890abcdefull
#define TCP    6
#define UDP    17

static const struct wf_config config = {.block = WF_DEFAULT_BLOCK, .node = 1};
static struct test_tables tables;
static const struct wf_world world = {.config = &config,
				      .find = test_tables_find,
				      .tables = &tables};

static const struct wf_side any = {WF_SIDE_ANY, 0}, internet = {WF_SIDE_INTERNET, 0};
static const struct wf_side id_a = {TENANT, 1}, id_b = {TENANT, 2}, id_red = {OTHER, 1};
static const struct wf_side zone_1 = {WF_SIDE_ZONE, 1}, zone_2 = {WF_SIDE_ZONE, 2};
static const struct wf_party a = {TENANT, 1}, b = {TENANT, 2}, red = {OTHER, 1}, nobody;

static void put_set(struct wf_set set)
{
	const uint64_t number = SET;

	test_tables_put(&tables, WF_TABLE_SET, &number, &set);
}

static int fill(void **state)
{
	tables.n = 0;
	put_set((struct wf_set){.has_verdicts = 1, .has_zones = 1, .is_tracked = 1});
	return 0;
}

static void put_list(struct wf_side from, struct wf_side to, uint64_t number,
		     const struct wf_range *items, uint32_t n)
{
	const struct wf_verdict_key key = {.set = SET, .from = from, .to = to};
	struct wf_ranges ranges = {.n = n};

	memcpy(ranges.items, items, n * sizeof(*items));
	test_tables_put(&tables, WF_TABLE_VERDICT, &key, &number);
	test_tables_put(&tables, WF_TABLE_RANGES, &number, &ranges);
}

/* One range for all; its policy is also the number of the list. */
static void put_all(struct wf_side from, struct wf_side to, uint16_t policy, uint8_t verdict,
		    uint16_t way)
{
	const struct wf_range range = {
		.last = WF_RANGE_LAST, .policy = policy, .way = way, .verdict = verdict};

	put_list(from, to, policy, &range, 1);
}

/* The first @bits, 0, 8 or 16, of fd@second::. */
static void put_zone(uint8_t second, uint32_t bits, uint32_t value)
{
	struct wf_zone_key key = {.prefix_len = WF_ZONE_SET_BITS + bits};
	const uint8_t addr[2] = {0xfd, second};

	memcpy(key.addr, addr, bits / 8);
	wf_store_be64(key.set, SET);
	test_tables_put(&tables, WF_TABLE_ZONE, &key, &value);
}

/* From fd@from::1 to fd@to::2. */
static struct wf_ruling ask(uint8_t from_byte, const struct wf_party *from, uint8_t to_byte,
			    const struct wf_party *to, uint8_t proto, uint16_t port)
{
	const struct wf_flow flow = {.src = {0xfd, from_byte, [15] = 1},
				     .dst = {0xfd, to_byte, [15] = 2},
				     .dport = wf_htons(port),
				     .proto = proto};
	struct wf_ask question = {.set = SET, .tenant = TENANT};

	wf_policy_judge(&world, &question, &flow, from, to);
	return question.ruling;
}

static void a_default_is_for_the_tenants_own(void **state)
{
	static const struct {
		const struct wf_party *from;
		uint8_t from_byte;
		uint8_t verdict[2]; /* default allow, deny */
	} cases[] = {
		{&a, 0, {WF_VERDICT_ALLOW, WF_VERDICT_DENY}},
		{&red, 0, {WF_VERDICT_DENY, WF_VERDICT_DENY}},
		{&red, 5, {WF_VERDICT_DENY, WF_VERDICT_DENY}},
		{&nobody, 0, {WF_VERDICT_DENY, WF_VERDICT_DENY}},
		{&nobody, 5, {WF_VERDICT_ALLOW, WF_VERDICT_DENY}}, /* inside the prefix */
	};

	put_zone(5, 16, WF_ZONE_INSIDE);
	for (uint8_t is_deny = 0; is_deny < 2; is_deny++) {
		put_set((struct wf_set){.is_deny_default = is_deny, .has_zones = 1});
		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
			struct wf_ruling r = ask(cases[i].from_byte, cases[i].from, 0, &b, TCP, 80);

			assert_int_equal(r.verdict, cases[i].verdict[is_deny]);
			assert_int_equal(r.policy, 0);
			assert_int_equal(r.way, 0);
			assert_int_equal(r.by, 0);
		}
	}
}

static void a_set_that_is_not_there_denies(void **state)
{
	const uint64_t number = SET;

	test_tables_drop(&tables, WF_TABLE_SET, &number);
	assert_int_equal(ask(0, &a, 0, &b, TCP, 80).verdict, WF_VERDICT_DENY);
}

/* Of equal rank: each more general pair is put before, and loses to, the next. */
static void the_way_is_the_most_specific_pairs(void **state)
{
	const struct wf_side pairs[WF_ASK_PAIRS][2] = {
		{any, any},   {any, id_b},    {any, zone_2},  {id_a, any},	{zone_1, any},
		{id_a, id_b}, {id_a, zone_2}, {zone_1, id_b}, {zone_1, zone_2},
	};

	put_zone(1, 16, 1 | WF_ZONE_INSIDE);
	put_zone(2, 16, 2 | WF_ZONE_INSIDE);
	for (uint16_t i = 0; i < WF_ASK_PAIRS; i++) {
		put_all(pairs[i][0], pairs[i][1], (uint16_t)(100 + i), WF_VERDICT_ALLOW,
			(uint16_t)(100 + i));
		assert_int_equal(ask(1, &a, 2, &b, TCP, 80).way, 100 + i);
		assert_int_equal(ask(1, &a, 2, &b, TCP, 80).policy, 100 + i);
	}
	assert_int_equal(ask(3, &b, 3, &a, TCP, 80).way, 100);
}

static void a_higher_rank_wins_over_the_order_of_pairs(void **state)
{
	const struct wf_range low = {.last = WF_RANGE_LAST,
				     .way = 1,
				     .rank = 7,
				     .verdict = WF_VERDICT_ALLOW,
				     .policy = 1};
	const struct wf_range high = {.last = WF_RANGE_LAST,
				      .way = 2,
				      .rank = 8,
				      .verdict = WF_VERDICT_ALLOW,
				      .policy = 2};

	put_list(id_a, id_b, 1, &low, 1);
	put_list(id_a, any, 2, &high, 1);
	put_list(any, any, 3, &low, 1);
	assert_int_equal(ask(0, &a, 0, &b, TCP, 80).way, 2);
	put_list(id_a, id_b, 4, &high, 1);
	put_list(id_a, any, 5, &low, 1);
	assert_int_equal(ask(0, &a, 0, &b, TCP, 80).way, 2);
}

/* Whatever pair says it: a denial wins, and the way is still told. */
static void a_denial_wins_wherever_it_stands(void **state)
{
	put_all(id_a, id_b, 1, WF_VERDICT_ALLOW, 1);
	put_all(any, any, 2, WF_VERDICT_DENY, 0);
	assert_int_equal(ask(0, &a, 0, &b, TCP, 80).verdict, WF_VERDICT_DENY);
	assert_int_equal(ask(0, &a, 0, &b, TCP, 80).policy, 2);
	put_all(id_a, id_b, 1, WF_VERDICT_DENY, 0);
	put_all(any, any, 2, WF_VERDICT_ALLOW, 2);
	assert_int_equal(ask(0, &a, 0, &b, TCP, 80).verdict, WF_VERDICT_DENY);
	assert_int_equal(ask(0, &a, 0, &b, TCP, 80).policy, 1);
	assert_int_equal(ask(0, &a, 0, &b, TCP, 80).way, 2);
}

static void a_way_alone_is_no_permission(void **state)
{
	const struct wf_range mirror = {
		.last = WF_RANGE_LAST, .way = 9, .is_reverse = 1, .verdict = WF_VERDICT_NONE};
	struct wf_ruling r;

	put_list(id_a, id_b, 1, &mirror, 1);
	put_set((struct wf_set){.has_verdicts = 1, .is_deny_default = 1});
	r = ask(0, &a, 0, &b, TCP, 80);
	assert_int_equal(r.verdict, WF_VERDICT_DENY);
	assert_int_equal(r.way, 9);
	assert_int_equal(r.is_reverse, 1);
	put_set((struct wf_set){.has_verdicts = 1});
	assert_int_equal(ask(0, &a, 0, &b, TCP, 80).verdict, WF_VERDICT_ALLOW);
}

static void foreigners_and_the_internet_have_sides_of_their_own(void **state)
{
	put_all(id_red, any, 1, WF_VERDICT_ALLOW, 0);
	put_all(internet, id_b, 2, WF_VERDICT_ALLOW, 0);
	assert_int_equal(ask(0, &red, 0, &b, TCP, 80).policy, 1);
	assert_int_equal(ask(0, &nobody, 0, &b, TCP, 80).policy, 2);
	assert_int_equal(ask(0, &nobody, 0, &a, TCP, 80).verdict, WF_VERDICT_DENY);
	put_all(any, any, 3, WF_VERDICT_ALLOW, 0);
	assert_int_equal(ask(0, &nobody, 0, &a, TCP, 80).verdict, WF_VERDICT_DENY);
	assert_int_equal(ask(0, &a, 0, &b, TCP, 80).policy, 3);
}

static void zones_are_the_longest_prefix_that_is_named(void **state)
{
	put_zone(0, 8, 1);
	put_zone(2, 16, 2 | WF_ZONE_INSIDE);
	put_zone(0, 0, 3);
	put_all(zone_1, any, 1, WF_VERDICT_DENY, 0);
	put_all(zone_2, any, 2, WF_VERDICT_ALLOW, 2);
	assert_int_equal(ask(9, &a, 0, &b, TCP, 80).policy, 1);
	assert_int_equal(ask(2, &a, 0, &b, TCP, 80).policy, 2);
	assert_int_equal(wf_zone_find(&world, SET, (uint8_t[16]){1}), 3);
	assert_int_equal(wf_zone_find(&world, SET + 1, (uint8_t[16]){1}), 0);
	put_set((struct wf_set){.has_verdicts = 1}); /* not looked at */
	assert_int_equal(ask(9, &a, 0, &b, TCP, 80).policy, 0);
}

/* Every point of three protocols against a list that is walked from the front. */
static void ranges_end_where_they_say(void **state)
{
	struct wf_range items[WF_RANGES_MAX] = {0};

	for (uint32_t n = 1; n <= WF_RANGES_MAX; n++) {
		struct wf_ranges r = {.n = n};

		for (uint32_t i = 0; i < n; i++) {
			items[i].last = i + 1 == n ? WF_RANGE_LAST : (TCP << 16) + i * i * 16;
			r.items[i] = items[i];
		}
		for (uint32_t i = 0; i < n; i++) {
			assert_int_equal(wf_ranges_find(&r, items[i].last), i);
			if (i + 1 < n)
				assert_int_equal(wf_ranges_find(&r, items[i].last + 1), i + 1);
		}
		assert_int_equal(wf_ranges_find(&r, 0), 0);
	}
}

static void ranges_stay_in_bounds_whatever_they_hold(void **state)
{
	struct wf_ranges r;

	for (uint32_t n = 0; n < 512; n++) {
		memset(&r, (int)(n * 7), sizeof(r));
		r.n = n % 2 ? n * 0x1010101u : n;
		assert_in_range(wf_ranges_find(&r, 0xffffffff), 0, WF_RANGES_MAX - 1);
		assert_in_range(wf_ranges_find(&r, 0), 0, WF_RANGES_MAX - 1);
		wf_ranges_has_ports(&r, wf_ranges_find(&r, 0x60050), 0x60050);
	}
}

static void only_lists_that_tell_ports_apart_are_by_port(void **state)
{
	const struct wf_range tcp_80[] = {
		{.last = (TCP << 16 | 79), .verdict = WF_VERDICT_NONE},
		{.last = (TCP << 16 | 80), .policy = 4, .verdict = WF_VERDICT_ALLOW},
		{.last = WF_RANGE_LAST, .verdict = WF_VERDICT_NONE},
	};
	const struct wf_range tcp[] = {
		{.last = (TCP << 16) - 1, .verdict = WF_VERDICT_NONE},
		{.last = (TCP << 16 | 0xffff), .policy = 4, .verdict = WF_VERDICT_ALLOW},
		{.last = WF_RANGE_LAST, .verdict = WF_VERDICT_NONE},
	};

	put_list(any, any, 1, tcp_80, 3);
	for (uint16_t port = 79; port <= 81; port++) {
		assert_int_equal(ask(0, &a, 0, &b, TCP, port).by & WF_BY_PORT, WF_BY_PORT);
		assert_int_equal(ask(0, &a, 0, &b, TCP, port).policy, port == 80 ? 4 : 0);
	}
	assert_int_equal(ask(0, &a, 0, &b, UDP, 80).by, WF_BY_PROTO);
	put_list(any, any, 1, tcp, 3);
	assert_int_equal(ask(0, &a, 0, &b, TCP, 80).by & WF_BY_PORT, 0);
	assert_int_equal(ask(0, &a, 0, &b, TCP, 65535).policy, 4);
	assert_int_equal(ask(0, &a, 0, &b, UDP, 0).policy, 0);
	put_all(any, any, 1, WF_VERDICT_ALLOW, 0);
	assert_int_equal(ask(0, &a, 0, &b, UDP, 0).by, 0);
}

static void a_list_that_is_not_there_says_nothing(void **state)
{
	const uint64_t number = 1;

	put_all(any, any, 1, WF_VERDICT_DENY, 0);
	test_tables_drop(&tables, WF_TABLE_RANGES, &number);
	assert_int_equal(ask(0, &a, 0, &b, TCP, 80).verdict, WF_VERDICT_ALLOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_default_is_for_the_tenants_own, fill),
		cmocka_unit_test_setup(a_set_that_is_not_there_denies, fill),
		cmocka_unit_test_setup(the_way_is_the_most_specific_pairs, fill),
		cmocka_unit_test_setup(a_higher_rank_wins_over_the_order_of_pairs, fill),
		cmocka_unit_test_setup(a_denial_wins_wherever_it_stands, fill),
		cmocka_unit_test_setup(a_way_alone_is_no_permission, fill),
		cmocka_unit_test_setup(foreigners_and_the_internet_have_sides_of_their_own, fill),
		cmocka_unit_test_setup(zones_are_the_longest_prefix_that_is_named, fill),
		cmocka_unit_test(ranges_end_where_they_say),
		cmocka_unit_test(ranges_stay_in_bounds_whatever_they_hold),
		cmocka_unit_test_setup(only_lists_that_tell_ports_apart_are_by_port, fill),
		cmocka_unit_test_setup(a_list_that_is_not_there_says_nothing, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
