// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What is quick needs no more than the quick way, which makes of it what the long way makes.
 *
 * A packet that was quick is counted in its flow's entry. It must follow another one of the flow
 * within a few jiffies, which a busy machine may miss: then both are sent again.
 */
#include "bpf/service_test.h"
#include "bpf/signing_test.h"

#include <sys/mman.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "dp/flowcache.h"
#include "weft.skel.h"
#include "wire/tcp.h"

#define ATTEMPTS 100

static const struct ip_spec from_a[] = {
	{.src = "10.0.0.1", .dst = "10.0.0.3", .sport = 7000, .dport = 80, .payload = 20},
	{.src = "fd00::1", .dst = "fd00::3", .sport = 7000, .dport = 80, .payload = 20, .tc = 0xb8},
	{.src = "10.0.0.1", .dst = "10.0.0.3", .proto = 6, .sport = 7000, .dport = 80, .tc = 2},
	{.src = "fd00::1", .dst = "fd00::3", .proto = 6, .sport = 7000, .dport = 80},
};
static const struct ip_spec to_a[] = {
	{.src = "10.0.0.3", .dst = "10.0.0.1", .sport = 80, .dport = 7000, .payload = 20},
	{.src = "fd00::3", .dst = "fd00::1", .sport = 80, .dport = 7000, .payload = 20, .tc = 0xb8},
	{.src = "10.0.0.3", .dst = "10.0.0.1", .proto = 6, .sport = 80, .dport = 7000, .tc = 2},
	{.src = "fd00::3", .dst = "fd00::1", .proto = 6, .sport = 80, .dport = 7000},
};
/* Without SRH, with a C-SID container of this node's SIDs, with a full header. */
static const struct outer_spec outers[] = {
	{.dst = "5f00:0:1:e046:" RED_ARG},
	{.dst = "5f00:0:1:1::",
	 .n_segments = 1,
	 .segments = {"5f00:0:1:e046:" RED_ARG},
	 .segments_left = 1},
	{.dst = "5f00:0:1:1::",
	 .n_segments = 2,
	 .segments = {"5f00:0:1:e046:" RED_ARG, "5f00:0:1:1::"},
	 .segments_left = 1},
};
static const struct outer_spec signed_outers[] = {
	{.dst = "5f00:0:1:e046:" RED_ARG, .n_segments = 1, .segments = {"5f00:0:1:e046:" RED_ARG}},
	{.dst = "5f00:0:1:e046:" RED_ARG,
	 .n_segments = 3,
	 .segments = {"5f00:0:1:e046:" RED_ARG, "5f00:0:4:e001::", "5f00:0:3:e001::"}},
};

static void rest_take(struct fixture *f)
{
	for (uint32_t i = 0; i < bpf_map__max_entries(f->skel->maps.parts); i++)
		bpf_map_delete_elem(bpf_map__fd(f->skel->maps.parts), &i);
}

static void rest_put(struct fixture *f)
{
	const int fds[] = {bpf_program__fd(f->skel->progs.apply_rest),
			   bpf_program__fd(f->skel->progs.validate_rest)};

	for (uint32_t i = 0; i < 2; i++)
		assert_int_equal(
			bpf_map_update_elem(bpf_map__fd(f->skel->maps.parts), &i, &fds[i], 0), 0);
}

/* How many packets were quick, of all CPUs, that are not settled. */
static uint64_t n_unsettled(const struct bpf_map *map, size_t at)
{
	const size_t bytes = bpf_map__value_size(map), n = bpf_map__max_entries(map);
	const uint8_t *entries = mmap(NULL, bytes * n, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
	uint64_t sum = 0;

	assert_ptr_not_equal(entries, MAP_FAILED);
	for (size_t i = 0; i < n; i++)
		sum += ((const struct wf_counter *)(entries + i * bytes + at))->packets;
	munmap((void *)entries, bytes * n);
	return sum;
}

static uint64_t n_quick(const struct fixture *f, enum fixture_prog prog)
{
	if (prog == PROG_APPLY)
		return n_unsettled(f->skel->maps.applied, offsetof(struct wf_applied, unsettled));
	return n_unsettled(f->skel->maps.validated, offsetof(struct wf_validated, unsettled));
}

/* Twice @in: by the long way, and by the quick one. How often it was sent. */
static uint64_t assert_quick(struct fixture *f, enum fixture_prog prog, uint32_t ifindex,
			     const struct packet *in)
{
	struct outcome slow, quick;
	uint64_t before, after;

	for (int i = 0; i < ATTEMPTS; i++) {
		fixture_forget(f);
		fixture_run(f, prog, ifindex, in, &slow);
		assert_int_equal(slow.verdict, VERDICT_REDIRECT);
		before = n_quick(f, prog);
		fixture_run(f, prog, ifindex, in, &quick);
		assert_int_equal(quick.verdict, VERDICT_REDIRECT);
		assert_packet(&quick.out, &slow.out);
		after = n_quick(f, prog);
		if (after == before + 1)
			return 2 * (uint64_t)(i + 1);
	}
	fail_msg("the second packet was never quick");
	return 0;
}

static void what_goes_is_the_same_both_ways(void **state)
{
	struct fixture *f = *state;
	struct packet in;

	for (size_t i = 0; i < sizeof(from_a) / sizeof(*from_a); i++) {
		packet_from_container(&in, &from_a[i]);
		assert_quick(f, PROG_APPLY, f->ports[0], &in);
	}
}

static void what_comes_is_the_same_both_ways(void **state)
{
	struct fixture *f = *state;
	struct packet in;

	for (size_t i = 0; i < sizeof(to_a) / sizeof(*to_a); i++)
		for (size_t k = 0; k < sizeof(outers) / sizeof(*outers); k++) {
			packet_from_underlay(&in, &outers[k], &to_a[i]);
			assert_quick(f, PROG_VALIDATE, f->underlay, &in);
		}
}

static void what_comes_signed_is_the_same_both_ways(void **state)
{
	const struct signing s = {0};
	struct fixture *f = *state;
	struct packet in;

	signing_put_key(f, NULL);
	for (size_t i = 0; i < sizeof(to_a) / sizeof(*to_a); i++)
		for (size_t k = 0; k < sizeof(signed_outers) / sizeof(*signed_outers); k++) {
			packet_signed(&in, &signed_outers[k], &s, &to_a[i]);
			assert_quick(f, PROG_VALIDATE, f->underlay, &in);
		}
}

/* Congestion that is known inside already is no reason for a second look, all other is. */
static void what_congestion_changes_is_the_same_both_ways(void **state)
{
	struct fixture *f = *state;
	struct outer_spec o = outers[0];
	struct packet in;

	for (uint8_t inner = 1; inner < 4; inner++)
		for (uint8_t outer = 0; outer < 4; outer++) {
			struct ip_spec s = to_a[inner % 2];

			if (outer & ~inner)
				continue;
			s.tc = 0xb8 | inner;
			o.tc = 0x14 | outer;
			packet_from_underlay(&in, &o, &s);
			assert_quick(f, PROG_VALIDATE, f->underlay, &in);
		}
}

/* The SIDs on the way to End.DT46, walked or remembered. */
static void what_came_by_other_sids_is_counted_both_ways(void **state)
{
	const uint64_t sid = wf_sid_head_make(TEST_BLOCK, TEST_NODE, 0);
	struct wf_counter_key key = {.kind = WF_COUNTER_SID};
	const uint32_t slot = 99;
	struct fixture *f = *state;
	struct packet in;

	memcpy(key.name, &sid, sizeof(sid));
	fixture_put(f, WF_TABLE_COUNTER, &key, &slot);
	for (size_t i = 1; i < sizeof(outers) / sizeof(*outers); i++) {
		const uint64_t before = fixture_counter(f, slot).packets;
		uint64_t n;

		packet_from_underlay(&in, &outers[i], &to_a[1]);
		n = assert_quick(f, PROG_VALIDATE, f->underlay, &in);
		assert_int_equal(fixture_counter(f, slot).packets, before + n);
	}
	fixture_drop(f, WF_TABLE_COUNTER, &key);
}

/* A known flow from another interface, or by another MAC address, is another sender's. */
static void what_somebody_else_sends_is_not_quick(void **state)
{
	struct fixture *f = *state;
	struct outcome o;
	struct packet in;

	for (size_t i = 0; i < sizeof(from_a) / sizeof(*from_a); i++) {
		packet_from_container(&in, &from_a[i]);
		assert_quick(f, PROG_APPLY, f->ports[0], &in);
		fixture_run(f, PROG_APPLY, f->ports[1], &in, &o);
		assert_int_equal(o.verdict, VERDICT_DROP);
		assert_quick(f, PROG_APPLY, f->ports[0], &in);
		in.bytes[11] ^= 1;
		fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
		assert_int_equal(o.verdict, VERDICT_DROP);
		assert_int_equal(o.drop, WF_DROP_SOURCE_MAC);
	}
}

static uint32_t slot_of(const struct packet *p)
{
	struct wf_inner in = {0};

	assert_int_equal(wf_flow_parse(p->bytes, p->bytes + p->len, ETH_LEN, WF_ETH_P_IPV6, &in),
			 WF_FLOW_OK);
	return wf_flowcache_slot(&in.flow);
}

/* @n flows of A that begin to look in the same slot. */
static void make_neighbors(struct packet *ret, int n)
{
	struct ip_spec s = from_a[1];

	packet_from_container(&ret[0], &s);
	for (int i = 1; i < n; i++)
		do {
			s.sport++;
			packet_from_container(&ret[i], &s);
		} while (slot_of(&ret[i]) != slot_of(&ret[0]));
}

static void send_both(struct fixture *f, const struct packet *a, const struct packet *b)
{
	struct outcome o;

	fixture_run(f, PROG_APPLY, f->ports[0], a, &o);
	fixture_run(f, PROG_APPLY, f->ports[0], b, &o);
}

static void both_slots_of_a_flow_are_quick(void **state)
{
	struct fixture *f = *state;
	struct packet p[2];
	uint64_t before;

	make_neighbors(p, 2);
	for (int i = 0; i < ATTEMPTS; i++) {
		fixture_forget(f);
		send_both(f, &p[0], &p[1]);
		before = n_quick(f, PROG_APPLY);
		send_both(f, &p[0], &p[1]);
		if (n_quick(f, PROG_APPLY) == before + 2)
			return;
	}
	fail_msg("one of the two was never quick");
}

/* A flow that is over makes room for a new one, and not the one beside it. */
static void who_is_idle_makes_room(void **state)
{
	const struct timespec idle = {.tv_nsec = 60000000};
	struct fixture *f = *state;
	struct packet p[3];
	uint64_t before;

	make_neighbors(p, 3);
	for (int i = 0; i < ATTEMPTS; i++) {
		fixture_forget(f);
		send_both(f, &p[0], &p[1]);
		nanosleep(&idle, NULL);
		send_both(f, &p[1], &p[2]);
		before = n_quick(f, PROG_APPLY);
		send_both(f, &p[1], &p[2]);
		if (n_quick(f, PROG_APPLY) == before + 2)
			return;
	}
	fail_msg("one of the two was never quick");
}

static const uint8_t protos[] = {WF_PROTO_TCP, WF_PROTO_UDP};
static const struct wf_candidate none = {0};

/* R asks the service. @has_sum: only UDP over IPv4 may be without. */
static void make_question(struct packet *p, int v6, uint8_t proto, bool has_sum)
{
	const struct outer_spec to_b = {.dst = TO_B};
	const struct ip_spec s = {.src = addr_r[v6],
				  .dst = vip[v6],
				  .proto = proto,
				  .sport = 7000,
				  .dport = 80,
				  .payload = 32};

	packet_from_underlay(p, &to_b, &s);
	if (proto == WF_PROTO_TCP)
		packet_flags(p, ETH_LEN + 40, WF_TCP_ACK);
	if (!has_sum)
		wf_store_be16(p->bytes + ETH_LEN + 40 + 20 + 6, 0);
}

static void what_a_service_is_asked_is_the_same_both_ways(void **state)
{
	struct fixture *f = *state;
	struct packet in;

	service_fill(f, backend_b, none, none);
	for (int i = 0; i < 5; i++) {
		make_question(&in, i / 2 % 2, protos[i % 2], i < 4);
		assert_quick(f, PROG_VALIDATE, f->underlay, &in);
	}
}

static void what_a_service_answers_is_the_same_both_ways(void **state)
{
	struct fixture *f = *state;
	struct outcome o;
	struct packet in;

	service_fill(f, backend_b, none, none);
	for (int i = 0; i < 4; i++) {
		const int v6 = i / 2;
		const struct ip_spec s = {.src = addr_b[v6],
					  .dst = addr_r[v6],
					  .proto = protos[i % 2],
					  .sport = 8080,
					  .dport = 7000,
					  .payload = 55};

		make_question(&in, v6, protos[i % 2], true);
		fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
		packet_from_b(&in, &s);
		if (protos[i % 2] == WF_PROTO_TCP)
			packet_flags(&in, ETH_LEN, WF_TCP_ACK);
		assert_quick(f, PROG_APPLY, f->ports[1], &in);
	}
}

/* Nothing that is not quick passes when there is nothing that could look at it. */
static void without_the_rest_only_what_is_known_passes(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	fixture_forget(f);
	rest_take(f);
	packet_from_container(&in, &from_a[0]);
	fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
	assert_int_equal(o.verdict, VERDICT_DROP);
	assert_int_equal(o.drop, WF_DROP_NO_PROGRAM);
	packet_from_underlay(&in, &outers[0], &to_a[0]);
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
	assert_int_equal(o.verdict, VERDICT_DROP);
	assert_int_equal(o.drop, WF_DROP_NO_PROGRAM);
	rest_put(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_is_the_same_both_ways),
		cmocka_unit_test(what_comes_is_the_same_both_ways),
		cmocka_unit_test(what_comes_signed_is_the_same_both_ways),
		cmocka_unit_test(what_congestion_changes_is_the_same_both_ways),
		cmocka_unit_test(what_came_by_other_sids_is_counted_both_ways),
		cmocka_unit_test(what_somebody_else_sends_is_not_quick),
		cmocka_unit_test(both_slots_of_a_flow_are_quick),
		cmocka_unit_test(who_is_idle_makes_room),
		cmocka_unit_test(what_a_service_is_asked_is_the_same_both_ways),
		cmocka_unit_test(what_a_service_answers_is_the_same_both_ways),
		cmocka_unit_test(without_the_rest_only_what_is_known_passes),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
