// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Services at the client's node: the backend, the policies, the answers. */
#include "bpf/service_test.h"

#include <netinet/in.h>
#include <stdio.h>

#include "wire/tcp.h"

static const struct wf_candidate none = {0};

static struct ip_spec to_vip(int v6, uint8_t proto)
{
	return (struct ip_spec){.src = addr_a[v6],
				.dst = vip[v6],
				.proto = proto,
				.sport = 4000,
				.dport = 80,
				.payload = 21};
}

static void apply(struct fixture *f, const struct ip_spec *s, struct packet *in, struct outcome *o)
{
	packet_from_container(in, s);
	fixture_run(f, PROG_APPLY, f->ports[0], in, o);
}

/* 64 bytes of header by POLICY's way, whose final SID is R's own; the packet is as it was. */
static void a_flow_goes_to_its_owners_sid(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;
	uint8_t sid[16];

	service_fill(f, backend_r, none, none);
	addr_of("5f00:0:2:f009:" RED_ARG, sid);
	for (int v6 = 0; v6 < 2; v6++)
		for (int again = 0; again < 2; again++) {
			struct ip_spec s = to_vip(v6, again ? IPPROTO_TCP : IPPROTO_UDP);

			apply(f, &s, &in, &o);
			assert_int_equal(o.drop, WF_DROP_NONE);
			assert_int_equal(o.verdict, VERDICT_REDIRECT);
			assert_memory_equal(o.out.bytes + ETH_LEN + 48, sid, 16);
			assert_hop_later(&o.out, ETH_LEN + 64, &in, ETH_LEN, 0);
		}
}

static void other_ports_of_the_address_are_nobodys(void **state)
{
	struct ip_spec s = to_vip(0, IPPROTO_UDP);
	struct packet in;
	struct outcome o;

	service_fill(*state, backend_r, none, none);
	fixture_refill(*state);
	s.dport = 81;
	apply(*state, &s, &in, &o);
	assert_int_equal(o.drop, WF_DROP_NO_ENDPOINT);
	s = (struct ip_spec){
		.src = addr_a[0], .dst = vip[0], .proto = IPPROTO_ICMP, .icmp_type = 8};
	apply(*state, &s, &in, &o);
	assert_int_equal(o.drop, WF_DROP_NO_ENDPOINT);
}

static void who_finds_no_backend_is_told(void **state)
{
	struct packet in;
	struct outcome o;

	service_fill(*state, none, none, none);
	fixture_refill(*state);
	for (int v6 = 0; v6 < 2; v6++) {
		struct ip_spec s = to_vip(v6, IPPROTO_TCP);

		apply(*state, &s, &in, &o);
		assert_int_equal(o.drop, WF_DROP_NO_BACKEND);
		assert_int_equal(o.verdict, VERDICT_REDIRECT);
		assert_sums(&o.out, ETH_LEN);
	}
}

/* Slots alternate; what is spread by flows, and by clients. */
static void flows_spread_or_stay_with_their_client(void **state)
{
	const struct wf_share_key key = {.tenant = RED, .service = SERVICE};
	struct fixture *f = *state;
	struct wf_service_entry entry = service_plain;
	struct wf_share share = {0};
	struct packet in;
	struct outcome o;

	service_fill(f, backend_r, none, none);
	for (int i = 0; i < WF_SHARE_SLOTS; i++)
		share.slots[i][0] = i % 2 ? backend_r : none;
	fixture_put(f, WF_TABLE_SHARE, &key, &share);
	for (int by_client = 0; by_client < 2; by_client++) {
		int n_none = 0;

		entry.is_by_client = (uint8_t)by_client;
		service_put(f, &entry);
		for (uint16_t port = 5000; port < 5040; port++) {
			struct ip_spec s = to_vip(0, IPPROTO_TCP);

			s.sport = port;
			apply(f, &s, &in, &o);
			n_none += o.drop == WF_DROP_NO_BACKEND;
		}
		if (by_client)
			assert_true(n_none == 0 || n_none == 40);
		else
			assert_in_range(n_none, 8, 32);
	}
}

/* To the target port of R, by its identity; what the client sends does not count. */
static void policies_are_asked_of_the_backend(void **state)
{
	const struct wf_side a = {RED, IDENTITY_A}, r = {RED, IDENTITY_R};
	const struct wf_set set = {.is_deny_default = 1, .has_verdicts = 1, .has_zones = 1};
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	service_fill(f, backend_r, none, none);
	world_put_set(f, RED, RED_SET, &set);
	for (uint32_t allowed = 80; allowed <= 8080; allowed += 8000) {
		const struct wf_range ranges[] = {
			{.last = 6 << 16 | (allowed - 1)},
			{.last = 6 << 16 | allowed,
			 .policy = POLICY,
			 .way = POLICY,
			 .verdict = WF_VERDICT_ALLOW},
			{.last = WF_RANGE_LAST},
		};

		world_put_list(f, RED_SET, a, r, 1, ranges, 3);
		for (int v6 = 0; v6 < 2; v6++) {
			struct ip_spec s = to_vip(v6, IPPROTO_TCP);

			apply(f, &s, &in, &o);
			assert_int_equal(o.drop, allowed == 8080 ? WF_DROP_NONE : WF_DROP_DENIED);
		}
	}
}

static void a_backend_is_not_its_own_client(void **state)
{
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	service_fill(f, backend_b, none, none);
	fixture_refill(f);
	for (int v6 = 0; v6 < 2; v6++) {
		struct ip_spec s = to_vip(v6, IPPROTO_TCP);

		s.src = addr_b[v6];
		packet_from_b(&in, &s);
		fixture_run(f, PROG_APPLY, f->ports[1], &in, &o);
		assert_int_equal(o.drop, WF_DROP_HAIRPIN);
		assert_int_equal(o.verdict, VERDICT_REDIRECT); /* it is told */
	}
}

/* From A to B on one node, and the answer, as each of them sees it. */
static void a_backend_may_live_on_the_clients_node(void **state)
{
	static const uint8_t protos[] = {IPPROTO_TCP, IPPROTO_UDP};
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	service_fill(f, backend_b, none, none);
	for (int i = 0; i < 4; i++) {
		const int v6 = i / 2;
		struct ip_spec s = to_vip(v6, protos[i % 2]);

		for (int again = 0; again < 2; again++) {
			apply(f, &s, &in, &o);
			assert_to_b(&o);
			assert_ends(&o.out, ETH_LEN, addr_a[v6], 4000, addr_b[v6], 8080);
		}
		s = (struct ip_spec){.src = addr_b[v6],
				     .dst = addr_a[v6],
				     .proto = s.proto,
				     .sport = 8080,
				     .dport = 4000,
				     .payload = 40};
		packet_from_b(&in, &s);
		for (int again = 0; again < 2; again++) {
			fixture_run(f, PROG_APPLY, f->ports[1], &in, &o);
			assert_int_equal(o.drop, WF_DROP_NONE);
			assert_memory_equal(o.out.bytes, mac_a, 6);
			assert_ends(&o.out, ETH_LEN, vip[v6], 80, addr_a[v6], 4000);
		}
	}
}

/* R's answer to A, by the virtual address. */
static void answer(struct fixture *f, const char *node, const char *arg, int v6, struct outcome *o)
{
	char sid[64];
	const struct outer_spec outer = {.src = node, .dst = sid};
	const struct ip_spec s = {.src = vip[v6],
				  .dst = addr_a[v6],
				  .proto = IPPROTO_TCP,
				  .sport = 80,
				  .dport = 4000,
				  .payload = 40};
	struct packet in;

	snprintf(sid, sizeof(sid), "5f00:0:1:e046:%s", arg);
	packet_from_underlay(&in, &outer, &s);
	packet_flags(&in, ETH_LEN + 40, WF_TCP_ACK);
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, o);
}

static void answers_come_from_candidates_alone(void **state)
{
	static const struct {
		const char *node, *arg;
		enum wf_drop drop;
	} cases[] = {
		{"5f00:0:2::1", ARG_R, WF_DROP_NONE},
		{"5f00:0:3::1", ARG_R, WF_DROP_SOURCE_NODE},
		{"5f00:0:2::1", "abcd:ef00:99:0", WF_DROP_IDENTITY}, /* B's, who lives elsewhere */
		{"5f00:0:2::1", "abcd:ef00::", WF_DROP_IDENTITY},
		{"5f00:0:9::1", "abcd:ef00::", WF_DROP_SOURCE_NODE},
	};
	struct outcome o;

	service_fill(*state, backend_r, none, none);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int v6 = 0; v6 < 2; v6++) {
			answer(*state, cases[i].node, cases[i].arg, v6, &o);
			assert_int_equal(o.drop, cases[i].drop);
			if (!o.drop)
				assert_ends(&o.out, ETH_LEN, vip[v6], 80, addr_a[v6], 4000);
		}
}

/* Nothing is allowed but A to R's tcp/8080: the answer passes behind the question. */
static void answers_pass_where_only_the_question_may(void **state)
{
	const struct wf_side a = {RED, IDENTITY_A}, r = {RED, IDENTITY_R};
	const struct wf_set set = {
		.is_deny_default = 1, .is_tracked = 1, .has_verdicts = 1, .has_zones = 1};
	const struct wf_range ranges[] = {
		{.last = 6 << 16 | 8079},
		{.last = 6 << 16 | 8080,
		 .policy = POLICY,
		 .way = POLICY,
		 .verdict = WF_VERDICT_ALLOW},
		{.last = WF_RANGE_LAST},
	};
	struct fixture *f = *state;
	struct packet in;
	struct outcome o;

	service_fill(f, backend_r, none, none);
	world_put_set(f, RED, RED_SET, &set);
	world_put_list(f, RED_SET, a, r, 1, ranges, 3);
	for (int v6 = 0; v6 < 2; v6++) {
		struct ip_spec s = to_vip(v6, IPPROTO_TCP);

		answer(f, NULL, ARG_R, v6, &o);
		assert_int_equal(o.drop, WF_DROP_DENIED);
		packet_from_container(&in, &s);
		packet_flags(&in, ETH_LEN, WF_TCP_SYN);
		fixture_run(f, PROG_APPLY, f->ports[0], &in, &o);
		assert_int_equal(o.drop, WF_DROP_NONE);
		answer(f, NULL, ARG_R, v6, &o);
		assert_int_equal(o.drop, WF_DROP_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_goes_to_its_owners_sid),
		cmocka_unit_test(other_ports_of_the_address_are_nobodys),
		cmocka_unit_test(who_finds_no_backend_is_told),
		cmocka_unit_test(flows_spread_or_stay_with_their_client),
		cmocka_unit_test(policies_are_asked_of_the_backend),
		cmocka_unit_test(a_backend_is_not_its_own_client),
		cmocka_unit_test(a_backend_may_live_on_the_clients_node),
		cmocka_unit_test(answers_come_from_candidates_alone),
		cmocka_unit_test(answers_pass_where_only_the_question_may),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
