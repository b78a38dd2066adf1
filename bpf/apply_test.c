// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What becomes of a container's packet. */
#include <netinet/in.h>

#include "bpf/packet_test.h"
#include "bpf/world_test.h"

#include "wire/flow.h"

static const struct ip_spec udp4 = {
	.src = "10.0.0.1", .dst = "10.0.0.3", .sport = 1000, .dport = 2000, .payload = 40};
static const struct ip_spec udp6 = {
	.src = "fd00::1", .dst = "fd00::3", .sport = 1000, .dport = 2000, .payload = 40};

static void apply(struct fixture *f, const struct ip_spec *s, struct packet *in, struct outcome *o)
{
	packet_from_container(in, s);
	fixture_run(f, PROG_APPLY, f->ports[0], in, o);
}

static uint32_t label_of(const struct outcome *o)
{
	return wf_load_be32(o->out.bytes + ETH_LEN) & 0xfffff;
}

/* Sent along the policy's path (64 bytes); the packet inside as it must be. */
static uint32_t encap_label(struct fixture *f, const struct ip_spec *s)
{
	struct packet in;
	struct outcome o;

	apply(f, s, &in, &o);
	assert_int_equal(o.drop, WF_DROP_NONE);
	assert_int_equal(o.verdict, VERDICT_REDIRECT);
	assert_int_equal(o.out.len, in.len + 64);
	assert_int_equal(o.out.bytes[ETH_LEN + 40], strchr(s->src, ':') ? 41 : 4);
	assert_hop_later(&o.out, ETH_LEN + 64, &in, ETH_LEN, s->tc);
	assert_int_not_equal(label_of(&o), 0);
	return label_of(&o);
}

static void options_go_along(void **state)
{
	static const uint8_t options[40] = {0x94, 4, 0, 0, 1, 1, 1, 1};
	struct ip_spec s = udp4;
	const uint32_t label = encap_label(*state, &s);

	s.ext = options;
	for (s.ext_len = 4; s.ext_len <= 40; s.ext_len += 4)
		assert_int_equal(encap_label(*state, &s), label);
}

static void extension_headers_go_along(void **state)
{
	static const uint8_t hop[8] = {0xff, 0, 1, 4},
			     both[16] = {60, 0, 1, 4, 0, 0, 0, 0, 0xff, 0, 1, 4};
	struct ip_spec s = udp6;
	const uint32_t label = encap_label(*state, &s);

	s.ext = hop;
	s.ext_len = sizeof(hop);
	s.ext_proto = 0; /* hop-by-hop */
	assert_int_equal(encap_label(*state, &s), label);
	s.ext = both;
	s.ext_len = sizeof(both);
	assert_int_equal(encap_label(*state, &s), label);
}

static void fragments_share_one_label(void **state)
{
	struct ip_spec s = udp4;
	uint32_t first;

	s.frag = 0x2000;
	first = encap_label(*state, &s);
	s.frag = 0x2010;
	s.sport = 9999; /* is payload now */
	assert_int_equal(encap_label(*state, &s), first);
	s.frag = 0x0020;
	assert_int_equal(encap_label(*state, &s), first);
	s = udp6;
	s.has_fragment_header = true;
	s.frag = 1;
	first = encap_label(*state, &s);
	s.frag = 0x101;
	s.sport = 9999;
	assert_int_equal(encap_label(*state, &s), first);
	s.frag = 0x200;
	assert_int_equal(encap_label(*state, &s), first);
}

static void flows_have_labels_of_their_own(void **state)
{
	struct ip_spec s = udp4;
	uint32_t label, last = encap_label(*state, &s), n_equal = 0;

	for (uint32_t i = 0; i < 500; i++, last = label) {
		s.sport = (uint16_t)(i * 17 + 1);
		label = encap_label(*state, &s);
		assert_int_equal(encap_label(*state, &s), label);
		n_equal += label == last;
	}
	assert_in_range(n_equal, 0, 1);
}

static void traffic_class_is_copied(void **state)
{
	struct packet in;
	struct outcome o;

	for (int v6 = 0; v6 < 2; v6++)
		for (uint32_t tc = 0; tc < 256; tc++) {
			struct ip_spec s = v6 ? udp6 : udp4;

			s.tc = (uint8_t)tc;
			apply(*state, &s, &in, &o);
			assert_int_equal(wf_load_be32(o.out.bytes + ETH_LEN) >> 20, 0x600 | tc);
			assert_hop_later(&o.out, ETH_LEN + 64, &in, ETH_LEN, (int)tc);
		}
}

static void neighbors_on_the_node_get_it_plain(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	for (int v6 = 0; v6 < 2; v6++) {
		struct ip_spec s = v6 ? udp6 : udp4;
		struct packet eth;

		s.dst = v6 ? "fd00::2" : "10.0.0.2";
		s.tc = 0x2d;
		apply(f, &s, &in, &o);
		assert_int_equal(o.drop, WF_DROP_NONE);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		packet_eth(&eth, mac_b, gateway_mac, v6 ? 0x86dd : 0x0800);
		assert_memory_equal(o.out.bytes, eth.bytes, ETH_LEN);
		assert_hop_later(&o.out, ETH_LEN, &in, ETH_LEN, s.tc);
		assert_sums(&o.out, ETH_LEN);
	}
}

static void counters_count_the_packet_inside(void **state)
{
	struct fixture *f = *state;
	const uint32_t slots[] = {SLOT_A_TX, SLOT_PATH, SLOT_HOME, SLOT_B_RX};
	struct wf_counter before[4], after;
	struct ip_spec s = udp4;
	struct packet in;
	struct outcome o;

	for (int i = 0; i < 4; i++)
		before[i] = fixture_counter(f, slots[i]);
	apply(f, &s, &in, &o);
	apply(f, &s, &in, &o);
	s.dst = "10.0.0.2";
	apply(f, &s, &in, &o);
	for (int i = 0; i < 4; i++) {
		static const uint32_t n[] = {3, 2, 1, 1};

		after = fixture_counter(f, slots[i]);
		assert_int_equal(after.packets - before[i].packets, n[i]);
		assert_int_equal(after.bytes - before[i].bytes, n[i] * (in.len - ETH_LEN));
	}
}

/* The same packet from blue A goes to blue R, by the direct path, with blue's argument. */
static void tenants_do_not_meet(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	packet_from_container(&in, &udp4);
	memcpy(in.bytes + 6, mac_blue, 6);
	for (int again = 0; again < 2; again++) {
		fixture_run(f, PROG_APPLY, f->ports[2], &in, &o);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		assert_int_equal(o.out.len, in.len + 40);
		assert_int_equal(wf_load_be64(o.out.bytes + ETH_LEN + 24), 0x5f0000000003e046);
		assert_int_equal(wf_load_be64(o.out.bytes + ETH_LEN + 32), 0x0000080000990000);
		fixture_run(f, PROG_APPLY, f->ports[0], &in, &o); /* red A has another MAC */
		assert_int_equal(o.drop, WF_DROP_SOURCE_MAC);
	}
	packet_from_container(&in, &udp4);
	wf_store_be16(in.bytes + ETH_LEN + 18, 2); /* 10.0.0.2, which is in red only */
	memcpy(in.bytes + 6, mac_blue, 6);
	fixture_run(f, PROG_APPLY, f->ports[2], &in, &o);
	assert_int_equal(o.drop, WF_DROP_NO_ENDPOINT);
}

/* What was remembered is not used once a table has changed. */
static void changes_are_seen_at_once(void **state)
{
	struct fixture *f = *state;
	struct ip_spec s = udp4;
	struct wf_template t;
	struct packet in;
	struct outcome o;

	apply(f, &s, &in, &o);
	assert_int_equal(o.out.len, in.len + 64);
	world_template("srh", 7, &t);
	world_put_path(f, 0, &t);
	apply(f, &s, &in, &o);
	assert_int_equal(o.out.len, in.len + 40 + 8 + 7 * 16);
	world_template("csid", 2, &t);
	world_put_path(f, 0, &t);
	apply(f, &s, &in, &o);
	assert_int_equal(o.out.len, in.len + 64);
}

/* The neighbor is not known: the packet goes by way of the neighbor table, its MTU known. */
static void unknown_neighbors_are_left_to_the_kernel(void **state)
{
	struct fixture *f = *state;
	struct wf_template t;
	struct packet in;
	struct outcome o;

	world_template("csid", 1, &t);
	wf_store_be16(t.header + 28, 0x77);
	world_put_path(f, 0, &t);
	apply(f, &udp4, &in, &o);
	assert_int_equal(o.verdict, VERDICT_REDIRECT);
	assert_int_equal(o.drop, WF_DROP_NONE);
	assert_hop_later(&o.out, ETH_LEN + 64, &in, ETH_LEN, 0);
	world_template("csid", 2, &t);
	world_put_path(f, 0, &t);
}

/*
 * A GSO packet is bigger than the MTU, but what it becomes is not. BPF_PROG_TEST_RUN makes GSO
 * packets without a type, for which the kernel then makes no room.
 */
static void gso_packets_are_measured_by_their_segments(void **state)
{
	struct fixture *f = *state;
	struct ip_spec s = udp4;
	struct packet in;
	struct outcome o;

	s.proto = IPPROTO_TCP;
	s.payload = 3000;
	packet_from_container(&in, &s);
	fixture_refill(f);
	/* 1500 - 64 of headers - 20 - 20 */
	assert_int_equal(fixture_try(f, PROG_APPLY, f->ports[0], &in, 1396, &o), 0);
	assert_int_equal(o.drop, WF_DROP_RESIZE);
	assert_int_equal(fixture_try(f, PROG_APPLY, f->ports[0], &in, 1397, &o), 0);
	assert_int_equal(o.drop, WF_DROP_TOO_BIG);
}

/* What is remembered of a flow must not let a routing header or a wrong address through. */
static void known_flows_are_no_way_around_the_rules(void **state)
{
	static const uint8_t routing[24] = {0xff, 2, 4, 0, 0};
	struct ip_spec s = udp6;
	struct packet in;
	struct outcome o;

	apply(*state, &s, &in, &o);
	assert_int_equal(o.drop, WF_DROP_NONE);
	s.ext = routing;
	s.ext_len = sizeof(routing);
	s.ext_proto = IPPROTO_ROUTING;
	apply(*state, &s, &in, &o);
	assert_int_equal(o.drop, WF_DROP_ROUTING_HEADER);
	s = udp4;
	apply(*state, &s, &in, &o);
	assert_int_equal(o.drop, WF_DROP_NONE);
	s.src = "::ffff:10.0.0.1";
	s.dst = "::ffff:10.0.0.3";
	apply(*state, &s, &in, &o);
	assert_int_equal(o.drop, WF_DROP_MALFORMED);
	apply(*state, &udp4, &in, &o);
	assert_int_equal(o.drop, WF_DROP_NONE);
}

static void padding_stays_outside(void **state)
{
	struct ip_spec s = udp4;
	struct packet in;
	struct outcome o;

	s.payload = 0;
	packet_from_container(&in, &s);
	packet_add(&in, NULL, 18);
	fixture_run(*state, PROG_APPLY, ((struct fixture *)*state)->ports[0], &in, &o);
	assert_int_equal(o.verdict, VERDICT_REDIRECT);
	assert_int_equal(wf_load_be16(o.out.bytes + ETH_LEN + 4), 24 + 28);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_go_along),
		cmocka_unit_test(extension_headers_go_along),
		cmocka_unit_test(fragments_share_one_label),
		cmocka_unit_test(flows_have_labels_of_their_own),
		cmocka_unit_test(traffic_class_is_copied),
		cmocka_unit_test(neighbors_on_the_node_get_it_plain),
		cmocka_unit_test(counters_count_the_packet_inside),
		cmocka_unit_test(tenants_do_not_meet),
		cmocka_unit_test(changes_are_seen_at_once),
		cmocka_unit_test(unknown_neighbors_are_left_to_the_kernel),
		cmocka_unit_test(gso_packets_are_measured_by_their_segments),
		cmocka_unit_test(known_flows_are_no_way_around_the_rules),
		cmocka_unit_test(padding_stays_outside),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
