// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Gateways: out of a tenant, and into it. */
#include "bpf/egress_world_test.h"

#include <netinet/in.h>

#include "wire/tcp.h"

static const struct wf_candidate none = {0};
static const uint8_t protos[] = {IPPROTO_TCP, IPPROTO_UDP};

/* Connections are remembered from test to test: each has ports of its own. */
static struct ip_spec spec(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
	return (struct ip_spec){.src = src,
				.dst = dst,
				.proto = IPPROTO_TCP,
				.sport = sport,
				.dport = dport,
				.payload = 32};
}

static void apply(struct fixture *f, int port, const struct ip_spec *s, uint8_t flags,
		  struct packet *in, struct outcome *o)
{
	static const uint8_t *const macs[] = {mac_a, mac_b, mac_g};

	packet_from_container(in, s);
	memcpy(in->bytes + 6, macs[port], 6);
	if (s->proto == IPPROTO_TCP)
		packet_flags(in, ETH_LEN, flags);
	fixture_run(f, PROG_APPLY, f->ports[port], in, o);
}

static void arrive(struct fixture *f, const struct outer_spec *outer, const struct ip_spec *s,
		   uint8_t flags, struct packet *in, struct outcome *o)
{
	const uint32_t srh = outer->n_segments ? 8 + outer->n_segments * 16u : 0;

	packet_from_underlay(in, outer, s);
	if (s->proto == IPPROTO_TCP)
		packet_flags(in, ETH_LEN + 40 + srh, flags);
	fixture_run(f, PROG_VALIDATE, f->underlay, in, o);
}

/* Encapsulated to @sid, without an SRH, else as it was. */
static void assert_sent(const struct outcome *o, const struct packet *in, const char *sid)
{
	uint8_t addr[16];

	addr_of(sid, addr);
	assert_int_equal(o->drop, WF_DROP_NONE);
	assert_int_equal(o->verdict, VERDICT_REDIRECT);
	assert_memory_equal(o->out.bytes + ETH_LEN + 24, addr, 16);
	assert_hop_later(&o->out, ETH_LEN + 40, in, ETH_LEN, 0);
}

static void assert_given(const struct outcome *o, const uint8_t mac[6])
{
	assert_int_equal(o->drop, WF_DROP_NONE);
	assert_int_equal(o->verdict, VERDICT_REDIRECT);
	assert_memory_equal(o->out.bytes, mac, 6);
	assert_memory_equal(o->out.bytes + 6, gateway_mac, 6);
	assert_sums(&o->out, ETH_LEN);
}

static void what_is_for_the_outside_goes_to_the_exits_sid(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	egress_fill(f, none);
	egress_put(f, &exit_far, 1);
	for (int i = 0; i < 4; i++)
		for (int again = 0; again < 4; again++) {
			struct ip_spec s = spec(addr_a[i / 2], 2000, outside[i / 2], 443);

			s.proto = protos[i % 2];
			apply(f, 0, &s, again ? WF_TCP_ACK : WF_TCP_SYN, &in, &o);
			assert_sent(&o, &in, TO_FAR);
		}
}

/* Two hops: this node is the sender's, and the gateway. Whatever the tenant asks of what comes from
 * other nodes. */
static void the_way_may_lead_to_this_node(void **state)
{
	const struct wf_set strict = {
		.is_tracked = 1, .has_verdicts = 1, .has_zones = 1, .needs = WF_NEED_HMAC};
	const struct outer_spec outer = {.dst = TO_G};
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	egress_fill(f, none);
	egress_put(f, &exit_here, 1);
	world_put_set(f, RED, RED_SET, &strict);
	for (int v6 = 0; v6 < 2; v6++) {
		const struct ip_spec s = spec(addr_a[v6], 2001, outside[v6], 443);
		const struct ip_spec r = spec(addr_r[v6], 2001, outside[v6], 443);

		for (int again = 0; again < 3; again++) {
			apply(f, 0, &s, WF_TCP_SYN, &in, &o);
			assert_given(&o, mac_g);
			assert_int_equal(o.out.bytes[ETH_LEN + (v6 ? 7 : 8)], 62);
			assert_ends(&o.out, ETH_LEN, addr_a[v6], 2001, outside[v6], 443);
		}
		arrive(f, &outer, &r, WF_TCP_SYN, &in, &o);
		assert_int_equal(o.drop, WF_DROP_HMAC_MISSING);
	}
}

static void who_finds_no_gateway_is_told(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	egress_fill(f, none);
	for (int v6 = 0; v6 < 2; v6++) {
		const struct ip_spec s = spec(addr_a[v6], 2002, outside[v6], 443);
		const uint8_t *icmp = o.out.bytes + ETH_LEN + (v6 ? 40 : 20);

		apply(f, 0, &s, WF_TCP_SYN, &in, &o);
		assert_int_equal(o.drop, WF_DROP_NO_GATEWAY);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		assert_sums(&o.out, ETH_LEN);
		assert_int_equal(icmp[0], v6 ? 1 : 3);
		assert_int_equal(icmp[1], 0);
	}
}

static void only_what_is_outside_comes_in(void **state)
{
	static const char *const spoofed[][2] = {
		{"10.0.0.2", "fd00::2"},
		{"10.0.0.3", "fd00::3"},
		{"10.0.9.9", "fd00::9:9"},
		{"10.0.0.100", "fd00::100"},
		{"203.0.113.80", "2001:db8:1::80"},
		{"169.254.1.1", "fe80::1"},
		{"127.0.0.1", "5f00:0:2::1"},
	};
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	egress_fill(f, backend_r);
	egress_let_in(f, IDENTITY_A);
	for (int v6 = 0; v6 < 2; v6++) {
		struct ip_spec s = spec(outside[v6], 80, addr_a[v6], 2003);

		apply(f, 2, &s, WF_TCP_SYN, &in, &o);
		assert_given(&o, mac_a);
		for (size_t i = 0; i < sizeof(spoofed) / sizeof(*spoofed); i++) {
			s.src = spoofed[i][v6];
			apply(f, 2, &s, WF_TCP_SYN, &in, &o);
			assert_int_equal(o.drop, WF_DROP_SOURCE_ADDRESS);
		}
		s = spec(outside[v6], 80, elsewhere[v6], 2003); /* and not out again */
		egress_put(f, &exit_far, 1);
		apply(f, 2, &s, WF_TCP_SYN, &in, &o);
		assert_int_equal(o.drop, WF_DROP_NO_ENDPOINT);
	}
}

static void what_comes_in_is_nobodys(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	egress_fill(f, backend_r);
	for (int v6 = 0; v6 < 2; v6++) {
		const struct ip_spec plain = spec(outside[v6], 2004, addr_r[v6], 443);
		const struct ip_spec s = spec(outside[v6], 2004, published[v6], 80);

		if (!v6)
			apply(f, 2, &plain, WF_TCP_SYN, &in, &o);
		if (!v6)
			assert_int_equal(o.drop, WF_DROP_DENIED);
		egress_let_in(f, IDENTITY_R);
		apply(f, 2, &plain, WF_TCP_SYN, &in, &o);
		assert_sent(&o, &in, "5f00:0:2:e046:abcd:ef00::");
		apply(f, 2, &s, WF_TCP_SYN, &in, &o);
		assert_sent(&o, &in, "5f00:0:2:f009:abcd:ef00::");
	}
}

/* All of it on one node: to B by a public address, and back by that. */
static void published_services_answer_by_their_public_address(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	egress_fill(f, backend_b);
	egress_let_in(f, IDENTITY_B);
	egress_put(f, &exit_here, 1);
	for (int i = 0; i < 4; i++) {
		const int v6 = i / 2;
		struct ip_spec q = spec(outside[v6], 2005, published[v6], 80);
		struct ip_spec a = spec(addr_b[v6], 8080, outside[v6], 2005);

		q.proto = a.proto = protos[i % 2];
		for (int again = 0; again < 3; again++) {
			apply(f, 2, &q, again ? WF_TCP_ACK : WF_TCP_SYN, &in, &o);
			assert_to_b(&o);
			assert_ends(&o.out, ETH_LEN, outside[v6], 2005, addr_b[v6], 8080);
			apply(f, 1, &a, again ? WF_TCP_ACK : WF_TCP_SYN | WF_TCP_ACK, &in, &o);
			assert_given(&o, mac_g);
			assert_ends(&o.out, ETH_LEN, published[v6], 80, outside[v6], 2005);
		}
	}
}

/* With both gateways there, flows that came in by node 3 are answered there, and nowhere else. */
static void answers_follow_the_gateway_that_let_the_flow_in(void **state)
{
	const struct wf_exit both[] = {exit_here, exit_far};
	const struct outer_spec outer = {.src = "5f00:0:3::1", .dst = "5f00:0:1:e046:abcd:ef00::"};
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	egress_fill(f, none);
	egress_let_in(f, IDENTITY_A);
	egress_put(f, both, 2);
	for (uint16_t port = 3000; port < 3010; port++)
		for (int v6 = 0; v6 < 2; v6++) {
			const struct ip_spec q = spec(outside[v6], port, addr_a[v6], 443);
			const struct ip_spec a = spec(addr_a[v6], 443, outside[v6], port);

			arrive(f, &outer, &q, WF_TCP_SYN, &in, &o);
			assert_given(&o, mac_a);
			apply(f, 0, &a, WF_TCP_SYN | WF_TCP_ACK, &in, &o);
			assert_sent(&o, &in, TO_FAR);
			apply(f, 2, &q, WF_TCP_SYN, &in, &o); /* now it comes in here */
			apply(f, 0, &a, WF_TCP_SYN | WF_TCP_ACK, &in, &o);
			assert_given(&o, mac_g);
		}
}

static void a_gateways_sid_lets_out(void **state)
{
	static const struct {
		struct outer_spec outer;
		enum wf_drop drop;
	} cases[] = {
		{{.dst = TO_G}, WF_DROP_NONE},
		{{.dst = TO_G, .n_segments = 1, .segments = {TO_G}}, WF_DROP_NONE},
		{{.dst = "5f00:0:1::", .n_segments = 1, .segments = {TO_G}, .segments_left = 1},
		 WF_DROP_NONE},
		{{.dst = TO_G,
		  .n_segments = 2,
		  .segments = {TO_G, "5f00:0:1:f00c::"},
		  .segments_left = 1},
		 WF_DROP_SRH_SEGMENTS_LEFT},
		{{.dst = TO_G, .upper = IPPROTO_UDP}, WF_DROP_UPPER_LAYER},
		{{.dst = "5f00:0:1:f00c:8:0:1:0"}, WF_DROP_UNKNOWN_SID},
		{{.dst = TO_G, .src = "5f00:0:3::1"}, WF_DROP_SOURCE_NODE},
		{{.dst = "5f00:0:1:f00c:abcd:ef00:99:0"}, WF_DROP_IDENTITY},
	};
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	egress_fill(f, none);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int v6 = 0; v6 < 2; v6++)
			for (int again = 0; again < 3; again++) {
				const struct ip_spec s = spec(addr_r[v6], 2006, outside[v6], 443);

				fixture_refill(f);
				arrive(f, &cases[i].outer, &s, again ? WF_TCP_ACK : WF_TCP_SYN, &in,
				       &o);
				assert_int_equal(o.drop, cases[i].drop);
				if (cases[i].drop)
					continue;
				assert_given(&o, mac_g);
				assert_ends(&o.out, ETH_LEN, addr_r[v6], 2006, outside[v6], 443);
			}
}

static void a_gateways_sid_is_for_the_outside_alone(void **state)
{
	static const char *const inside[][2] = {{"10.0.0.1", "fd00::1"},
						{"10.0.0.250", "fd00::250"},
						{"10.0.9.9", "fd00::9:9"}};
	const struct outer_spec outer = {.dst = TO_G};
	struct packet in;
	struct outcome o;

	egress_fill(*state, none);
	for (size_t i = 0; i < 3; i++)
		for (int v6 = 0; v6 < 2; v6++) {
			const struct ip_spec s = spec(addr_r[v6], 2007, inside[i][v6], 443);

			arrive(*state, &outer, &s, WF_TCP_SYN, &in, &o);
			assert_int_equal(o.drop, WF_DROP_NOT_HERE);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_for_the_outside_goes_to_the_exits_sid),
		cmocka_unit_test(the_way_may_lead_to_this_node),
		cmocka_unit_test(who_finds_no_gateway_is_told),
		cmocka_unit_test(only_what_is_outside_comes_in),
		cmocka_unit_test(what_comes_in_is_nobodys),
		cmocka_unit_test(published_services_answer_by_their_public_address),
		cmocka_unit_test(answers_follow_the_gateway_that_let_the_flow_in),
		cmocka_unit_test(a_gateways_sid_lets_out),
		cmocka_unit_test(a_gateways_sid_is_for_the_outside_alone),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
