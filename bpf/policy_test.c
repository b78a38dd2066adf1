// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Policies in the programs: connections across both of them, fragments, errors, counters, events.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <netinet/in.h>

#include "bpf/packet_test.h"
#include "bpf/world_test.h"
#include "dp/event.h"
#include "dp/hook.h"
#include "weft.skel.h"

#define DT46 "5f00:0:1:e046:abcd:ef65:4321:0" /* to red, from R */

#define SYN 0x02
#define ACK 0x10
#define RST 0x04

static const struct wf_side side_a = {RED, IDENTITY_A}, side_r = {RED, IDENTITY_R},
			    side_b = {RED, IDENTITY_B};

/* Nothing passes but A's packets to R and B with destination port 80, directly. */
static void only_port_80(struct fixture *f)
{
	static const struct wf_set deny = {.is_deny_default = 1,
					   .is_tracked = 1,
					   .has_verdicts = 1};
	static const struct wf_range ranges[] = {
		{.last = IPPROTO_TCP << 16 | 79},
		{.last = IPPROTO_TCP << 16 | 80, .verdict = WF_VERDICT_ALLOW, .policy = 3},
		{.last = IPPROTO_UDP << 16 | 79},
		{.last = IPPROTO_UDP << 16 | 80, .verdict = WF_VERDICT_ALLOW, .policy = 3},
		{.last = WF_RANGE_LAST}};

	world_put_set(f, RED, RED_SET, &deny);
	world_put_list(f, RED_SET, side_a, side_r, 2, ranges, 5);
	world_put_list(f, RED_SET, side_a, side_b, 2, ranges, 5);
}

static void no_memory(struct fixture *f)
{
	const int fds[] = {bpf_map__fd(f->skel->maps.conns), bpf_map__fd(f->skel->maps.fragments)};
	uint8_t key[64];

	for (int i = 0; i < 2; i++)
		while (bpf_map_get_next_key(fds[i], NULL, key) == 0)
			bpf_map_delete_elem(fds[i], key);
}

static int setup(void **state)
{
	struct fixture *f = *state;

	world_fill(f);
	no_memory(f);
	only_port_80(f);
	return 0;
}

static struct ip_spec ip(uint8_t proto, const char *src, uint16_t sport, const char *dst,
			 uint16_t dport)
{
	return (struct ip_spec){.src = src,
				.dst = dst,
				.proto = proto,
				.sport = sport,
				.dport = dport,
				.payload = 40};
}

/* The flags of the TCP header behind an IPv4 header at @at. */
static void put_flags(struct packet *p, uint32_t at, uint8_t flags)
{
	p->bytes[at + 20 + 12] = 0x50;
	p->bytes[at + 20 + 13] = flags;
}

static enum wf_drop send_from(struct fixture *f, int port, struct ip_spec s, uint8_t flags)
{
	struct packet in;
	struct outcome o;

	packet_from_container(&in, &s);
	memcpy(in.bytes + 6, port ? mac_b : mac_a, 6);
	if (s.proto == IPPROTO_TCP && !s.frag)
		put_flags(&in, ETH_LEN, flags);
	fixture_run(f, PROG_APPLY, f->ports[port], &in, &o);
	return o.drop;
}

static enum wf_drop receive(struct fixture *f, struct ip_spec s, uint8_t flags)
{
	struct packet in;
	struct outcome o;

	packet_from_underlay(&in, &(struct outer_spec){.dst = DT46}, &s);
	if (s.proto == IPPROTO_TCP && !s.frag)
		put_flags(&in, ETH_LEN + 40, flags);
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
	return o.drop;
}

static void replies_come_in_by_what_went_out(void **state)
{
	struct fixture *f = *state;
	const struct ip_spec out = ip(IPPROTO_TCP, "10.0.0.1", 4000, "10.0.0.3", 80);
	const struct ip_spec back = ip(IPPROTO_TCP, "10.0.0.3", 80, "10.0.0.1", 4000);
	const struct ip_spec other = ip(IPPROTO_TCP, "10.0.0.3", 80, "10.0.0.1", 4001);

	assert_int_equal(receive(f, back, SYN | ACK), WF_DROP_DENIED);
	assert_int_equal(send_from(f, 0, out, SYN), WF_DROP_NONE);
	assert_int_equal(receive(f, back, SYN | ACK), WF_DROP_NONE);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(send_from(f, 0, out, ACK), WF_DROP_NONE);
		assert_int_equal(receive(f, back, ACK), WF_DROP_NONE);
		assert_int_equal(receive(f, other, ACK), WF_DROP_DENIED);
	}
	assert_int_equal(receive(f, back, SYN), WF_DROP_DENIED);
	assert_int_equal(receive(f, back, ACK), WF_DROP_NONE);
}

static void replies_on_one_node_pass_as_well(void **state)
{
	struct fixture *f = *state;
	const struct ip_spec out = ip(IPPROTO_UDP, "10.0.0.1", 4000, "10.0.0.2", 80);
	const struct ip_spec back = ip(IPPROTO_UDP, "10.0.0.2", 80, "10.0.0.1", 4000);

	assert_int_equal(send_from(f, 1, back, 0), WF_DROP_DENIED);
	assert_int_equal(send_from(f, 1, back, 0), WF_DROP_DENIED);
	assert_int_equal(send_from(f, 0, out, 0), WF_DROP_NONE);
	assert_int_equal(send_from(f, 1, back, 0), WF_DROP_NONE); /* the denial is not remembered */
}

static void pings_are_answered(void **state)
{
	static const struct wf_range all = {.last = WF_RANGE_LAST,
					    .verdict = WF_VERDICT_ALLOW,
					    .policy = 3};
	struct fixture *f = *state;
	struct ip_spec out = ip(IPPROTO_ICMP, "10.0.0.1", 0, "10.0.0.3", 0);
	struct ip_spec back = ip(IPPROTO_ICMP, "10.0.0.3", 0, "10.0.0.1", 0);

	world_put_list(f, RED_SET, side_a, side_r, 3, &all, 1);
	out.icmp_type = 8;
	out.icmp_info = back.icmp_info = 7 << 16 | 1;
	assert_int_equal(receive(f, back, 0), WF_DROP_DENIED);
	assert_int_equal(send_from(f, 0, out, 0), WF_DROP_NONE);
	assert_int_equal(receive(f, back, 0), WF_DROP_NONE);
	back.icmp_info = 8 << 16 | 1;
	assert_int_equal(receive(f, back, 0), WF_DROP_DENIED);
}

static void a_changed_policy_acts_at_once(void **state)
{
	static const struct wf_set deny = {.is_deny_default = 1, .is_tracked = 1};
	struct fixture *f = *state;
	const struct ip_spec out = ip(IPPROTO_UDP, "10.0.0.1", 4000, "10.0.0.3", 80);
	const struct ip_spec back = ip(IPPROTO_UDP, "10.0.0.3", 80, "10.0.0.1", 4000);

	assert_int_equal(send_from(f, 0, out, 0), WF_DROP_NONE);
	assert_int_equal(receive(f, back, 0), WF_DROP_NONE);
	world_put_set(f, RED, RED_SET, &deny);
	assert_int_equal(send_from(f, 0, out, 0), WF_DROP_DENIED);
	assert_int_equal(receive(f, back, 0), WF_DROP_DENIED);
	only_port_80(f);
	assert_int_equal(receive(f, back, 0), WF_DROP_NONE);
	assert_int_equal(send_from(f, 0, out, 0), WF_DROP_NONE);
}

/* The reset is seen although the flow's decision is remembered. */
static void turns_of_a_connection_are_seen(void **state)
{
	struct fixture *f = *state;
	const struct ip_spec out = ip(IPPROTO_TCP, "10.0.0.1", 4000, "10.0.0.3", 80);
	struct wf_conn_key key = {
		.tenant = RED,
		.flow = {.sport = WF_BE16(4000), .dport = WF_BE16(80), .proto = IPPROTO_TCP}};
	const int fd = bpf_map__fd(f->skel->maps.conns);
	struct wf_conn conn;

	addr_of("10.0.0.1", key.flow.src);
	addr_of("10.0.0.3", key.flow.dst);
	assert_int_equal(send_from(f, 0, out, SYN), WF_DROP_NONE);
	assert_int_equal(bpf_map_lookup_elem(fd, &key, &conn), 0);
	assert_int_equal(conn.state, 0);
	assert_int_equal(send_from(f, 0, out, ACK), WF_DROP_NONE);
	assert_int_equal(send_from(f, 0, out, RST), WF_DROP_NONE);
	assert_int_equal(bpf_map_lookup_elem(fd, &key, &conn), 0);
	assert_int_equal(conn.state, WF_CONN_RESET);
}

static void fragments_pass_behind_their_first(void **state)
{
	struct fixture *f = *state;
	struct ip_spec first = ip(IPPROTO_UDP, "10.0.0.1", 4000, "10.0.0.3", 80);
	struct ip_spec later = first, v6 = ip(IPPROTO_UDP, "fd00::1", 4000, "fd00::3", 80);

	first.frag = 0x2000;
	later.frag = 0x0006;
	assert_int_equal(send_from(f, 0, later, 0), WF_DROP_FRAGMENT);
	assert_int_equal(send_from(f, 0, first, 0), WF_DROP_NONE);
	assert_int_equal(send_from(f, 0, later, 0), WF_DROP_NONE);
	first.dport = 81;
	assert_int_equal(send_from(f, 0, first, 0), WF_DROP_DENIED); /* by its own ports */
	v6.has_fragment_header = true;
	v6.frag = 0x30;
	assert_int_equal(send_from(f, 0, v6, 0), WF_DROP_FRAGMENT);
	v6.frag = 1;
	assert_int_equal(send_from(f, 0, v6, 0), WF_DROP_NONE);
	v6.frag = 0x30;
	assert_int_equal(send_from(f, 0, v6, 0), WF_DROP_NONE);
}

/* A whole packet of ports 0 has the addresses and ports of a fragment, but is another flow. */
static void fragments_do_not_pass_by_a_whole_packets_entry(void **state)
{
	static const struct wf_range zero[] = {
		{.last = IPPROTO_UDP << 16, .verdict = WF_VERDICT_ALLOW, .policy = 3},
		{.last = WF_RANGE_LAST}};
	struct fixture *f = *state;
	struct ip_spec s = ip(IPPROTO_UDP, "10.0.0.1", 0, "10.0.0.3", 0);

	world_put_list(f, RED_SET, side_a, side_r, 4, zero, 2);
	assert_int_equal(send_from(f, 0, s, 0), WF_DROP_NONE);
	assert_int_equal(send_from(f, 0, s, 0), WF_DROP_NONE);
	s.frag = 0x2006;
	assert_int_equal(send_from(f, 0, s, 0), WF_DROP_FRAGMENT);
}

/* Port unreachable from R, about what A sent to these ports. */
static enum wf_drop error_from_r(struct fixture *f, const char *about_dst, uint16_t dport)
{
	const struct ip_spec about = ip(IPPROTO_UDP, "10.0.0.1", 4000, about_dst, dport);
	struct ip_spec s = ip(IPPROTO_ICMP, "10.0.0.3", 0, "10.0.0.1", 0);
	struct packet in;
	struct outcome o;

	s.icmp_type = 3;
	s.icmp_code = 3;
	packet_from_underlay(&in, &(struct outer_spec){.dst = DT46}, &s);
	packet_quote(&in, ETH_LEN + 40 + 28, &about);
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
	return o.drop;
}

static void errors_pass_about_what_was_sent(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(error_from_r(f, "10.0.0.3", 80), WF_DROP_ICMP_UNRELATED);
	assert_int_equal(send_from(f, 0, ip(17, "10.0.0.1", 4000, "10.0.0.3", 80), 0),
			 WF_DROP_NONE);
	for (int again = 0; again < 2; again++) { /* one is not judged by the other */
		assert_int_equal(error_from_r(f, "10.0.0.3", 80), WF_DROP_NONE);
		assert_int_equal(error_from_r(f, "10.0.0.3", 81), WF_DROP_ICMP_UNRELATED);
		assert_int_equal(error_from_r(f, "10.0.0.2", 80), WF_DROP_ICMP_UNRELATED);
	}
}

static void denials_are_counted_at_both_ends(void **state)
{
	static const uint32_t slots[] = {SLOT_A_TX_DROP, SLOT_RED_DENY_OUT, SLOT_A_RX_DROP,
					 SLOT_RED_DENY_IN};
	struct fixture *f = *state;
	struct wf_counter was[4];

	for (int i = 0; i < 4; i++)
		was[i] = fixture_counter(f, slots[i]);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(send_from(f, 0, ip(17, "10.0.0.1", 1, "10.0.0.3", 1), 0),
				 WF_DROP_DENIED);
		assert_int_equal(receive(f, ip(17, "10.0.0.3", 1, "10.0.0.1", 1), 0),
				 WF_DROP_DENIED);
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(fixture_counter(f, slots[i]).packets, was[i].packets + 3);
		assert_int_equal(fixture_counter(f, slots[i]).bytes, was[i].bytes + 3 * 68);
	}
}

/* What was told. */
struct told {
	struct wf_event last;
	uint32_t n;
};

static int take(void *ctx, void *data, size_t size)
{
	struct told *told = ctx;

	assert_int_equal(size, sizeof(told->last));
	memcpy(&told->last, data, size);
	told->n++;
	return 0;
}

static void listen_to(struct fixture *f, uint32_t mask, uint32_t rate)
{
	const struct wf_monitor wanted = {.mask = mask, .rate = rate};
	uint32_t zero = 0;

	assert_int_equal(bpf_map_update_elem(bpf_map__fd(f->skel->maps.monitor), &zero, &wanted, 0),
			 0);
}

static uint64_t lost(struct fixture *f)
{
	uint64_t values[256], sum = 0;
	uint32_t zero = 0;

	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(f->skel->maps.events_lost), &zero, values),
			 0);
	for (int cpu = 0; cpu < libbpf_num_possible_cpus(); cpu++)
		sum += values[cpu];
	return sum;
}

static void drops_and_verdicts_are_told_to_who_listens(void **state)
{
	struct fixture *f = *state;
	struct told told = {0};
	struct ring_buffer *ring = ring_buffer__new(bpf_map__fd(f->skel->maps.events), take, &told,
						    NULL);
	const struct ip_spec good = ip(17, "10.0.0.1", 4000, "10.0.0.3", 80);
	const struct ip_spec bad = ip(17, "10.0.0.1", 4000, "10.0.0.3", 81);

	assert_non_null(ring);
	listen_to(f, 0, 0);
	send_from(f, 0, good, 0);
	send_from(f, 0, bad, 0);
	assert_int_equal(ring_buffer__consume(ring), 0);

	listen_to(f, 1 << WF_EVENT_DROP, 1000);
	send_from(f, 0, good, 0);
	assert_int_equal(send_from(f, 0, bad, 0), WF_DROP_DENIED);
	ring_buffer__consume(ring);
	assert_int_equal(told.n, 1);
	assert_int_equal(told.last.type, WF_EVENT_DROP);
	assert_int_equal(told.last.drop, WF_DROP_DENIED);
	assert_int_equal(told.last.hook, WF_HOOK_APPLY);
	assert_int_equal(told.last.ifindex, f->ports[0]);
	assert_int_equal(told.last.tenant, RED);
	assert_int_equal(told.last.from, IDENTITY_A);
	assert_int_equal(told.last.to, IDENTITY_R);
	assert_int_equal(told.last.policy, 0);
	assert_int_equal(told.last.flow.dport, WF_BE16(81));
	assert_true(told.last.time_ns > 0);

	assert_int_equal(receive(f, ip(17, "10.0.0.2", 1, "10.0.0.1", 1), 0), WF_DROP_IDENTITY);
	ring_buffer__consume(ring);
	assert_int_equal(told.n, 2);
	assert_int_equal(told.last.hook, WF_HOOK_VALIDATE);
	assert_int_equal(told.last.drop, WF_DROP_IDENTITY);

	listen_to(f, 1 << WF_EVENT_VERDICT, 1000);
	fixture_forget(f);
	for (int i = 0; i < 3; i++) /* once for the flow */
		assert_int_equal(send_from(f, 0, good, 0), WF_DROP_NONE);
	assert_int_equal(send_from(f, 0, bad, 0), WF_DROP_DENIED);
	ring_buffer__consume(ring);
	assert_int_equal(told.n, 3);
	assert_int_equal(told.last.type, WF_EVENT_VERDICT);
	assert_int_equal(told.last.policy, 3);
	assert_int_equal(told.last.node, 2);
	assert_int_equal(receive(f, ip(17, "10.0.0.3", 80, "10.0.0.1", 4000), 0), WF_DROP_NONE);
	ring_buffer__consume(ring);
	assert_int_equal(told.n, 4);
	assert_int_equal(told.last.hook, WF_HOOK_VALIDATE);
	assert_int_equal(told.last.from, IDENTITY_R);
	assert_int_equal(told.last.to, IDENTITY_A);
	listen_to(f, 0, 0);
	ring_buffer__free(ring);
}

static void what_comes_too_fast_is_only_counted(void **state)
{
	struct fixture *f = *state;
	struct told told = {0};
	struct ring_buffer *ring = ring_buffer__new(bpf_map__fd(f->skel->maps.events), take, &told,
						    NULL);
	const uint64_t before = lost(f);

	assert_non_null(ring);
	listen_to(f, 1 << WF_EVENT_DROP, 1); /* and as many at once */
	for (int i = 0; i < 200; i++)
		assert_int_equal(send_from(f, 0, ip(17, "10.0.0.1", 1, "10.0.0.3", 81), 0),
				 WF_DROP_DENIED);
	ring_buffer__consume(ring);
	assert_int_equal(told.n + lost(f) - before, 200);
	assert_true(told.n < 100);
	listen_to(f, 0, 0);
	ring_buffer__free(ring);
}

/* Each from the same tables and an empty memory. */
#define TEST(claim) cmocka_unit_test_setup(claim, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(replies_come_in_by_what_went_out),
		TEST(replies_on_one_node_pass_as_well),
		TEST(pings_are_answered),
		TEST(a_changed_policy_acts_at_once),
		TEST(turns_of_a_connection_are_seen),
		TEST(fragments_pass_behind_their_first),
		TEST(fragments_do_not_pass_by_a_whole_packets_entry),
		TEST(errors_pass_about_what_was_sent),
		TEST(denials_are_counted_at_both_ends),
		TEST(drops_and_verdicts_are_told_to_who_listens),
		TEST(what_comes_too_fast_is_only_counted),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
