// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Cut, changed and random packets: what the programs do is what the slow judge says. */
#include <netinet/in.h>

#include "bpf/judge_test.h"
#include "bpf/world_test.h"

#define DT46	  "5f00:0:1:e046:" RED_ARG
#define N_MUTANTS 10000 /* for each program */

static const uint8_t hop[16] = {60, 0, 1, 4, 0, 0, 0, 0, 0xff, 0, 1, 4};
static const uint8_t options[8] = {0x94, 4, 0, 0, 1, 1, 1, 1};
static const uint8_t tlvs[16] = {124, 6, 0, 9, 0, 1, 0xaa, 0xbb, 4, 2, 0, 0, 0, 0, 0, 0};

static const struct ip_spec out_seeds[] = {
	{.src = "10.0.0.1", .dst = "10.0.0.3", .sport = 1, .dport = 2, .payload = 30},
	{.src = "10.0.0.1", .dst = "10.0.0.2", .proto = IPPROTO_TCP, .payload = 9},
	{.src = "10.0.0.1", .dst = "10.0.0.3", .ext = options, .ext_len = 8, .payload = 5},
	{.src = "10.0.0.1", .dst = "169.254.1.1", .proto = IPPROTO_ICMP, .icmp_type = 8},
	{.src = "fd00::1", .dst = "fd00::3", .sport = 1, .dport = 2, .payload = 30},
	{.src = "fd00::1", .dst = "fd00::2", .proto = IPPROTO_TCP, .payload = 9},
	{.src = "fd00::1", .dst = "fd00::3", .ext = hop, .ext_len = 16, .payload = 7},
	{.src = "fd00::1", .dst = "fd00::3", .has_fragment_header = true, .frag = 0x101},
	{.src = "fd00::1", .dst = "fe80::1", .proto = IPPROTO_ICMPV6, .icmp_type = 128},
};
static const struct outer_spec in_outers[] = {
	{.dst = DT46},
	{.dst = DT46, .n_segments = 1, .segments = {DT46}},
	{.dst = DT46, .n_segments = 2, .segments = {DT46, DT46}, .tlvs = tlvs, .tlvs_len = 16},
	{.dst = "5f00:0:1:1:4::", .n_segments = 1, .segments = {DT46}, .segments_left = 1},
	{.dst = "5f00:0:1:e001::",
	 .n_segments = 2,
	 .segments = {DT46, "5f00:0:1:1::"},
	 .segments_left = 2},
	{.dst = "5f00:0:1:e001::",
	 .n_segments = 1,
	 .segments = {"5f00:0:2:e046:" RED_ARG},
	 .segments_left = 1},
};
static const struct ip_spec in_inners[] = {
	{.src = "10.0.0.3", .dst = "10.0.0.1", .sport = 1, .dport = 2, .payload = 30},
	{.src = "10.0.0.3", .dst = "10.0.0.1", .ext = options, .ext_len = 8, .payload = 5},
	{.src = "fd00::3", .dst = "fd00::2", .sport = 1, .dport = 2, .payload = 30},
	{.src = "fd00::3", .dst = "fd00::1", .ext = hop, .ext_len = 16, .payload = 7},
};

#define N_OUT	 (sizeof(out_seeds) / sizeof(*out_seeds))
#define N_OUTERS (sizeof(in_outers) / sizeof(*in_outers))
#define N_INNERS (sizeof(in_inners) / sizeof(*in_inners))
#define N_IN	 (N_OUTERS * N_INNERS)

static void seed_packet(enum fixture_prog prog, size_t i, struct packet *p)
{
	if (prog == PROG_APPLY)
		packet_from_container(p, &out_seeds[i % N_OUT]);
	else
		packet_from_underlay(p, &in_outers[i % N_OUTERS],
				     &in_inners[i / N_OUTERS % N_INNERS]);
}

/* @at: of the IP packet in @in, one hop later at @off in what came out. */
static void assert_same_inside(const struct outcome *o, uint32_t off, const struct packet *in,
			       uint32_t at)
{
	const bool is_v4 = in->bytes[at] >> 4 == 4;
	const uint32_t hop_at = is_v4 ? 8 : 7, from = is_v4 ? 12 : 8;

	assert_int_equal(o->out.len - off, in->len - at);
	assert_int_equal(o->out.bytes[off + hop_at], in->bytes[at + hop_at] - 1);
	assert_memory_equal(o->out.bytes + off + from, in->bytes + at + from, in->len - at - from);
}

static void assert_judged(const struct packet *in, const struct outcome *o,
			  const struct judgement *j)
{
	switch (j->fate) {
	case FATE_PASS:
		assert_int_equal(o->drop, WF_DROP_NONE);
		assert_int_equal(o->verdict, VERDICT_PASS);
		assert_packet(&o->out, in);
		break;
	case FATE_DROP:
		assert_int_equal(o->drop, j->drop);
		assert_int_equal(o->n_drops, 1);
		break; /* its source may be told */
	case FATE_ANSWER:
		if (o->verdict != VERDICT_DROP) {
			assert_int_equal(o->verdict, VERDICT_REDIRECT);
			break;
		}
		assert_int_equal(o->n_drops, 1);
		if (o->drop != WF_DROP_ND)
			assert_int_equal(o->drop, j->drop);
		break;
	case FATE_DELIVER:
		assert_int_equal(o->drop, WF_DROP_NONE);
		assert_int_equal(o->verdict, VERDICT_REDIRECT);
		assert_same_inside(o, ETH_LEN, in, j->inner_off);
		break;
	case FATE_ENCAP:
		assert_int_equal(o->drop, WF_DROP_NONE);
		assert_int_equal(o->verdict, VERDICT_REDIRECT);
		assert_same_inside(o, ETH_LEN + 64, in, j->inner_off);
		break;
	case FATE_FORWARD:
		assert_int_equal(o->drop, WF_DROP_NONE);
		assert_int_equal(o->out.len, in->len);
		break;
	case FATE_HOST:
		assert_true(o->verdict == VERDICT_PASS || o->drop == WF_DROP_ICMP_UNMATCHED);
		break;
	}
	assert_true(o->n_drops <= 1 && (o->verdict != VERDICT_DROP || o->n_drops == 1));
}

/* False: the kernel itself runs no program on so short a frame. */
static bool check(struct fixture *f, enum fixture_prog prog, const struct packet *in,
		  enum fate *ret)
{
	const struct judgement j = prog == PROG_APPLY ? judge_apply(in) : judge_validate(in);
	struct outcome o;

	if (fixture_try(f, prog, prog == PROG_APPLY ? f->ports[0] : f->underlay, in, 0, &o))
		return false;
	assert_judged(in, &o, &j);
	*ret = j.fate;
	return true;
}

static void packets_cut_at_every_byte_are_judged(struct fixture *f, enum fixture_prog prog,
						 size_t n)
{
	struct packet p;
	enum fate fate;
	uint32_t n_run = 0, n_whole = 0;

	for (size_t i = 0; i < n; i++) {
		seed_packet(prog, i, &p);
		for (uint32_t len = p.len; len >= ETH_LEN; len--) {
			p.len = len;
			n_run += check(f, prog, &p, &fate);
			n_whole += fate == FATE_DELIVER || fate == FATE_ENCAP;
		}
	}
	assert_true(n_run > n * 20);
	assert_true(n_whole > 0);
}

static void cut_packets_are_not_sent(void **state)
{
	packets_cut_at_every_byte_are_judged(*state, PROG_APPLY, N_OUT);
}

static void cut_packets_are_not_delivered(void **state)
{
	packets_cut_at_every_byte_are_judged(*state, PROG_VALIDATE, N_IN);
}

static uint32_t seed = 20251122;

static uint32_t random_below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* A few bytes changed, near the front more often; sometimes cut, sometimes all of it noise. */
static void mutate(struct packet *p)
{
	const bool is_noise = random_below(50) == 0;

	for (uint32_t i = is_noise ? ETH_LEN : p->len; i < p->len; i++)
		p->bytes[i] = (uint8_t)random_below(256);
	for (uint32_t k = random_below(4); k > 0; k--) {
		const uint32_t at = 12 + random_below(random_below(2) ? 52 : p->len - 12);

		p->bytes[at % p->len] = (uint8_t)(random_below(2) ? random_below(256)
								  : random_below(8));
	}
	if (random_below(6) == 0)
		p->len -= random_below(p->len - ETH_LEN);
}

static void mutants_are_judged(struct fixture *f, enum fixture_prog prog)
{
	uint32_t n_fates[FATE_HOST + 1] = {0};
	struct packet p;
	enum fate fate;

	for (uint32_t i = 0; i < N_MUTANTS; i++) {
		seed_packet(prog, random_below(1000), &p);
		mutate(&p);
		if (i % 16 == 0)
			fixture_refill(f);
		if (check(f, prog, &p, &fate))
			n_fates[fate]++;
	}
	assert_true(n_fates[FATE_DROP] > N_MUTANTS / 10);
	assert_true(n_fates[FATE_DELIVER] > N_MUTANTS / 20);
	assert_true(n_fates[prog == PROG_APPLY ? FATE_ENCAP : FATE_FORWARD] > N_MUTANTS / 20);
}

static void mutants_from_containers_are_judged(void **state)
{
	mutants_are_judged(*state, PROG_APPLY);
}

static void mutants_from_the_underlay_are_judged(void **state)
{
	mutants_are_judged(*state, PROG_VALIDATE);
}

/* One field of an SRH of two segments, all but passed, and TLVs. */
static void every_rule_of_the_srh_has_its_reason(void **state)
{
	static const struct {
		uint32_t at; /* in the SRH */
		uint8_t value;
		enum wf_drop reason;
	} cases[] = {
		{2, 0, WF_DROP_ROUTING_TYPE},	     {2, 3, WF_DROP_ROUTING_TYPE},
		{2, 253, WF_DROP_ROUTING_TYPE},	     {4, 3, WF_DROP_SRH_LAST_ENTRY},
		{4, 255, WF_DROP_SRH_LAST_ENTRY},    {1, 0, WF_DROP_SRH_LAST_ENTRY},
		{1, 3, WF_DROP_SRH_LAST_ENTRY},	     {3, 4, WF_DROP_SRH_SEGMENTS_LEFT},
		{3, 255, WF_DROP_SRH_SEGMENTS_LEFT}, {1, 255, WF_DROP_SRH_TRUNCATED},
		{8 + 32 + 1, 15, WF_DROP_SRH_TLV},   {8 + 32 + 15, 4, WF_DROP_SRH_TLV},
		{8 + 32 + 9, 255, WF_DROP_SRH_TLV},
	};
	struct fixture *f = *state;
	struct packet p;
	struct outcome o;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		packet_from_underlay(&p, &in_outers[2], &in_inners[0]);
		p.bytes[ETH_LEN + 40 + cases[i].at] = cases[i].value;
		fixture_run(f, PROG_VALIDATE, f->underlay, &p, &o);
		assert_int_equal(o.drop, cases[i].reason);
		assert_int_equal(o.n_drops, 1);
		assert_int_equal(judge_validate(&p).drop, cases[i].reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_packets_are_not_sent),
		cmocka_unit_test(cut_packets_are_not_delivered),
		cmocka_unit_test(mutants_from_containers_are_judged),
		cmocka_unit_test(mutants_from_the_underlay_are_judged),
		cmocka_unit_test(every_rule_of_the_srh_has_its_reason),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
