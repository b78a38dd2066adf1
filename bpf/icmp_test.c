// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The errors that a container is told about its packets. */
#include <netinet/in.h>
#include <time.h>

#include "bpf/packet_test.h"
#include "bpf/world_test.h"

#define QUOTE_MAX 128

static void apply(struct fixture *f, const struct ip_spec *s, struct packet *in, struct outcome *o)
{
	packet_from_container(in, s);
	fixture_run(f, PROG_APPLY, f->ports[0], in, o);
}

/* The error about @in, for its sender, by the gateway: headers as they must be, right sums. */
static void assert_error(const struct outcome *o, const struct packet *in, enum wf_drop reason,
			 uint8_t type, uint8_t code, uint32_t info)
{
	const bool is_v4 = in->bytes[ETH_LEN] >> 4 == 4;
	const uint32_t ip_len = in->len - ETH_LEN;
	const uint32_t quote_len = (ip_len < QUOTE_MAX ? ip_len : QUOTE_MAX) & ~3u;
	struct ip_spec s = {.src = is_v4 ? "169.254.1.1" : "fe80::1",
			    .dst = is_v4 ? "10.0.0.1" : "fd00::1",
			    .proto = is_v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6,
			    .tc = is_v4 ? 0xc0 : 0,
			    .frag = is_v4 ? 0x4000 : 0,
			    .icmp_type = type,
			    .icmp_code = code,
			    .icmp_info = info,
			    .payload = quote_len};
	struct packet want;
	uint32_t icmp;

	assert_int_equal(o->drop, reason);
	assert_int_equal(o->n_drops, 1);
	assert_int_equal(o->verdict, VERDICT_REDIRECT);
	assert_sums(&o->out, ETH_LEN);
	packet_eth(&want, mac_a, gateway_mac, is_v4 ? 0x0800 : 0x86dd);
	packet_add_ip(&want, &s);
	icmp = want.len - quote_len - 8;
	memcpy(want.bytes + icmp + 8, in->bytes + ETH_LEN, quote_len);
	if (is_v4) { /* whose identification is 0 */
		wf_store_be16(want.bytes + ETH_LEN + 4, 0);
		memcpy(want.bytes + ETH_LEN + 10, o->out.bytes + ETH_LEN + 10, 2);
	}
	memcpy(want.bytes + icmp + 2, o->out.bytes + icmp + 2, 2);
	assert_packet(&o->out, &want);
}

static const struct ip_spec families[] = {
	{.src = "10.0.0.1", .dst = "10.0.0.3", .sport = 9, .dport = 33434},
	{.src = "fd00::1", .dst = "fd00::3", .sport = 9, .dport = 33434},
};

static void hop_limit_one_is_answered_time_exceeded(void **state)
{
	static const char *const local[] = {"10.0.0.2", "fd00::2"};
	struct packet in;
	struct outcome o;

	for (int v6 = 0; v6 < 2; v6++)
		for (uint32_t payload = 0; payload < 400; payload += 31)
			for (uint8_t hop_limit = 0; hop_limit < 2; hop_limit++) {
				struct ip_spec s = families[v6];

				fixture_refill(*state);
				s.payload = payload;
				s.has_hop_limit = true;
				s.hop_limit = hop_limit;
				apply(*state, &s, &in, &o);
				assert_error(&o, &in, WF_DROP_HOP_LIMIT, v6 ? 3 : 11, 0, 0);
				s.dst = local[v6];
				apply(*state, &s, &in, &o);
				assert_error(&o, &in, WF_DROP_HOP_LIMIT, v6 ? 3 : 11, 0, 0);
			}
}

static void hop_limit_two_goes_on(void **state)
{
	struct packet in;
	struct outcome o;

	for (int v6 = 0; v6 < 2; v6++) {
		struct ip_spec s = families[v6];

		s.hop_limit = 2;
		apply(*state, &s, &in, &o);
		assert_int_equal(o.drop, WF_DROP_NONE);
		assert_hop_later(&o.out, ETH_LEN + 64, &in, ETH_LEN, 0);
	}
}

/* A path's overhead, and the packet that just fits 1500. */
static void what_does_not_fit_the_path_is_told_the_mtu(void **state)
{
	static const struct {
		const char *encoding;
		unsigned int n;
		uint32_t overhead;
	} paths[] = {{"csid", 0, 40}, {"csid", 6, 64}, {"csid", 16, 96}, {"srh", 16, 304}};
	struct fixture *f = *state;
	struct wf_template t;
	struct packet in;
	struct outcome o;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		for (int v6 = 0; v6 < 2; v6++) {
			const uint32_t mtu = TEST_MTU - paths[i].overhead;
			struct ip_spec s = families[v6];

			world_template(paths[i].encoding, paths[i].n, &t);
			world_put_path(f, 0, &t);
			fixture_refill(f);
			s.payload = mtu - (v6 ? 48 : 28);
			apply(f, &s, &in, &o);
			assert_int_equal(o.drop, WF_DROP_NONE);
			assert_int_equal(o.out.len, ETH_LEN + TEST_MTU);
			s.payload++;
			apply(f, &s, &in, &o);
			assert_error(&o, &in, WF_DROP_TOO_BIG, v6 ? 2 : 3, v6 ? 0 : 4,
				     v6 && mtu < 1280 ? 1280 : mtu);
			if (v6)
				continue;
			s.frag = 0x4000; /* don't fragment */
			apply(f, &s, &in, &o);
			assert_error(&o, &in, WF_DROP_TOO_BIG, 3, 4, mtu);
		}
}

/* The route's MTU counts, and for IPv6 it is told as 1280 at least. */
static void narrow_routes_are_told(void **state)
{
	struct fixture *f = *state;
	struct wf_template t;
	struct packet in;
	struct outcome o;

	world_template("csid", 1, &t);
	wf_store_be16(t.header + 28, 0x55);
	world_put_path(f, 0, &t);
	for (int v6 = 0; v6 < 2; v6++) {
		struct ip_spec s = families[v6];

		fixture_refill(f);
		s.payload = 1400 - (v6 ? 48 : 28);
		apply(f, &s, &in, &o);
		assert_error(&o, &in, WF_DROP_TOO_BIG, v6 ? 2 : 3, v6 ? 0 : 4, v6 ? 1280 : 1236);
	}
	world_template("csid", 2, &t);
	world_put_path(f, 0, &t);
}

static void who_cannot_be_reached_is_told(void **state)
{
	static const char *const nobody[] = {"10.0.0.77", "fd00::77"};
	struct packet in;
	struct outcome o;

	for (int v6 = 0; v6 < 2; v6++) {
		struct ip_spec s = families[v6];

		fixture_refill(*state);
		s.dst = nobody[v6];
		apply(*state, &s, &in, &o);
		assert_error(&o, &in, WF_DROP_NO_ENDPOINT, v6 ? 1 : 3, v6 ? 3 : 1, 0);
	}
}

static void assert_silent(const struct outcome *o, enum wf_drop reason)
{
	assert_int_equal(o->drop, reason);
	assert_int_equal(o->n_drops, 1);
	assert_int_equal(o->verdict, VERDICT_DROP);
}

static void errors_are_not_answered_by_errors(void **state)
{
	static const uint8_t v4_types[] = {3, 4, 5, 11, 12}, v6_types[] = {1, 2, 3, 4, 100, 127};
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	fixture_refill(*state);
	for (int v6 = 0; v6 < 2; v6++) {
		struct ip_spec s = families[v6];
		const struct ip_spec about = {.src = s.dst, .dst = s.src, .payload = 40};

		s.hop_limit = 1;
		s.payload = 48;
		s.proto = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
		for (size_t i = 0; i < (v6 ? sizeof(v6_types) : sizeof(v4_types)); i++) {
			s.icmp_type = v6 ? v6_types[i] : v4_types[i];
			packet_from_container(&in, &s);
			packet_quote(&in, ETH_LEN + (v6 ? 48 : 28), &about);
			fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
			assert_silent(&o, WF_DROP_HOP_LIMIT);
		}
		s.icmp_type = v6 ? 128 : 8; /* but a ping is */
		apply(*state, &s, &in, &o);
		assert_error(&o, &in, WF_DROP_HOP_LIMIT, v6 ? 3 : 11, 0, 0);
	}
}

static void later_fragments_are_not_answered(void **state)
{
	struct packet in;
	struct outcome o;

	fixture_refill(*state);
	for (int v6 = 0; v6 < 2; v6++) {
		struct ip_spec s = families[v6];

		s.hop_limit = 1;
		s.frag = v6 ? 0x100 : 0x20;
		s.has_fragment_header = v6;
		apply(*state, &s, &in, &o);
		assert_silent(&o, WF_DROP_HOP_LIMIT);
		s.frag = v6 ? 1 : 0x2000; /* the first is */
		apply(*state, &s, &in, &o);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		assert_sums(&o.out, ETH_LEN);
	}
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* 64 at once, then one a jiffy, of which there are at most 1000 in a second. */
static void errors_are_no_flood(void **state)
{
	struct ip_spec s = families[0];
	const double start = seconds();
	uint32_t n_answers = 0;
	struct packet in;
	struct outcome o;

	s.hop_limit = 1;
	fixture_refill(*state);
	for (int i = 0; i < 3000; i++) {
		apply(*state, &s, &in, &o);
		assert_int_equal(o.drop, WF_DROP_HOP_LIMIT);
		assert_int_equal(o.n_drops, 1);
		n_answers += o.verdict == VERDICT_REDIRECT;
	}
	assert_in_range(n_answers, 64, 64 + (uint32_t)((seconds() - start) * 1000) + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hop_limit_one_is_answered_time_exceeded),
		cmocka_unit_test(hop_limit_two_goes_on),
		cmocka_unit_test(what_does_not_fit_the_path_is_told_the_mtu),
		cmocka_unit_test(narrow_routes_are_told),
		cmocka_unit_test(who_cannot_be_reached_is_told),
		cmocka_unit_test(errors_are_not_answered_by_errors),
		cmocka_unit_test(later_fragments_are_not_answered),
		cmocka_unit_test(errors_are_no_flood),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
