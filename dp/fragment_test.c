// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What passes of what has no ports: fragments by their first, ICMP errors by what they quote. */
#include "dp/verdict_world_test.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(later_fragments_follow_their_first, fill),
		cmocka_unit_test_setup(first_fragments_must_hold_the_transport_header, fill),
		cmocka_unit_test_setup(without_rules_about_ports_fragments_are_free, fill),
		cmocka_unit_test_setup(a_fragment_of_unknown_protocol_is_not_judged_by_one, fill),
		cmocka_unit_test_setup(errors_pass_about_what_was_sent_and_is_allowed, fill),
		cmocka_unit_test_setup(errors_are_about_a_packet_of_their_receiver_to_their_sender,
				       fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
