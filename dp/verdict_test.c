// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What passes: connections and their replies, fragments, ICMP errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dp/memory_test.h"
#include "dp/tables_test.h"
#include "dp/verdict.h"

#define TENANT 7u
#define GUEST  8u /* another tenant, whose endpoints may come */
#define SET    1ull
#define SET_8  2ull
#define POLICY 5

#define S (WF_TCP_SYN)
#define A (WF_TCP_ACK)
#define F (WF_TCP_FIN | WF_TCP_ACK)
#define R (WF_TCP_RST)

static const struct wf_config config = {.block = WF_DEFAULT_BLOCK, .node = 1};
static struct test_tables tables;
static struct test_memory memory;
static struct wf_world world = {.config = &config,
				.find = test_tables_find,
				.tables = &tables,
				.recall = test_memory_recall,
				.remember = test_memory_remember,
				.memory = &memory};

static const struct wf_party a = {TENANT, 1}, b = {TENANT, 2}, guest = {GUEST, 1};
static const struct wf_side side_a = {TENANT, 1}, side_b = {TENANT, 2}, side_guest = {GUEST, 1};

static void put_set(uint32_t tenant, uint64_t number, struct wf_set set)
{
	const struct wf_tenant_entry entry = {.set = number, .set_out = number};

	test_tables_put(&tables, WF_TABLE_SET, &number, &set);
	test_tables_put(&tables, WF_TABLE_TENANT, &tenant, &entry);
}

/* Of @from's packets to @to: what @list says; its number is that of its first policy. */
static void put_list(struct wf_side from, struct wf_side to, const struct wf_ranges *list)
{
	const struct wf_verdict_key key = {.set = SET, .from = from, .to = to};
	const uint64_t number = (uint64_t)from.tenant << 32 | from.id << 8 | to.id;

	test_tables_put(&tables, WF_TABLE_RANGES, &number, list);
	test_tables_put(&tables, WF_TABLE_VERDICT, &key, &number);
}

static void put_all(struct wf_side from, struct wf_side to, uint8_t verdict)
{
	const struct wf_ranges list = {.n = 1,
				       .items = {{.last = WF_RANGE_LAST,
						  .policy = POLICY,
						  .way = verdict == WF_VERDICT_ALLOW ? POLICY : 0,
						  .verdict = verdict}}};

	put_list(from, to, &list);
}

/* TCP and UDP port 80 alone. */
static void put_port_80(struct wf_side from, struct wf_side to)
{
	static const uint32_t lasts[] = {6 << 16 | 79, 6 << 16 | 80, 17 << 16 | 79, 17 << 16 | 80,
					 WF_RANGE_LAST};
	struct wf_ranges list = {.n = 5};

	for (uint32_t i = 0; i < list.n; i++) {
		list.items[i].last = lasts[i];
		if (i % 2)
			list.items[i] = (struct wf_range){.last = lasts[i],
							  .policy = POLICY,
							  .way = POLICY,
							  .verdict = WF_VERDICT_ALLOW};
	}
	put_list(from, to, &list);
}

static void put_policy(uint8_t is_symmetric)
{
	const struct wf_policy_key key = {.set = SET, .policy = POLICY};
	const struct wf_policy_entry entry = {.is_symmetric = is_symmetric};

	test_tables_put(&tables, WF_TABLE_POLICY, &key, &entry);
}

/* Only what policies allow; nothing yet. */
static int fill(void **state)
{
	tables.n = 0;
	memory.n = 0;
	world.now_s = 1000;
	put_set(TENANT, SET,
		(struct wf_set){.is_deny_default = 1, .is_tracked = 1, .has_verdicts = 1});
	put_set(GUEST, SET_8, (struct wf_set){0});
	put_policy(0);
	return 0;
}

static struct wf_case last;

/* Judges what @l4 bytes of the upper layer make of @in. */
static enum wf_drop judge(const struct wf_inner *in, const uint8_t l4[WF_CASE_BYTES], uint32_t n,
			  const struct wf_party *from, const struct wf_party *to, uint32_t id)
{
	wf_case_fill(in, l4, n, &last);
	last.fragment_id = id;
	wf_case_parties(&last, *from, *to, WF_STAGE_IN);
	return wf_verdict_decide(&world, &last);
}

/* The address of a party: fd00::tenant:identity. */
static void addr_of(const struct wf_party *p, uint8_t ret[16])
{
	memset(ret, 0, 16);
	ret[0] = 0xfd;
	ret[14] = (uint8_t)p->home;
	ret[15] = (uint8_t)p->identity;
}

static struct wf_inner inner_of(const struct wf_party *from, const struct wf_party *to,
				uint8_t proto)
{
	struct wf_inner in = {.flow = {.proto = proto},
			      .l3_off = 14,
			      .l4_off = 54,
			      .ip_len = 140,
			      .upper = proto};

	addr_of(from, in.flow.src);
	addr_of(to, in.flow.dst);
	return in;
}

static enum wf_drop packet(const struct wf_party *from, uint16_t sport, const struct wf_party *to,
			   uint16_t dport, uint8_t proto, uint8_t tcp_flags)
{
	const uint8_t l4[WF_CASE_BYTES] = {[12] = 0x50, tcp_flags};
	struct wf_inner in = inner_of(from, to, proto);

	in.flow.sport = wf_htons(sport);
	in.flow.dport = wf_htons(dport);
	return judge(&in, l4, WF_CASE_BYTES, from, to, 0);
}

static enum wf_drop tcp(const struct wf_party *from, uint16_t sport, const struct wf_party *to,
			uint16_t dport, uint8_t flags)
{
	return packet(from, sport, to, dport, 6, flags);
}

static enum wf_drop udp(const struct wf_party *from, uint16_t sport, const struct wf_party *to,
			uint16_t dport)
{
	return packet(from, sport, to, dport, 17, 0);
}

static enum wf_drop icmp(const struct wf_party *from, const struct wf_party *to, uint8_t type,
			 uint16_t id)
{
	return packet(from, id, to, (uint16_t)(type << 8), 58, 0);
}

static void replies_pass_and_nothing_else_does(void **state)
{
	put_port_80(side_a, side_b);
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_DENIED);
	assert_int_equal(tcp(&a, 40000, &b, 80, S), WF_DROP_NONE);
	assert_int_equal(tcp(&b, 80, &a, 40000, S | A), WF_DROP_NONE);
	assert_int_equal(tcp(&b, 80, &a, 40001, A), WF_DROP_DENIED);
	assert_int_equal(tcp(&b, 81, &a, 40000, A), WF_DROP_DENIED);
	assert_int_equal(tcp(&b, 80, &a, 40000, S), WF_DROP_DENIED); /* opens, is no reply */
	assert_int_equal(udp(&b, 80, &a, 40000), WF_DROP_DENIED);
	assert_int_equal(udp(&a, 40000, &b, 80), WF_DROP_NONE);
	assert_int_equal(udp(&b, 80, &a, 40000), WF_DROP_NONE);
	assert_int_equal(tcp(&a, 40000, &b, 81, S), WF_DROP_DENIED);
	assert_int_equal(tcp(&b, 81, &a, 40000, S | A), WF_DROP_DENIED);
}

static void pings_are_answered_by_their_identifier(void **state)
{
	put_all(side_a, side_b, WF_VERDICT_ALLOW);
	assert_int_equal(icmp(&b, &a, 129, 7), WF_DROP_DENIED);
	assert_int_equal(icmp(&a, &b, 128, 7), WF_DROP_NONE);
	assert_int_equal(icmp(&b, &a, 129, 7), WF_DROP_NONE);
	assert_int_equal(icmp(&b, &a, 129, 8), WF_DROP_DENIED);
	assert_int_equal(icmp(&b, &a, 128, 7), WF_DROP_DENIED);
	assert_int_equal(icmp(&a, &b, 129, 9), WF_DROP_NONE); /* a reply opens nothing */
	assert_int_equal(icmp(&b, &a, 128, 9), WF_DROP_DENIED);
}

static void what_may_become_a_reply_is_not_remembered_as_denied(void **state)
{
	put_port_80(side_a, side_b);
	assert_int_equal(udp(&b, 80, &a, 40000), WF_DROP_DENIED);
	assert_true(last.is_once);
	assert_int_equal(udp(&a, 40000, &b, 80), WF_DROP_NONE);
	assert_false(last.is_once);
	put_set(TENANT, SET, (struct wf_set){.is_deny_default = 1});
	assert_int_equal(udp(&b, 80, &a, 40000), WF_DROP_DENIED); /* nothing is followed */
	assert_false(last.is_once);
}

static void a_changed_policy_acts_on_what_is_established(void **state)
{
	put_port_80(side_a, side_b);
	assert_int_equal(tcp(&a, 40000, &b, 80, S), WF_DROP_NONE);
	assert_int_equal(tcp(&b, 80, &a, 40000, S | A), WF_DROP_NONE);
	put_all(side_a, side_b, WF_VERDICT_DENY);
	assert_int_equal(tcp(&a, 40000, &b, 80, A), WF_DROP_DENIED);
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_DENIED);
	put_all(side_b, side_a, WF_VERDICT_ALLOW); /* what crosses does not turn it round */
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_NONE);
	assert_int_equal(tcp(&a, 40000, &b, 80, A), WF_DROP_DENIED);
	put_port_80(side_a, side_b);
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_NONE);
}

/* b's answers are allowed by themselves; they do not become what a's packets are replies to. */
static void a_denied_connection_is_not_opened_from_its_other_end(void **state)
{
	put_port_80(side_a, side_b);
	assert_int_equal(tcp(&a, 70, &b, 80, S), WF_DROP_NONE);
	assert_int_equal(udp(&a, 70, &b, 80), WF_DROP_NONE);
	put_all(side_a, side_b, WF_VERDICT_NONE);
	put_all(side_b, side_a, WF_VERDICT_ALLOW);
	assert_int_equal(tcp(&b, 80, &a, 70, A), WF_DROP_NONE);
	assert_int_equal(tcp(&a, 70, &b, 80, A), WF_DROP_DENIED);
	assert_int_equal(udp(&b, 80, &a, 70), WF_DROP_NONE);
	assert_int_equal(udp(&a, 70, &b, 80), WF_DROP_DENIED);
	world.now_s += WF_AGE_UDP + 1; /* a new conversation */
	assert_int_equal(udp(&b, 80, &a, 70), WF_DROP_NONE);
	assert_int_equal(udp(&a, 70, &b, 80), WF_DROP_NONE);
	assert_int_equal(tcp(&b, 80, &a, 70, S), WF_DROP_NONE);
	assert_int_equal(tcp(&a, 70, &b, 80, S | A), WF_DROP_NONE);
}

/* Default allow, nothing followed; then b's port 80 is closed to a. */
static void what_was_open_before_is_not_turned_round(void **state)
{
	put_set(TENANT, SET, (struct wf_set){0});
	assert_int_equal(tcp(&a, 40000, &b, 80, S), WF_DROP_NONE);
	assert_int_equal(memory.n, 0);
	put_set(TENANT, SET, (struct wf_set){.is_tracked = 1, .has_verdicts = 1});
	put_all(side_a, side_b, WF_VERDICT_DENY);
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_NONE);
	assert_int_equal(tcp(&a, 40000, &b, 80, A), WF_DROP_DENIED);
	assert_int_equal(udp(&b, 80, &a, 40000), WF_DROP_NONE);
	assert_int_equal(udp(&a, 40000, &b, 80), WF_DROP_DENIED);
	assert_int_equal(udp(&b, 40000, &a, 53), WF_DROP_NONE); /* but b may still ask */
	assert_int_equal(udp(&a, 53, &b, 40000), WF_DROP_NONE);
}

/* The memory was lost, or began later. */
static void an_open_connection_is_taken_up_by_its_opener(void **state)
{
	put_port_80(side_a, side_b);
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_DENIED);
	assert_int_equal(tcp(&a, 40000, &b, 80, A), WF_DROP_NONE);
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_NONE);
	world.now_s += 7000;
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_NONE);
}

static void connections_are_forgotten_at_their_age(void **state)
{
	static const struct {
		uint8_t flags[4], n_back; /* opener's; how many the other side answers with */
		uint8_t last;
		uint32_t age;
	} cases[] = {
		{{S}, 0, A, WF_AGE_TCP_PASSING},       {{S, A}, 1, A, WF_AGE_TCP_OPEN},
		{{S, A, F}, 1, A, WF_AGE_TCP_OPEN}, /* half closed */
		{{S, A, F}, 3, A, WF_AGE_TCP_PASSING}, {{S, R}, 1, A, WF_AGE_TCP_RESET},
		{{S, R, S}, 0, A, WF_AGE_TCP_PASSING}, /* opened anew */
	};

	put_port_80(side_a, side_b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const uint16_t port = (uint16_t)(40000 + i);

		for (int late = 0; late < 2; late++) {
			memory.n = 0;
			for (int k = 0; k < 4 && cases[i].flags[k]; k++)
				assert_int_equal(tcp(&a, port, &b, 80, cases[i].flags[k]),
						 WF_DROP_NONE);
			for (int k = 0; k < cases[i].n_back; k++)
				assert_int_equal(tcp(&b, 80, &a, port, k == 2 ? F : A),
						 WF_DROP_NONE);
			world.now_s += cases[i].age + (uint32_t)late;
			assert_int_equal(tcp(&b, 80, &a, port, cases[i].last),
					 late ? WF_DROP_DENIED : WF_DROP_NONE);
		}
	}
	assert_int_equal(udp(&a, 1000, &b, 80), WF_DROP_NONE);
	world.now_s += WF_AGE_UDP;
	assert_int_equal(udp(&b, 80, &a, 1000), WF_DROP_NONE); /* which keeps it */
	world.now_s += WF_AGE_UDP;
	assert_int_equal(udp(&b, 80, &a, 1000), WF_DROP_NONE);
	world.now_s += WF_AGE_UDP + 1;
	assert_int_equal(udp(&b, 80, &a, 1000), WF_DROP_DENIED);
}

/* The guest's tenant knows nothing of the policy that lets it in. */
static void replies_reach_other_tenants(void **state)
{
	put_port_80(side_guest, side_b);
	assert_int_equal(tcp(&b, 80, &guest, 40000, S | A), WF_DROP_DENIED);
	assert_int_equal(tcp(&guest, 40000, &b, 80, S), WF_DROP_NONE);
	assert_int_equal(tcp(&b, 80, &guest, 40000, S | A), WF_DROP_NONE);
	assert_int_equal(last.ruling.way, 0);
	assert_int_equal(last.ruling.is_tracked, 1);
	assert_int_equal(tcp(&b, 40000, &guest, 80, S), WF_DROP_DENIED);
}

static void replies_of_a_symmetric_policy_take_its_mirror(void **state)
{
	put_port_80(side_a, side_b);
	assert_int_equal(tcp(&a, 40000, &b, 80, S), WF_DROP_NONE);
	assert_int_equal(last.ruling.way, POLICY);
	assert_int_equal(last.ruling.is_reverse, 0);
	assert_int_equal(tcp(&b, 80, &a, 40000, S | A), WF_DROP_NONE);
	assert_int_equal(last.ruling.way, 0);
	put_policy(1);
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_NONE);
	assert_int_equal(last.ruling.way, POLICY);
	assert_int_equal(last.ruling.is_reverse, 1);
	put_set(TENANT, SET, (struct wf_set){.is_tracked = 1, .has_verdicts = 1});
	assert_int_equal(tcp(&b, 80, &a, 40000, A), WF_DROP_NONE); /* allowed anyway: the same */
	assert_int_equal(last.ruling.way, POLICY);
	assert_int_equal(tcp(&b, 80, &a, 40001, A), WF_DROP_NONE); /* no reply */
	assert_int_equal(last.ruling.way, 0);
}

/* @flags: WF_INNER_*; of a first fragment @len bytes of the upper layer. */
static enum wf_drop fragment(uint8_t flags, uint32_t id, uint8_t proto, uint16_t dport,
			     uint32_t len)
{
	uint8_t l4[WF_CASE_BYTES] = {0x9c,	     0x40,	  (uint8_t)(dport >> 8),
				     (uint8_t)dport, [12] = 0x50, S};
	struct wf_inner in = inner_of(&a, &b, proto);

	in.flags = WF_INNER_FRAGMENT | flags;
	in.flow.is_fragment = 1;
	in.ip_len = in.l4_off - in.l3_off + len;
	return judge(&in, l4, len < WF_CASE_BYTES ? len : WF_CASE_BYTES, &a, &b, id);
}

static void later_fragments_follow_their_first(void **state)
{
	const uint8_t later = WF_INNER_LATER_FRAGMENT;

	put_port_80(side_a, side_b);
	assert_int_equal(fragment(later, 1, 17, 0, 8), WF_DROP_FRAGMENT);
	assert_true(last.is_once);
	assert_int_equal(fragment(0, 1, 17, 80, 8), WF_DROP_NONE);
	assert_true(last.is_once);
	assert_int_equal(fragment(later, 1, 17, 0, 8), WF_DROP_NONE);
	assert_int_equal(last.ruling.way, POLICY);
	assert_true(last.is_once);
	assert_int_equal(fragment(later, 2, 17, 0, 8), WF_DROP_FRAGMENT);
	assert_int_equal(fragment(later, 1, 6, 0, 8), WF_DROP_FRAGMENT);
	assert_int_equal(fragment(0, 3, 17, 81, 8), WF_DROP_DENIED);
	assert_int_equal(fragment(later, 3, 17, 0, 8), WF_DROP_FRAGMENT);
	world.now_s += WF_FRAGMENT_AGE_S;
	assert_int_equal(fragment(later, 1, 17, 0, 8), WF_DROP_NONE);
	world.now_s++;
	assert_int_equal(fragment(later, 1, 17, 0, 8), WF_DROP_FRAGMENT);
}

static void first_fragments_must_hold_the_transport_header(void **state)
{
	put_port_80(side_a, side_b);
	assert_int_equal(fragment(0, 1, 6, 80, 20), WF_DROP_NONE);
	assert_int_equal(fragment(0, 1, 6, 80, 19), WF_DROP_FRAGMENT);
	assert_int_equal(fragment(0, 1, 6, 80, 8), WF_DROP_FRAGMENT);
	assert_int_equal(fragment(0, 1, 17, 80, 7), WF_DROP_FRAGMENT);
	assert_int_equal(fragment(0, 1, 17, 80, 0), WF_DROP_FRAGMENT);
}

/* Ports do not matter: all fragments of the flow are judged, and remembered, alike. */
static void without_rules_about_ports_fragments_are_free(void **state)
{
	for (uint8_t tracked = 0; tracked < 2; tracked++) {
		put_set(TENANT, SET, (struct wf_set){.is_tracked = tracked});
		assert_int_equal(fragment(WF_INNER_LATER_FRAGMENT, 1, 17, 0, 8), WF_DROP_NONE);
		assert_false(last.is_once);
		assert_int_equal(fragment(WF_INNER_LATER_FRAGMENT, 1, 60, 0, 8), WF_DROP_NONE);
		assert_int_equal(fragment(0, 1, 6, 80, 8), WF_DROP_NONE);
	}
	put_set(TENANT, SET, (struct wf_set){.is_deny_default = 1});
	assert_int_equal(fragment(WF_INNER_LATER_FRAGMENT, 1, 17, 0, 8), WF_DROP_DENIED);
	assert_false(last.is_once);
}

/* Destination Options behind the Fragment header: any protocol may follow. */
static void a_fragment_of_unknown_protocol_is_not_judged_by_one(void **state)
{
	const struct wf_ranges not_tcp = {
		.n = 3,
		.items = {{.last = (6 << 16) - 1, .verdict = WF_VERDICT_ALLOW},
			  {.last = 6 << 16 | 0xffff, .verdict = WF_VERDICT_DENY},
			  {.last = WF_RANGE_LAST, .verdict = WF_VERDICT_ALLOW}}};

	put_list(side_a, side_b, &not_tcp);
	assert_int_equal(fragment(WF_INNER_LATER_FRAGMENT, 1, 17, 0, 8), WF_DROP_NONE);
	assert_int_equal(fragment(WF_INNER_LATER_FRAGMENT, 1, 60, 0, 8), WF_DROP_FRAGMENT);
}

/* Port unreachable from @from to @to, about a UDP packet between these ports that @to sent. */
static enum wf_drop error(const struct wf_party *from, const struct wf_party *to, uint16_t sport,
			  uint16_t dport)
{
	const uint8_t l4[WF_CASE_BYTES] = {1, 4};
	struct wf_inner in = inner_of(from, to, 58);
	struct wf_inner quoted = inner_of(to, from, 17);

	in.flow.dport = WF_BE16(1 << 8 | 4);
	quoted.flow.sport = wf_htons(sport);
	quoted.flow.dport = wf_htons(dport);
	wf_case_fill(&in, l4, 8, &last);
	last.has_back = 1;
	last.back.flow = quoted.flow;
	wf_case_parties(&last, *from, *to, WF_STAGE_IN);
	return wf_verdict_decide(&world, &last);
}

static void errors_pass_about_what_was_sent_and_is_allowed(void **state)
{
	put_port_80(side_a, side_b);
	assert_int_equal(error(&b, &a, 40000, 80), WF_DROP_ICMP_UNRELATED); /* a may, but did not */
	assert_true(last.is_once);
	assert_int_equal(udp(&a, 40000, &b, 80), WF_DROP_NONE);
	assert_int_equal(error(&b, &a, 40000, 80), WF_DROP_NONE);
	assert_int_equal(error(&b, &a, 40000, 81), WF_DROP_ICMP_UNRELATED);
	assert_int_equal(error(&a, &b, 80, 40000), WF_DROP_NONE); /* about a reply */
	assert_int_equal(error(&a, &b, 80, 40001), WF_DROP_ICMP_UNRELATED);
}

static void errors_are_about_a_packet_of_their_receiver_to_their_sender(void **state)
{
	static const struct {
		uint8_t has_quote, src, dst; /* last bytes of the quoted addresses */
		enum wf_drop drop;
	} cases[] = {
		{1, 1, 2, WF_DROP_NONE},	   {0, 1, 2, WF_DROP_ICMP_UNRELATED},
		{1, 2, 1, WF_DROP_ICMP_UNRELATED}, {1, 1, 3, WF_DROP_ICMP_UNRELATED},
		{1, 3, 2, WF_DROP_ICMP_UNRELATED},
	};
	const uint8_t l4[WF_CASE_BYTES] = {2};

	put_set(TENANT, SET, (struct wf_set){0}); /* all is allowed */
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_inner in = inner_of(&b, &a, 58);

		in.flow.dport = WF_BE16(2 << 8);
		wf_case_fill(&in, l4, 8, &last);
		last.has_back = cases[i].has_quote;
		last.back.flow = inner_of(&a, &b, 17).flow;
		last.back.flow.src[15] = cases[i].src;
		last.back.flow.dst[15] = cases[i].dst;
		wf_case_parties(&last, b, a, WF_STAGE_IN);
		assert_int_equal(wf_verdict_decide(&world, &last), cases[i].drop);
	}
}

static void a_world_without_memory_knows_no_reply(void **state)
{
	world.recall = NULL;
	world.remember = NULL;
	put_port_80(side_a, side_b);
	assert_int_equal(tcp(&a, 40000, &b, 80, S), WF_DROP_NONE);
	assert_int_equal(tcp(&b, 80, &a, 40000, S | A), WF_DROP_DENIED);
	world.recall = test_memory_recall;
	world.remember = test_memory_remember;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(replies_pass_and_nothing_else_does, fill),
		cmocka_unit_test_setup(pings_are_answered_by_their_identifier, fill),
		cmocka_unit_test_setup(what_may_become_a_reply_is_not_remembered_as_denied, fill),
		cmocka_unit_test_setup(a_changed_policy_acts_on_what_is_established, fill),
		cmocka_unit_test_setup(a_denied_connection_is_not_opened_from_its_other_end, fill),
		cmocka_unit_test_setup(what_was_open_before_is_not_turned_round, fill),
		cmocka_unit_test_setup(an_open_connection_is_taken_up_by_its_opener, fill),
		cmocka_unit_test_setup(connections_are_forgotten_at_their_age, fill),
		cmocka_unit_test_setup(replies_reach_other_tenants, fill),
		cmocka_unit_test_setup(replies_of_a_symmetric_policy_take_its_mirror, fill),
		cmocka_unit_test_setup(later_fragments_follow_their_first, fill),
		cmocka_unit_test_setup(first_fragments_must_hold_the_transport_header, fill),
		cmocka_unit_test_setup(without_rules_about_ports_fragments_are_free, fill),
		cmocka_unit_test_setup(a_fragment_of_unknown_protocol_is_not_judged_by_one, fill),
		cmocka_unit_test_setup(errors_pass_about_what_was_sent_and_is_allowed, fill),
		cmocka_unit_test_setup(errors_are_about_a_packet_of_their_receiver_to_their_sender,
				       fill),
		cmocka_unit_test_setup(a_world_without_memory_knows_no_reply, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
