// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* ICMP errors through gateways, of both directions. */
#include "bpf/egress_world_test.h"

#include <netinet/in.h>

#include "wire/tcp.h"

static const struct wf_candidate none = {0};

static struct ip_spec udp(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
	return (struct ip_spec){
		.src = src, .dst = dst, .sport = sport, .dport = dport, .payload = 800};
}

/* The first bytes of what is quoted in the ICMP error at @off say so; the sum is that of the error
 * alone, the quoted ones nobody can check. */
static void assert_quotes(const struct packet *p, uint32_t off, const char *src, uint16_t sport,
			  const char *dst, uint16_t dport)
{
	const bool v6 = strchr(src, ':');
	const uint8_t *ip = p->bytes + off + (v6 ? 48 : 28), *l4 = ip + (v6 ? 40 : 20);
	uint8_t addr[16];

	addr_of(src, addr);
	assert_memory_equal(ip + (v6 ? 8 : 12), addr + (v6 ? 0 : 12), v6 ? 16 : 4);
	addr_of(dst, addr);
	assert_memory_equal(ip + (v6 ? 24 : 16), addr + (v6 ? 0 : 12), v6 ? 16 : 4);
	assert_int_equal(wf_load_be16(l4), sport);
	assert_int_equal(wf_load_be16(l4 + 2), dport);
	assert_sums(p, off);
}

static void assert_from(const struct packet *p, const char *src, const char *dst)
{
	const bool v6 = strchr(src, ':');
	uint8_t addr[16];

	addr_of(src, addr);
	assert_memory_equal(p->bytes + ETH_LEN + (v6 ? 8 : 12), addr + (v6 ? 0 : 12), v6 ? 16 : 4);
	addr_of(dst, addr);
	assert_memory_equal(p->bytes + ETH_LEN + (v6 ? 24 : 16), addr + (v6 ? 0 : 12), v6 ? 16 : 4);
}

/* From a router outside, and from the room of the gateway itself. */
static void errors_come_in_about_what_has_gone_out(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	egress_fill(f, none);
	egress_put(f, &exit_here, 1);
	for (int v6 = 0; v6 < 2; v6++)
		for (int room = 0; room < 2; room++) {
			const uint16_t port = (uint16_t)(2100 + room);
			const struct ip_spec s = udp(addr_a[v6], port, outside[v6], 443);
			const char *teller = room ? addr_g[v6] : elsewhere[v6];

			packet_error(&in, teller, addr_a[v6], &s);
			fixture_run(f, PROG_APPLY, f->ports[2], &in, &o);
			assert_int_equal(o.drop, WF_DROP_ICMP_UNRELATED);
			packet_from_container(&in, &s);
			fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
			assert_int_equal(o.drop, WF_DROP_NONE);
			packet_error(&in, teller, addr_a[v6], &s);
			fixture_run(f, PROG_APPLY, f->ports[2], &in, &o);
			assert_int_equal(o.drop, WF_DROP_NONE);
			assert_memory_equal(o.out.bytes, mac_a, 6);
			assert_from(&o.out, teller, addr_a[v6]);
			assert_quotes(&o.out, ETH_LEN, addr_a[v6], port, outside[v6], 443);
		}
}

/* B's answers have left by a public address: it hears of them as it has sent them. */
static void errors_about_published_answers_reach_the_backend(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	egress_fill(f, backend_b);
	egress_let_in(f, IDENTITY_B);
	egress_put(f, &exit_here, 1);
	for (int v6 = 0; v6 < 2; v6++) {
		const struct ip_spec q = udp(outside[v6], 2110, published[v6], 80);
		const struct ip_spec a = udp(published[v6], 80, outside[v6], 2110);

		packet_error(&in, elsewhere[v6], published[v6], &a);
		fixture_run(f, PROG_APPLY, f->ports[2], &in, &o);
		assert_int_equal(o.drop, WF_DROP_ICMP_UNRELATED);
		packet_from_g(&in, &q);
		fixture_run(f, PROG_APPLY, f->ports[2], &in, &o);
		assert_to_b(&o);
		packet_error(&in, elsewhere[v6], published[v6], &a);
		fixture_run(f, PROG_APPLY, f->ports[2], &in, &o);
		assert_to_b(&o);
		assert_from(&o.out, elsewhere[v6], addr_b[v6]);
		assert_quotes(&o.out, ETH_LEN, addr_b[v6], 8080, outside[v6], 2110);
	}
}

/* Nobody outside would get what the gateway that containers see says. */
static void who_is_outside_is_told_by_whom_it_has_asked(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	egress_fill(f, none);
	egress_let_in(f, IDENTITY_R);
	for (int i = 0; i < 4; i++) {
		const int v6 = i / 2;
		struct ip_spec s = udp(outside[v6], 2120, addr_r[v6], 443);
		const uint8_t *icmp = o.out.bytes + ETH_LEN + (v6 ? 40 : 20);

		if (i % 2)
			s.payload = 1450;
		else
			s.hop_limit = 1;
		packet_from_g(&in, &s);
		fixture_run(f, PROG_APPLY, f->ports[2], &in, &o);
		assert_int_equal(o.drop, i % 2 ? WF_DROP_TOO_BIG : WF_DROP_HOP_LIMIT);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		assert_memory_equal(o.out.bytes, mac_g, 6);
		assert_from(&o.out, addr_r[v6], outside[v6]);
		assert_quotes(&o.out, ETH_LEN, outside[v6], 2120, addr_r[v6], 443);
		if (i % 2)
			assert_int_equal(wf_load_be32(icmp + 4), 1460);
		assert_int_equal(icmp[0], i % 2 ? (v6 ? 2 : 3) : (v6 ? 3 : 11));
	}
}

/* The underlay tells of a packet that came in here and was too big for it. */
static void the_underlays_errors_go_out_again(void **state)
{
	struct fixture *f = *state;
	struct packet in, sent;
	struct outcome o;

	egress_fill(f, none);
	egress_let_in(f, IDENTITY_R);
	for (int known = 0; known < 2; known++) {
		egress_put(f, known ? &exit_here : &exit_far, 1);
		for (int v6 = 0; v6 < 2; v6++) {
			const struct ip_spec s = udp(outside[v6], 2130, addr_r[v6], 443);
			const struct ip_spec e = {.src = "5f00:0:9::1",
						  .dst = "5f00:0:1::1",
						  .proto = IPPROTO_ICMPV6,
						  .icmp_type = 2,
						  .icmp_info = 1400,
						  .payload = 500};

			packet_from_g(&in, &s);
			fixture_run(f, PROG_APPLY, f->ports[2], &in, &o);
			assert_int_equal(o.drop, WF_DROP_NONE);
			sent = o.out;
			packet_eth(&in, mac_underlay, mac_router, 0x86dd);
			packet_add_ip(&in, &e);
			memcpy(in.bytes + ETH_LEN + 48, sent.bytes + ETH_LEN, 500);
			packet_sum(&in, ETH_LEN);
			fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
			assert_int_equal(o.drop, known ? WF_DROP_NONE : WF_DROP_ICMP_UNMATCHED);
			if (!known)
				continue;
			assert_int_equal(o.verdict, VERDICT_REDIRECT);
			assert_memory_equal(o.out.bytes, mac_g, 6);
			assert_from(&o.out, addr_r[v6], outside[v6]);
			assert_quotes(&o.out, ETH_LEN, outside[v6], 2130, addr_r[v6], 443);
			assert_int_equal(wf_load_be32(o.out.bytes + ETH_LEN + (v6 ? 40 : 20) + 4),
					 1360);
		}
	}
}

/* The last hop but one, at the node of whom the packet is for: the error leaves by the gateway that
 * let it in, node 3's or this one's, in the name of whom it was for. */
static void hop_limits_end_at_the_endpoints_node_too(void **state)
{
	const struct wf_exit both[] = {exit_here, exit_far};
	const struct outer_spec plain = {.src = "5f00:0:3::1", .dst = "5f00:0:1:e046:abcd:ef00::"};
	const struct outer_spec to_b = {.src = "5f00:0:3::1", .dst = "5f00:0:1:f007:abcd:ef00::"};
	struct fixture *f = *state;
	struct packet in, inner;
	struct outcome o;
	uint8_t sid[16];

	egress_fill(f, backend_b);
	egress_let_in(f, IDENTITY_A);
	egress_let_in(f, IDENTITY_B);
	for (int i = 0; i < 4; i++) {
		const int v6 = i / 2, is_service = i % 2;
		const char *asked = is_service ? published[v6] : addr_a[v6];
		struct ip_spec s = udp(outside[v6], 2140, asked, 80);

		s.hop_limit = 1;
		egress_put(f, both, 2);
		fixture_refill(f);
		packet_from_underlay(&in, is_service ? &to_b : &plain, &s);
		fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
		assert_int_equal(o.drop, WF_DROP_HOP_LIMIT);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		addr_of(is_service ? "5f00:0:3:f004:abcd:ef00:99:0"
				   : "5f00:0:3:f004:abcd:ef12:3456:0",
			sid);
		assert_memory_equal(o.out.bytes + ETH_LEN + 24, sid, 16);
		packet_eth(&inner, mac_g, gateway_mac, v6 ? 0x86dd : 0x0800);
		packet_add(&inner, o.out.bytes + ETH_LEN + 40, o.out.len - ETH_LEN - 40);
		assert_from(&inner, asked, outside[v6]);
		assert_quotes(&inner, ETH_LEN, outside[v6], 2140, asked, 80);
		egress_put(f, both, 1); /* node 3's is gone meanwhile */
		packet_from_underlay(&in, is_service ? &to_b : &plain, &s);
		fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
		assert_int_equal(o.verdict, VERDICT_DROP);
		if (is_service)
			continue;
		s.hop_limit = 2; /* the other hop is here, too */
		packet_from_g(&in, &s);
		fixture_run(f, PROG_APPLY, f->ports[2], &in, &o);
		assert_memory_equal(o.out.bytes, mac_a, 6);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_come_in_about_what_has_gone_out),
		cmocka_unit_test(errors_about_published_answers_reach_the_backend),
		cmocka_unit_test(who_is_outside_is_told_by_whom_it_has_asked),
		cmocka_unit_test(the_underlays_errors_go_out_again),
		cmocka_unit_test(hop_limits_end_at_the_endpoints_node_too),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
