// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Into functions and back: bpf/proxy_world_test.h. */
#include <stdio.h>

#include "bpf/proxy_world_test.h"

#ifndef PROXY_GOLDENS
#error "PROXY_GOLDENS is the path of tests/goldens/proxy.txt"
#endif

/* The entry of SID_IN, otherwise. */
static void change_sid(struct fixture *f, bool is_up, bool is_passed_by)
{
	const uint64_t head = wf_sid_head_make(TEST_BLOCK, TEST_NODE, WF_FN_ENDPOINT | SID_IN);
	struct wf_sid_entry entry;

	memcpy(&entry, test_tables_find(&f->tables, WF_TABLE_SID, &head), sizeof(entry));
	entry.is_passed_by = is_passed_by;
	if (!is_up)
		entry.ifindex = 0;
	fixture_put(f, WF_TABLE_SID, &head, &entry);
}

static void read_hex(const char *hex, struct packet *ret)
{
	unsigned int byte;

	ret->len = 0;
	while (sscanf(hex + 2 * ret->len, "%2x", &byte) == 1)
		ret->bytes[ret->len++] = (uint8_t)byte;
}

static uint32_t behavior_of(const char *name)
{
	return !strcmp(name, "ad")   ? WF_BEHAVIOR_AD
	       : !strcmp(name, "am") ? WF_BEHAVIOR_AM
				     : WF_BEHAVIOR_AN;
}

static void packets_are_the_drafts_byte_for_byte(void **state)
{
	char behavior[8], encoding[8], family[8], program[16], before[1024], after[1024],
		was[8] = "";
	FILE *file = fopen(PROXY_GOLDENS, "r");
	bool is_bridged, was_bridged = false;
	struct fixture *f = *state;
	struct packet in, want;
	struct outcome o;
	int n = 0;

	assert_non_null(file);
	for (; fscanf(file, "%7s %7s %7s %15s %1023s %1023s", behavior, encoding, family, program,
		      before, after) == 6;
	     n++) {
		const bool is_in = !strcmp(program, "validate");

		is_bridged = family[0] != 'v' && behavior[1] == 'd'; /* a frame for End.AD */
		if (strcmp(behavior, was) != 0 || is_bridged != was_bridged)
			put_function_of(f, behavior_of(behavior), is_bridged);
		strcpy(was, behavior);
		was_bridged = is_bridged;
		read_hex(before, &in);
		read_hex(after, &want);
		fixture_forget(f); /* else a header is believed for 16 ms */
		fixture_run(f, is_in ? PROG_VALIDATE : PROG_APPLY,
			    is_in ? f->underlay : f->ports[1], &in, &o);
		assert_int_equal(o.drop, WF_DROP_NONE);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		assert_packet(&o.out, &want);
	}
	fclose(file);
	assert_int_equal(n, 48);
}

/* Of the same flow, another header: it is the last one that counts. */
static void a_flow_comes_back_by_the_header_it_had_last(void **state)
{
	struct outer_spec outer = to_function;
	struct fixture *f = *state;
	uint8_t want[16];
	struct outcome o;

	put_function(f, WF_BEHAVIOR_AD);
	for (int i = 0; i < 3; i++) {
		outer.segments[1] = i % 2 ? "5f00:0:4:e001::" : "5f00:0:3:e001::";
		give(f, &outer, &inner, &o);
		fixture_forget(f);
		come_back(f, &o.out, &o);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		addr_of(outer.segments[1], want);
		assert_memory_equal(o.out.bytes + ETH_LEN + 24, want, 16);
	}
}

/* 16 waypoints: more of the header than a flow's entry holds. */
static void a_long_header_comes_back_whole(void **state)
{
	struct outer_spec outer = {.dst = FIRST, .n_segments = 17, .segments_left = 16};
	struct fixture *f = *state;
	struct packet in, want;
	struct outcome o;

	outer.segments[0] = FINAL;
	for (int i = 1; i < 16; i++)
		outer.segments[i] = "5f00:0:3:e001::";
	outer.segments[16] = FIRST;
	put_function(f, WF_BEHAVIOR_AD);
	packet_from_underlay(&in, &outer, &inner);
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
	come_back(f, &o.out, &o);
	assert_int_equal(o.drop, WF_DROP_NONE);
	outer.dst = outer.segments[15];
	outer.segments_left = 15;
	outer.hop_limit = 63;
	packet_from_underlay(&want, &outer, &inner);
	assert_int_equal(o.out.len, want.len);
	assert_memory_equal(o.out.bytes + ETH_LEN + 4, want.bytes + ETH_LEN + 4, 36 + 8 + 17 * 16);
}

static void strangers_do_not_come_back(void **state)
{
	const struct ip_spec own = {.src = "10.0.0.2", .dst = "10.0.0.3", .payload = 3};
	struct ip_spec mine = inner, other = inner;
	struct fixture *f = *state;
	struct wf_port port;
	struct outcome o;

	put_function(f, WF_BEHAVIOR_AD);
	mine.dport = 4242;	      /* the memory is that of all tests */
	come(f, 1, mac_b, &mine, &o); /* before it has been given */
	assert_int_equal(o.drop, WF_DROP_SOURCE_ADDRESS);
	give(f, &to_function, &mine, &o);
	come(f, 1, mac_b, &mine, &o); /* and after */
	assert_int_equal(o.drop, WF_DROP_NONE);
	come(f, 0, mac_a, &mine, &o); /* by the wrong arm */
	assert_int_equal(o.drop, WF_DROP_SOURCE_ADDRESS);
	other.dport = 99;
	come(f, 1, mac_b, &other, &o);
	assert_int_equal(o.drop, WF_DROP_SOURCE_ADDRESS);
	memcpy(&port, test_tables_find(&f->tables, WF_TABLE_PORT, &f->ports[2]), sizeof(port));
	port.proxy = WF_BEHAVIOR_AD;
	port.sid = 7;
	fixture_put(f, WF_TABLE_PORT, &f->ports[2], &port);
	come(f, 2, mac_blue, &mine, &o); /* another tenant's function */
	assert_int_equal(o.drop, WF_DROP_SOURCE_ADDRESS);
	come(f, 1, mac_b, &own, &o);
	assert_int_equal(o.drop, WF_DROP_NONE);
	assert_int_equal(o.verdict, VERDICT_REDIRECT);
}

static void other_tenants_do_not_get_in(void **state)
{
	struct outer_spec outer = to_function;
	struct fixture *f = *state;
	struct outcome o;

	put_function(f, WF_BEHAVIOR_AD);
	outer.segments[0] = "5f00:0:3:e046:0:800::";
	give(f, &outer, &inner, &o);
	assert_int_equal(o.drop, WF_DROP_FOREIGN_SID);
}

static void who_is_down_drops_or_is_passed_by(void **state)
{
	struct fixture *f = *state;
	uint8_t want[16];
	struct outcome o;

	put_function(f, WF_BEHAVIOR_AD);
	change_sid(f, false, false);
	give(f, &to_function, &inner, &o);
	assert_int_equal(o.drop, WF_DROP_FUNCTION_DOWN);
	change_sid(f, false, true);
	give(f, &to_function, &inner, &o);
	assert_int_equal(o.drop, WF_DROP_NONE);
	addr_of("5f00:0:3:e001::", want);
	assert_memory_equal(o.out.bytes + ETH_LEN + 24, want, 16);
	assert_int_equal(o.out.bytes[ETH_LEN + 43], 1);
}

/* With its headers a packet comes back as it went, or not at all. */
static void headers_are_not_a_functions_to_change(void **state)
{
	static const uint32_t changed[] = {8 + 5, 24 + 3, 40 + 3, 48 + 5, 64 + 7, 80 + 15};
	static const uint32_t behaviors[] = {WF_BEHAVIOR_AM, WF_BEHAVIOR_AN};
	struct fixture *f = *state;
	struct packet back;
	struct outcome o;

	for (int b = 0; b < 2; b++) {
		put_function(f, behaviors[b]);
		for (size_t i = 0; i < sizeof(changed) / sizeof(*changed); i++) {
			give(f, &to_function, &inner, &o);
			assert_int_equal(o.verdict, VERDICT_REDIRECT);
			back = o.out;
			come_back(f, &back, &o);
			assert_int_equal(o.drop, WF_DROP_NONE);
			back.bytes[ETH_LEN + changed[i]] ^= changed[i] == 40 + 3 ? 3 : 1;
			come_back(f, &back, &o);
			assert_int_equal(o.drop, WF_DROP_FUNCTION_FLOW);
		}
		give(f, &to_function, &inner, &o);
		back = o.out;
		back.bytes[ETH_LEN + 40 + 56 + 15] ^= 1; /* another flow inside */
		come_back(f, &back, &o);
		assert_int_equal(o.drop, WF_DROP_FUNCTION_FLOW);
		back = o.out;
	}
}

static void hops_end_as_at_any_router(void **state)
{
	struct outer_spec outer = to_function;
	struct ip_spec last = inner;
	struct fixture *f = *state;
	uint8_t want[16];
	struct outcome o;

	put_function(f, WF_BEHAVIOR_AD);
	outer.hop_limit = 1;
	give(f, &outer, &inner, &o);
	assert_int_equal(o.verdict, VERDICT_PASS); /* the kernel tells */
	give(f, &to_function, &inner, &o);
	last.hop_limit = 1;
	fixture_refill(f);
	come(f, 1, mac_b, &last, &o);
	assert_int_equal(o.drop, WF_DROP_HOP_LIMIT);
	/* its sender on node 2 is told, not the function */
	assert_int_equal(o.verdict, VERDICT_REDIRECT);
	addr_of("5f00:0:2:e046:abcd:ef00::", want);
	assert_memory_equal(o.out.bytes + ETH_LEN + 24, want, 12);
}

/* 1300 behind the function: 40 + 8 + 3 * 16 are the headers'. */
static void too_big_is_told_to_the_sender(void **state)
{
	struct outer_spec outer = to_function;
	struct ip_spec big = inner;
	struct fixture *f = *state;
	struct outcome o;

	put_function(f, WF_BEHAVIOR_AD);
	outer.segments[1] = "5f00:0:55:e001::";
	for (int over = 0; over < 2; over++) {
		fixture_refill(f);
		big.payload = 1300 - 96 - 28 + (uint32_t)over;
		give(f, &outer, &big, &o);
		come(f, 1, mac_b, &big, &o);
		assert_int_equal(o.drop, over ? WF_DROP_TOO_BIG : WF_DROP_NONE);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
	}
	assert_int_equal(wf_load_be16(o.out.bytes + ETH_LEN + 28), 0x0002); /* node 2 */
	assert_int_equal(wf_load_be16(o.out.bytes + ETH_LEN + 40 + 20 + 6), 1300 - 96);
}

/* The path ends on this node: validate gives the packet to its endpoint at once. */
static void what_comes_back_may_be_at_home(void **state)
{
	const struct wf_sid_entry entry = {.behavior = WF_BEHAVIOR_AD};
	const struct outer_spec outer = {.dst = "5f00:0:1:f006::",
					 .n_segments = 2,
					 .segments = {"5f00:0:1:e046:abcd:ef65:4321:0",
						      "5f00:0:1:f006::"},
					 .segments_left = 1};
	const struct ip_spec to_a = {.src = "10.0.0.3", .dst = "10.0.0.1", .payload = 5};
	struct fixture *f = *state;
	struct packet want;
	struct outcome o;

	world_fill(f);
	put_arm(f, 1, 1, SID_OUT, mac_b, &entry);
	give(f, &outer, &to_a, &o);
	assert_memory_equal(o.out.bytes, mac_b, 6);
	want = o.out;
	come_back(f, &o.out, &o);
	assert_int_equal(o.drop, WF_DROP_NONE);
	assert_int_equal(o.verdict, VERDICT_REDIRECT);
	assert_int_equal(o.out.len, want.len);
	assert_memory_equal(o.out.bytes, mac_a, 6);
	assert_int_equal(o.out.bytes[ETH_LEN + 8], 62); /* apply's hop, validate's hop */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_are_the_drafts_byte_for_byte),
		cmocka_unit_test(a_flow_comes_back_by_the_header_it_had_last),
		cmocka_unit_test(a_long_header_comes_back_whole),
		cmocka_unit_test(strangers_do_not_come_back),
		cmocka_unit_test(other_tenants_do_not_get_in),
		cmocka_unit_test(who_is_down_drops_or_is_passed_by),
		cmocka_unit_test(headers_are_not_a_functions_to_change),
		cmocka_unit_test(hops_end_as_at_any_router),
		cmocka_unit_test(too_big_is_told_to_the_sender),
		cmocka_unit_test(what_comes_back_may_be_at_home),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
