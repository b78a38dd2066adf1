// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Services at the backend's node: End.DX, hunting, what its answers look like. */
#include "bpf/service_test.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <netinet/in.h>

#include "weft.skel.h"
#include "wire/tcp.h"

static const struct wf_candidate none = {0};
static const struct outer_spec to_b = {.dst = TO_B};

/* R asks the service. */
static struct ip_spec question(int v6, uint8_t proto, uint16_t sport)
{
	return (struct ip_spec){.src = addr_r[v6],
				.dst = vip[v6],
				.proto = proto,
				.sport = sport,
				.dport = 80,
				.payload = 32};
}

static struct ip_spec answer(int v6, uint8_t proto, uint16_t dport)
{
	return (struct ip_spec){.src = addr_b[v6],
				.dst = addr_r[v6],
				.proto = proto,
				.sport = 8080,
				.dport = dport,
				.payload = 55};
}

static void ask(struct fixture *f, const struct outer_spec *outer, const struct ip_spec *s,
		uint8_t flags, struct outcome *o)
{
	const uint32_t srh = outer->n_segments ? 8 + outer->n_segments * 16u : 0;
	struct packet in;

	packet_from_underlay(&in, outer, s);
	if (s->proto == IPPROTO_TCP)
		packet_flags(&in, ETH_LEN + 40 + srh, flags);
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, o);
}

static void reply(struct fixture *f, const struct ip_spec *s, struct outcome *o)
{
	struct packet in;

	packet_from_b(&in, s);
	fixture_run(f, PROG_APPLY, f->ports[1], &in, o);
}

static const uint8_t protos[] = {IPPROTO_TCP, IPPROTO_UDP};

static void backends_get_their_own_address_and_answer_by_the_virtual_one(void **state)
{
	struct fixture *f = *state;
	struct outcome o;

	service_fill(f, backend_b, none, none);
	for (int i = 0; i < 4; i++) {
		const int v6 = i / 2;
		const struct ip_spec q = question(v6, protos[i % 2], 7000);
		const struct ip_spec a = answer(v6, protos[i % 2], 7000);

		reply(f, &a, &o); /* of its own accord: it is itself */
		assert_ends(&o.out, ETH_LEN + 40, addr_b[v6], 8080, addr_r[v6], 7000);
		fixture_forget(f);
		for (int again = 0; again < 3; again++) {
			ask(f, &to_b, &q, WF_TCP_SYN, &o);
			assert_to_b(&o);
			assert_ends(&o.out, ETH_LEN, addr_r[v6], 7000, addr_b[v6], 8080);
			reply(f, &a, &o);
			assert_int_equal(o.verdict, VERDICT_REDIRECT);
			assert_int_equal(wf_load_be16(o.out.bytes + ETH_LEN + 30), WF_FN_DT46);
			assert_ends(&o.out, ETH_LEN + 40, vip[v6], 80, addr_r[v6], 7000);
		}
	}
}

/* UDP over IPv4 may go without a sum; none is made up. */
static void no_sum_stays_no_sum(void **state)
{
	const struct ip_spec s = question(0, IPPROTO_UDP, 7001);
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	service_fill(f, backend_b, none, none);
	packet_from_underlay(&in, &to_b, &s);
	wf_store_be16(in.bytes + ETH_LEN + 40 + 20 + 6, 0);
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
	assert_to_b(&o);
	assert_int_equal(wf_load_be16(o.out.bytes + ETH_LEN + 20 + 6), 0);
	assert_int_equal(wf_load_be16(o.out.bytes + ETH_LEN + 20 + 2), 8080);
}

static void nobody_sends_by_the_virtual_address_itself(void **state)
{
	struct outcome o;

	service_fill(*state, backend_b, none, none);
	for (int v6 = 0; v6 < 2; v6++) {
		struct ip_spec s = answer(v6, IPPROTO_UDP, 7002);

		s.src = vip[v6];
		s.sport = 80;
		reply(*state, &s, &o);
		assert_int_equal(o.drop, WF_DROP_SOURCE_ADDRESS);
	}
}

static const struct outer_spec first = {.dst = VIA_B,
					.n_segments = 3,
					.segments = {TO_B, VIA_R, VIA_B},
					.segments_left = 2},
			       last = {.dst = TO_B,
				       .n_segments = 3,
				       .segments = {TO_B, VIA_R, VIA_B}};

/* Asked first, B leaves it to R, who is asked by the next segment. */
static void assert_passed_on(const struct outcome *o)
{
	uint8_t next[16];

	addr_of(VIA_R, next);
	assert_int_equal(o->drop, WF_DROP_NONE);
	assert_int_equal(o->verdict, VERDICT_REDIRECT);
	assert_memory_equal(o->out.bytes + ETH_LEN + 24, next, 16);
	assert_int_equal(o->out.bytes[ETH_LEN + 43], 1); /* Segments Left */
}

static void candidates_take_what_is_new_or_known(void **state)
{
	struct fixture *f = *state;
	struct outcome o;

	service_fill(f, backend_b, backend_r, none);
	for (int v6 = 0; v6 < 2; v6++) {
		const struct ip_spec tcp = question(v6, IPPROTO_TCP, 7100);
		const struct ip_spec udp = question(v6, IPPROTO_UDP, 7101);

		ask(f, &first, &tcp, WF_TCP_ACK, &o); /* known elsewhere, perhaps */
		assert_passed_on(&o);
		ask(f, &first, &tcp, WF_TCP_SYN, &o);
		assert_to_b(&o);
		ask(f, &first, &tcp, WF_TCP_ACK, &o);
		assert_to_b(&o);
		assert_ends(&o.out, ETH_LEN, addr_r[v6], 7100, addr_b[v6], 8080);
		ask(f, &first, &udp, 0, &o);
		assert_passed_on(&o);
		ask(f, &last, &udp, 0, &o);
		assert_to_b(&o);
		ask(f, &first, &udp, 0, &o);
		assert_to_b(&o);
	}
}

/* Both in one container of C-SIDs, the owner once more behind it. */
static void candidates_are_asked_from_a_container(void **state)
{
	static const struct outer_spec outer = {.dst = "5f00:0:1:f007:2:f009::",
						.n_segments = 1,
						.segments = {TO_B},
						.segments_left = 1};
	const struct ip_spec s = question(0, IPPROTO_TCP, 7200);
	uint8_t next[16];
	struct outcome o;

	service_fill(*state, backend_b, backend_r, none);
	ask(*state, &outer, &s, WF_TCP_ACK, &o);
	addr_of(VIA_R, next);
	assert_memory_equal(o.out.bytes + ETH_LEN + 24, next, 16);
	assert_int_equal(o.out.bytes[ETH_LEN + 43], 1);
	ask(*state, &outer, &s, WF_TCP_SYN, &o);
	assert_to_b(&o);
}

/* It takes two, leaves the third to the next, and takes that when one of the others has ended. */
static void a_busy_backend_declines(void **state)
{
	const struct wf_load none_yet = {0};
	const uint32_t sid = SID_B;
	struct wf_service_entry entry = service_plain;
	struct ip_spec s = question(0, IPPROTO_TCP, 7300);
	struct fixture *f = *state;
	struct outcome o;

	service_fill(f, backend_b, backend_r, none);
	bpf_map_update_elem(bpf_map__fd(f->skel->maps.loads), &sid, &none_yet, BPF_ANY);
	entry.is_least_loaded = 1;
	entry.capacity = 2;
	service_put(f, &entry);
	for (; s.sport < 7302; s.sport++) {
		ask(f, &first, &s, WF_TCP_SYN, &o);
		assert_to_b(&o);
		ask(f, &first, &s, WF_TCP_ACK, &o); /* known, however busy it is */
		assert_to_b(&o);
	}
	ask(f, &first, &s, WF_TCP_SYN, &o);
	assert_passed_on(&o);
	s.sport--;
	ask(f, &first, &s, WF_TCP_RST, &o);
	assert_to_b(&o);
	s.sport++;
	ask(f, &first, &s, WF_TCP_SYN, &o);
	assert_to_b(&o);
	s.sport++;
	ask(f, &first, &s, WF_TCP_SYN, &o);
	assert_passed_on(&o);
	ask(f, &last, &s, WF_TCP_SYN, &o); /* who must, does */
	assert_to_b(&o);
}

/* One port of the client for two services of one backend's port: the second is not taken. */
static void one_flow_is_one_services(void **state)
{
	struct wf_service_key key = {.tenant = RED, .port = 81, .proto = IPPROTO_TCP};
	struct ip_spec s = question(0, IPPROTO_TCP, 7400);
	struct fixture *f = *state;
	struct outcome o;

	service_fill(f, backend_b, none, none);
	addr_of(vip[0], key.addr);
	fixture_put(f, WF_TABLE_SERVICE, &key, &service_plain);
	ask(f, &to_b, &s, WF_TCP_SYN, &o);
	assert_to_b(&o);
	s.dport = 81;
	ask(f, &to_b, &s, WF_TCP_SYN, &o);
	assert_int_equal(o.drop, WF_DROP_DECLINED);
	s.dport = 80;
	ask(f, &to_b, &s, WF_TCP_RST, &o);
	assert_to_b(&o);
	s.dport = 81; /* the first is over */
	ask(f, &to_b, &s, WF_TCP_SYN, &o);
	assert_to_b(&o);
}

/* The target's port is asked for, of the policies here, too. */
static void policies_judge_what_the_backend_gets(void **state)
{
	const struct wf_set set = {.is_deny_default = 1, .has_verdicts = 1, .has_zones = 1};
	const struct wf_side r = {RED, IDENTITY_R}, b = {RED, IDENTITY_B};
	struct fixture *f = *state;
	struct outcome o;

	service_fill(f, backend_b, none, none);
	world_put_set(f, RED, RED_SET, &set);
	for (uint32_t port = 80; port <= 8080; port += 8000) {
		const struct wf_range ranges[] = {
			{.last = 17 << 16 | (port - 1)},
			{.last = 17 << 16 | port, .verdict = WF_VERDICT_ALLOW},
			{.last = WF_RANGE_LAST},
		};
		const struct ip_spec s = question(0, IPPROTO_UDP, 7500);

		world_put_list(f, RED_SET, r, b, 2, ranges, 3);
		ask(f, &to_b, &s, 0, &o);
		assert_int_equal(o.drop, port == 80 ? WF_DROP_DENIED : WF_DROP_NONE);
	}
}

/* Where the quote of an error is. */
static const uint32_t quote_at[2] = {ETH_LEN + 20 + 8, ETH_LEN + 40 + 8};

static uint16_t port_at(const struct packet *p, uint32_t at)
{
	return wf_load_be16(p->bytes + at);
}

static void errors_of_backends_speak_of_the_virtual_address(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	service_fill(f, backend_b, none, none);
	for (int v6 = 0; v6 < 2; v6++) {
		const uint32_t l3 = v6 ? 40 : 20, dst = v6 ? 24 : 16, len = v6 ? 16 : 4;
		const struct ip_spec q = question(v6, IPPROTO_UDP, 7600);
		struct ip_spec seen = q, e = {.src = addr_b[v6],
					      .dst = addr_r[v6],
					      .proto = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
					      .icmp_type = v6 ? 1 : 3,
					      .icmp_code = v6 ? 4 : 3,
					      .payload = l3 + 8};
		uint8_t addr[16];

		ask(f, &to_b, &q, 0, &o);
		assert_to_b(&o);
		seen.dst = addr_b[v6];
		seen.dport = 8080;
		packet_from_b(&in, &e);
		packet_quote(&in, quote_at[v6], &seen);
		packet_sum(&in, ETH_LEN);
		fixture_run(f, PROG_APPLY, f->ports[1], &in, &o);
		assert_int_equal(o.drop, WF_DROP_NONE);
		assert_sums(&o.out, ETH_LEN + 40);
		addr_of(vip[v6], addr);
		assert_memory_equal(o.out.bytes + ETH_LEN + 40 + (v6 ? 8 : 12), addr + 16 - len,
				    len);
		assert_memory_equal(o.out.bytes + 40 + quote_at[v6] + dst, addr + 16 - len, len);
		assert_int_equal(port_at(&o.out, 40 + quote_at[v6] + l3 + 2), 80);
		assert_int_equal(port_at(&o.out, 40 + quote_at[v6] + l3), 7600);
	}
}

static void errors_of_clients_reach_the_backend(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	service_fill(f, backend_b, none, none);
	for (int v6 = 0; v6 < 2; v6++) {
		const uint32_t l3 = v6 ? 40 : 20, src = v6 ? 8 : 12, len = v6 ? 16 : 4;
		const struct ip_spec q = question(v6, IPPROTO_UDP, 7700);
		struct ip_spec a = {.src = vip[v6],
				    .dst = addr_r[v6],
				    .sport = 80,
				    .dport = 7700,
				    .payload = 20};
		struct ip_spec e = {.src = addr_r[v6],
				    .dst = vip[v6],
				    .proto = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
				    .icmp_type = v6 ? 1 : 3,
				    .icmp_code = v6 ? 4 : 3,
				    .payload = l3 + 8};
		uint8_t addr[16];

		for (int known = 0; known < 2; known++) {
			if (known)
				ask(f, &to_b, &q, 0, &o);
			packet_from_underlay(&in, &to_b, &e);
			packet_quote(&in, 40 + quote_at[v6], &a);
			packet_sum(&in, ETH_LEN + 40);
			fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
			if (!known)
				assert_int_equal(o.drop, WF_DROP_ICMP_UNRELATED);
		}
		assert_to_b(&o);
		assert_sums(&o.out, ETH_LEN);
		addr_of(addr_b[v6], addr);
		assert_memory_equal(o.out.bytes + ETH_LEN + (v6 ? 24 : 16), addr + 16 - len, len);
		assert_memory_equal(o.out.bytes + quote_at[v6] + src, addr + 16 - len, len);
		assert_int_equal(port_at(&o.out, quote_at[v6] + l3), 8080);
	}
}

/* From the underlay, about an answer that has left by the virtual address. */
static void packet_too_big_reaches_the_backend(void **state)
{
	struct fixture *f = *state;
	struct packet p;
	struct outcome o;

	service_fill(f, backend_b, none, none);
	for (int v6 = 0; v6 < 2; v6++) {
		const uint32_t l3 = v6 ? 40 : 20, src = v6 ? 8 : 12, len = v6 ? 16 : 4;
		const struct ip_spec q = question(v6, IPPROTO_UDP, 7750);
		const struct ip_spec e = {.src = "5f00:0:9::1",
					  .dst = "5f00:0:1::1",
					  .proto = IPPROTO_ICMPV6,
					  .icmp_type = 2,
					  .icmp_info = 1400,
					  .payload = 120};
		struct ip_spec a = answer(v6, IPPROTO_UDP, 7750);
		uint8_t addr[16];

		a.payload = 800;
		ask(f, &to_b, &q, 0, &o);
		assert_to_b(&o);
		reply(f, &a, &o);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		packet_eth(&p, mac_underlay, mac_router, 0x86dd);
		packet_add_ip(&p, &e);
		memcpy(p.bytes + ETH_LEN + 48, o.out.bytes + ETH_LEN, 120);
		packet_sum(&p, ETH_LEN);
		fixture_run(f, PROG_VALIDATE, f->underlay, &p, &o);
		assert_to_b(&o);
		assert_sums(&o.out, ETH_LEN);
		addr_of(addr_b[v6], addr);
		assert_memory_equal(o.out.bytes + ETH_LEN + (v6 ? 24 : 16), addr + 16 - len, len);
		assert_memory_equal(o.out.bytes + quote_at[v6] + src, addr + 16 - len, len);
		assert_int_equal(port_at(&o.out, quote_at[v6] + l3), 8080);
		assert_int_equal(port_at(&o.out, quote_at[v6] - 2), 1360); /* the MTU */
	}
}

/* Of a packet in fragments the first one has the ports. */
static struct ip_spec fragment(struct ip_spec s, int v6, _Bool is_first)
{
	s.has_fragment_header = v6;
	s.frag = v6 ? (is_first ? 1 : 0x100) : (is_first ? 0x2000 : 0x20);
	return s;
}

static void fragments_follow_their_first(void **state)
{
	struct fixture *f = *state;
	struct outcome o;

	service_fill(f, backend_b, none, none);
	for (int v6 = 0; v6 < 2; v6++) {
		const uint32_t dst = ETH_LEN + (v6 ? 24 : 16), len = v6 ? 16 : 4;
		const uint32_t ports = ETH_LEN + (v6 ? 48 : 20);
		struct ip_spec head = fragment(question(v6, IPPROTO_UDP, 7800), v6, 1);
		struct ip_spec tail = fragment(question(v6, IPPROTO_UDP, 7800), v6, 0);
		uint8_t addr[16];

		ask(f, &to_b, &tail, 0, &o);
		assert_int_equal(o.drop, WF_DROP_FRAGMENT);
		for (int again = 0; again < 2; again++) {
			ask(f, &to_b, &head, 0, &o);
			assert_to_b(&o);
			assert_int_equal(port_at(&o.out, ports + 2), 8080);
			ask(f, &to_b, &tail, 0, &o);
			assert_to_b(&o);
			addr_of(addr_b[v6], addr);
			assert_memory_equal(o.out.bytes + dst, addr + 16 - len, len);
			assert_int_equal(port_at(&o.out, ports + 2), 80); /* not ports there */
		}
		head = fragment(answer(v6, IPPROTO_UDP, 7800), v6, 1);
		tail = fragment(answer(v6, IPPROTO_UDP, 7800), v6, 0);
		addr_of(vip[v6], addr);
		for (int part = 0; part < 2; part++) {
			reply(f, part ? &tail : &head, &o);
			assert_int_equal(o.drop, WF_DROP_NONE);
			assert_memory_equal(o.out.bytes + 40 + ETH_LEN + (v6 ? 8 : 12),
					    addr + 16 - len, len);
			assert_int_equal(port_at(&o.out, 40 + ports), part ? 8080 : 80);
		}
	}
}

static void errors_quote_what_the_client_sent(void **state)
{
	struct ip_spec s = question(0, IPPROTO_UDP, 7900);
	uint8_t addr[16];
	struct outcome o;

	service_fill(*state, backend_b, none, none);
	fixture_refill(*state);
	s.hop_limit = 1;
	ask(*state, &to_b, &s, 0, &o);
	assert_int_equal(o.drop, WF_DROP_HOP_LIMIT);
	assert_int_equal(o.verdict, VERDICT_REDIRECT);
	assert_sums(&o.out, ETH_LEN + 40);
	addr_of(vip[0], addr);
	assert_memory_equal(o.out.bytes + 40 + quote_at[0] + 16, addr + 12, 4);
	assert_int_equal(port_at(&o.out, 40 + quote_at[0] + 22), 80);
}

/* Not a backend of the tenant, no service, its own client. */
static void what_is_for_no_backend_is_dropped(void **state)
{
	static const struct outer_spec blue = {.dst = "5f00:0:1:f007:0:800::"};
	struct ip_spec s = question(0, IPPROTO_UDP, 8000);
	struct outcome o;

	service_fill(*state, backend_b, none, none);
	ask(*state, &blue, &s, 0, &o);
	assert_int_equal(o.drop, WF_DROP_NO_BACKEND);
	s.dport = 82;
	ask(*state, &to_b, &s, 0, &o);
	assert_int_equal(o.drop, WF_DROP_NO_BACKEND);
	s.dport = 80;
	s.src = addr_b[0];
	ask(*state, &to_b, &s, 0, &o);
	assert_int_equal(o.drop, WF_DROP_HAIRPIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(backends_get_their_own_address_and_answer_by_the_virtual_one),
		cmocka_unit_test(no_sum_stays_no_sum),
		cmocka_unit_test(nobody_sends_by_the_virtual_address_itself),
		cmocka_unit_test(candidates_take_what_is_new_or_known),
		cmocka_unit_test(candidates_are_asked_from_a_container),
		cmocka_unit_test(a_busy_backend_declines),
		cmocka_unit_test(one_flow_is_one_services),
		cmocka_unit_test(policies_judge_what_the_backend_gets),
		cmocka_unit_test(errors_of_backends_speak_of_the_virtual_address),
		cmocka_unit_test(errors_of_clients_reach_the_backend),
		cmocka_unit_test(packet_too_big_reaches_the_backend),
		cmocka_unit_test(fragments_follow_their_first),
		cmocka_unit_test(errors_quote_what_the_client_sent),
		cmocka_unit_test(what_is_for_no_backend_is_dropped),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
