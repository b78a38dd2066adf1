// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* End.DT46: what comes out of the tunnel, and what does not. */
#include <netinet/in.h>

#include "bpf/packet_test.h"
#include "bpf/world_test.h"

#define DT46 "5f00:0:1:e046:" RED_ARG

static const struct ip_spec to_a[] = {
	{.src = "10.0.0.3", .dst = "10.0.0.1", .sport = 7, .dport = 80, .payload = 33},
	{.src = "fd00::3", .dst = "fd00::1", .sport = 7, .dport = 80, .payload = 33},
};
static const struct outer_spec direct = {.dst = DT46};

static void run(struct fixture *f, const struct outer_spec *o, const struct ip_spec *s,
		struct packet *in, struct outcome *ret)
{
	packet_from_underlay(in, o, s);
	fixture_run(f, PROG_VALIDATE, f->underlay, in, ret);
}

/* A got the packet that is last in @in, @s_len bytes of it, one hop later. */
static void assert_delivered(const struct outcome *o, const struct packet *in,
			     const struct ip_spec *s, const uint8_t mac[6], int tc)
{
	const bool v6 = strchr(s->src, ':');
	struct packet plain, eth;

	packet_from_container(&plain, s);
	assert_int_equal(o->drop, WF_DROP_NONE);
	assert_int_equal(o->verdict, VERDICT_REDIRECT);
	packet_eth(&eth, mac, gateway_mac, v6 ? 0x86dd : 0x0800);
	assert_memory_equal(o->out.bytes, eth.bytes, ETH_LEN);
	assert_hop_later(&o->out, ETH_LEN, in, in->len - (plain.len - ETH_LEN), tc);
	assert_sums(&o->out, ETH_LEN);
}

static void assert_dropped(const struct outcome *o, enum wf_drop reason)
{
	assert_int_equal(o->drop, reason);
	assert_int_equal(o->n_drops, 1);
	assert_int_equal(o->verdict, VERDICT_DROP);
}

/* VPP and the direct path; Linux encap; Linux encap.red and Weft; TLVs; all the node's own SIDs. */
static void every_headends_header_is_taken_off(void **state)
{
	static const uint8_t tlvs[16] = {124, 6, 0, 9, 0, 1, 0xaa, 0xbb, 4, 2, 0, 0, 0, 0, 0, 0};
	static const struct outer_spec outers[] = {
		{.dst = DT46},
		{.dst = DT46, .n_segments = 1, .segments = {DT46}},
		{.dst = DT46, .n_segments = 2, .segments = {DT46, "5f00:0:4:e001::"}},
		{.dst = DT46, .n_segments = 1, .segments = {DT46}, .tlvs = tlvs, .tlvs_len = 16},
		{.dst = "5f00:0:1::", .n_segments = 1, .segments = {DT46}, .segments_left = 1},
		{.dst = "5f00:0:1:e001::", .n_segments = 1, .segments = {DT46}, .segments_left = 1},
		{.dst = "5f00:0:1:1:1:1:1:1",
		 .n_segments = 1,
		 .segments = {DT46},
		 .segments_left = 1},
		{.dst = "5f00:0:1:e001::",
		 .n_segments = 3,
		 .segments = {DT46, "5f00:0:1:1::", "5f00:0:1:e001::"},
		 .segments_left = 3},
	};
	struct packet in;
	struct outcome o;

	for (size_t i = 0; i < sizeof(outers) / sizeof(*outers); i++)
		for (int v6 = 0; v6 < 2; v6++)
			for (int again = 0; again < 2; again++) {
				run(*state, &outers[i], &to_a[v6], &in, &o);
				assert_delivered(&o, &in, &to_a[v6], mac_a, 0);
			}
}

/* What 0 to 16 waypoints leave behind: their list, all of it passed. */
static void the_longest_lists_are_taken_off(void **state)
{
	struct packet in;
	struct outcome o;

	for (uint8_t n = 1; n <= SEGMENTS_MAX; n++)
		for (int v6 = 0; v6 < 2; v6++) {
			struct outer_spec outer = {.dst = DT46, .n_segments = n};

			for (uint8_t i = 0; i < n; i++)
				outer.segments[i] = i ? "5f00:0:4:e001::" : DT46;
			run(*state, &outer, &to_a[v6], &in, &o);
			assert_delivered(&o, &in, &to_a[v6], mac_a, 0);
		}
}

static void fragments_and_options_come_out_whole(void **state)
{
	static const uint8_t options[8] = {0x94, 4, 0, 0, 1, 1, 1, 1}, hop[8] = {0xff, 0, 1, 4};
	struct packet in;
	struct outcome o;

	for (int v6 = 0; v6 < 2; v6++) {
		struct ip_spec s = to_a[v6];

		s.ext = v6 ? hop : options;
		s.ext_len = 8;
		run(*state, &direct, &s, &in, &o);
		assert_delivered(&o, &in, &s, mac_a, 0);
		s.has_fragment_header = v6;
		s.frag = v6 ? 0x109 : 0x2010;
		run(*state, &direct, &s, &in, &o);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		assert_hop_later(&o.out, ETH_LEN, &in, ETH_LEN + 40, 0);
	}
}

/* RFC 6040 figure 4; -1: dropped. Codepoints: 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE. */
static void congestion_marks_are_combined(void **state)
{
	static const int inner_becomes[4][4] = {
		/* outer: 0, 1, 2, 3 */
		{0, 0, 0, -1},
		{1, 1, 1, 3},
		{2, 1, 2, 3},
		{3, 3, 3, 3},
	};
	struct packet in;
	struct outcome o;

	for (int v6 = 0; v6 < 2; v6++)
		for (uint8_t i = 0; i < 16; i++) {
			const int want = inner_becomes[i / 4][i % 4];
			struct outer_spec outer = direct;
			struct ip_spec s = to_a[v6];

			s.tc = (uint8_t)(0xb8 | i / 4);
			outer.tc = (uint8_t)(0x28 | i % 4);
			run(*state, &outer, &s, &in, &o);
			if (want < 0)
				assert_dropped(&o, WF_DROP_ECN);
			else
				assert_delivered(&o, &in, &s, mac_a, 0xb8 | want);
		}
}

static void tenants_with_equal_addresses_get_their_own(void **state)
{
	static const struct outer_spec blue = {.src = "5f00:0:3::1",
					       .dst = "5f00:0:1:e046:0:800::"};
	struct packet in;
	struct outcome o;

	for (int again = 0; again < 2; again++) {
		run(*state, &blue, &to_a[0], &in, &o);
		assert_delivered(&o, &in, &to_a[0], mac_blue, 0);
		run(*state, &direct, &to_a[0], &in, &o);
		assert_delivered(&o, &in, &to_a[0], mac_a, 0);
	}
}

static void unknown_senders_are_identity_zero_and_welcome(void **state)
{
	static const struct outer_spec outers[] = {
		{.dst = "5f00:0:1:e046:abcd:ef00::"},
		{.dst = "5f00:0:1:1:e046:abcd:ef00:0"},
		{.src = "2001:db8::1", .dst = "5f00:0:1:e046:abcd:ef00::"},
	};
	struct ip_spec s = to_a[0];
	struct packet in;
	struct outcome o;

	s.src = "10.0.0.9"; /* of the tenant's prefix, but nobody's */
	for (size_t i = 0; i < sizeof(outers) / sizeof(*outers); i++) {
		run(*state, &outers[i], &s, &in, &o);
		assert_delivered(&o, &in, &s, mac_a, 0);
	}
	s.src = "10.1.0.9"; /* not even that */
	run(*state, &outers[0], &s, &in, &o);
	assert_dropped(&o, WF_DROP_DENIED);
}

struct refusal {
	struct outer_spec outer;
	struct ip_spec inner;
	enum wf_drop reason;
	int code;	  /* of the parameter problem that the source is sent; -1: none */
	uint32_t pointer; /* of that */
};

/* The source of the tunnel is told what is wrong, by the node. */
static void assert_told(const struct outcome *o, const struct packet *in, const struct refusal *r)
{
	const uint32_t ip_len = in->len - ETH_LEN;
	const uint32_t quote_len = (ip_len < 128 ? ip_len : 128) & ~3u;
	const uint8_t *ip = o->out.bytes + ETH_LEN;

	assert_int_equal(o->drop, r->reason);
	assert_int_equal(o->n_drops, 1);
	assert_int_equal(o->verdict, VERDICT_REDIRECT);
	assert_memory_equal(o->out.bytes, mac_router, 6);
	assert_memory_equal(o->out.bytes + 6, mac_underlay, 6);
	assert_sums(&o->out, ETH_LEN);
	assert_int_equal(o->out.len, ETH_LEN + 48 + quote_len);
	assert_int_equal(wf_load_be64(ip + 8), 0x5f00000000010000);
	assert_int_equal(wf_load_be64(ip + 24), 0x5f00000000020000);
	assert_int_equal(ip[40], 4);
	assert_int_equal(ip[41], r->code);
	assert_int_equal(wf_load_be32(ip + 44), r->pointer);
	assert_memory_equal(ip + 48, in->bytes + ETH_LEN, quote_len);
}

/* Packets for A that must not reach it. */
static void what_may_not_come_out_is_dropped_with_its_reason(void **state)
{
	static const uint8_t routing[24] = {0xff, 2, 4, 0, 0};
#define FROM_R_TO_A                                  \
	{                                            \
		.src = "10.0.0.3", .dst = "10.0.0.1" \
	}
	static const struct refusal cases[] = {
		{{.dst = "5f00:0:1:e046:0:900::"}, FROM_R_TO_A, WF_DROP_UNKNOWN_TENANT, -1, 0},
		{{.dst = DT46}, {.src = "10.0.0.3", .dst = "10.0.0.9"}, WF_DROP_NOT_HERE, -1, 0},
		{{.dst = DT46}, {.src = "10.0.0.1", .dst = "10.0.0.3"}, WF_DROP_NOT_HERE, -1, 0},
		{{.dst = DT46}, {.src = "10.0.0.3", .dst = "224.0.0.1"}, WF_DROP_NOT_HERE, -1, 0},
		{{.dst = DT46}, {.src = "10.0.0.3", .dst = "169.254.1.1"}, WF_DROP_NOT_HERE, -1, 0},
		{{.dst = DT46},
		 {.src = "fd00::3",
		  .dst = "fd00::1",
		  .ext = routing,
		  .ext_len = 24,
		  .ext_proto = 43},
		 WF_DROP_ROUTING_HEADER,
		 -1,
		 0},
		{{.dst = DT46, .upper = 41}, FROM_R_TO_A, WF_DROP_INNER_MALFORMED, -1, 0},
		{{.dst = DT46, .upper = 17}, FROM_R_TO_A, WF_DROP_UPPER_LAYER, 4, 40},
		{{.dst = "5f00:0:1::"}, FROM_R_TO_A, WF_DROP_UPPER_LAYER, 4, 40},
		{{.dst = "5f00:0:1:e001::"}, FROM_R_TO_A, WF_DROP_UPPER_LAYER, 4, 40},
		{{.dst = DT46, .upper = 17, .n_segments = 2, .segments = {DT46, DT46}},
		 FROM_R_TO_A,
		 WF_DROP_UPPER_LAYER,
		 4,
		 40 + 8 + 32},
		{{.dst = "5f00:0:1:e002::"}, FROM_R_TO_A, WF_DROP_UNKNOWN_SID, -1, 0},
		{{.dst = DT46, .n_segments = 2, .segments = {DT46, DT46}, .segments_left = 1},
		 FROM_R_TO_A,
		 WF_DROP_SRH_SEGMENTS_LEFT,
		 0,
		 43},
		{{.dst = DT46, .n_segments = 2, .segments = {DT46, DT46}, .segments_left = 4},
		 FROM_R_TO_A,
		 WF_DROP_SRH_SEGMENTS_LEFT,
		 0,
		 43},
	};
#undef FROM_R_TO_A
	struct packet in;
	struct outcome o;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int again = 0; again < 2; again++) {
			fixture_refill(*state);
			run(*state, &cases[i].outer, &cases[i].inner, &in, &o);
			if (cases[i].code < 0)
				assert_dropped(&o, cases[i].reason);
			else
				assert_told(&o, &in, &cases[i]);
		}
}

/* Addresses of the one family written in the other are nobody's. */
static void mapped_addresses_are_not_addresses(void **state)
{
	static const struct ip_spec mapped = {
		.src = "::ffff:10.0.0.3", .dst = "::ffff:10.0.0.1", .sport = 7, .dport = 80};
	struct packet in;
	struct outcome o;

	run(*state, &direct, &mapped, &in, &o);
	assert_dropped(&o, WF_DROP_INNER_MALFORMED);
	run(*state, &direct, &to_a[0], &in, &o);
	assert_delivered(&o, &in, &to_a[0], mac_a, 0);
	run(*state, &direct, &mapped, &in, &o);
	assert_dropped(&o, WF_DROP_INNER_MALFORMED);
}

/* What is remembered of a flow must not let a routing header through. */
static void routing_headers_stay_out_of_known_flows(void **state)
{
	static const uint8_t routing[24] = {0xff, 2, 4, 0, 0};
	struct ip_spec s = to_a[1];
	struct packet in;
	struct outcome o;

	run(*state, &direct, &s, &in, &o);
	assert_delivered(&o, &in, &s, mac_a, 0);
	s.ext = routing;
	s.ext_len = sizeof(routing);
	s.ext_proto = IPPROTO_ROUTING;
	run(*state, &direct, &s, &in, &o);
	assert_dropped(&o, WF_DROP_ROUTING_HEADER);
	run(*state, &direct, &to_a[1], &in, &o);
	assert_delivered(&o, &in, &to_a[1], mac_a, 0);
}

static void removed_endpoints_get_nothing_more(void **state)
{
	struct fixture *f = *state;
	const struct wf_dest moved = {.home = RED, .identity = IDENTITY_B, .node = 3};
	struct wf_dest here = {
		.home = RED, .identity = IDENTITY_B, .node = TEST_NODE, .ifindex = f->ports[1]};
	struct ip_spec s = to_a[0];
	struct packet in;
	struct outcome o;

	s.dst = "10.0.0.2";
	memcpy(here.mac, mac_b, 6);
	run(f, &direct, &s, &in, &o);
	assert_delivered(&o, &in, &s, mac_b, 0);
	world_put_dest(f, RED, "10.0.0.2", &moved);
	run(f, &direct, &s, &in, &o);
	assert_dropped(&o, WF_DROP_NOT_HERE);
	world_put_dest(f, RED, "10.0.0.2", &here);
	run(f, &direct, &s, &in, &o);
	assert_delivered(&o, &in, &s, mac_b, 0);
}

static void counters_count_the_packet_inside(void **state)
{
	struct fixture *f = *state;
	const struct wf_counter sid = fixture_counter(f, SLOT_RED_IN_0);
	const struct wf_counter rx = fixture_counter(f, SLOT_A_RX);
	struct packet in;
	struct outcome o;

	run(f, &direct, &to_a[0], &in, &o);
	run(f, &direct, &to_a[0], &in, &o);
	assert_int_equal(fixture_counter(f, SLOT_RED_IN_0).packets, sid.packets + 2);
	assert_int_equal(fixture_counter(f, SLOT_RED_IN_0).bytes, sid.bytes + 2 * (20 + 8 + 33));
	assert_int_equal(fixture_counter(f, SLOT_A_RX).packets, rx.packets + 2);
	assert_int_equal(fixture_counter(f, SLOT_A_RX).bytes, rx.bytes + 2 * (20 + 8 + 33));
}

/* The hop limit ends here: the gateway tells the sender, over the tunnel or on the node. */
static void hop_limit_one_is_answered_time_exceeded(void **state)
{
	static const struct outer_spec from_b = {.src = "5f00:0:1::1",
						 .dst = "5f00:0:1:e046:abcd:ef00:99:0"};
	static const char *const locals[] = {"10.0.0.2", "fd00::2"};
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	for (int v6 = 0; v6 < 2; v6++) {
		const uint32_t header_len = v6 ? 48 : 28;
		struct ip_spec s = to_a[v6];

		s.hop_limit = 1;
		fixture_refill(f);
		run(f, &direct, &s, &in, &o);
		assert_int_equal(o.drop, WF_DROP_HOP_LIMIT);
		assert_int_equal(o.n_drops, 1);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		assert_sums(&o.out, ETH_LEN);
		assert_memory_equal(o.out.bytes, mac_router, 6);
		assert_int_equal(wf_load_be64(o.out.bytes + ETH_LEN + 24), 0x5f0000000002e046);
		assert_int_equal(wf_load_be64(o.out.bytes + ETH_LEN + 32), 0xabcdef0000000000);
		assert_sums(&o.out, ETH_LEN + 40);
		assert_int_equal(o.out.bytes[ETH_LEN + 40 + header_len - 8], v6 ? 3 : 11);
		assert_memory_equal(o.out.bytes + ETH_LEN + 40 + header_len,
				    in.bytes + ETH_LEN + 40, v6 ? 80 : 60);
		s.src = locals[v6];
		run(f, &from_b, &s, &in, &o);
		assert_int_equal(o.drop, WF_DROP_HOP_LIMIT);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		assert_memory_equal(o.out.bytes, mac_b, 6);
		assert_sums(&o.out, ETH_LEN);
		assert_int_equal(o.out.bytes[ETH_LEN + header_len - 8], v6 ? 3 : 11);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_headends_header_is_taken_off),
		cmocka_unit_test(the_longest_lists_are_taken_off),
		cmocka_unit_test(fragments_and_options_come_out_whole),
		cmocka_unit_test(congestion_marks_are_combined),
		cmocka_unit_test(tenants_with_equal_addresses_get_their_own),
		cmocka_unit_test(unknown_senders_are_identity_zero_and_welcome),
		cmocka_unit_test(what_may_not_come_out_is_dropped_with_its_reason),
		cmocka_unit_test(mapped_addresses_are_not_addresses),
		cmocka_unit_test(routing_headers_stay_out_of_known_flows),
		cmocka_unit_test(removed_endpoints_get_nothing_more),
		cmocka_unit_test(counters_count_the_packet_inside),
		cmocka_unit_test(hop_limit_one_is_answered_time_exceeded),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
