// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Signed headers at the node where they end: verified, remembered, forgotten. */
#include "bpf/signing_test.h"
#include "bpf/world_test.h"

#define DT46 "5f00:0:1:e046:" RED_ARG
#define SRH  (ETH_LEN + 40)

static const struct ip_spec to_a = {.src = "10.0.0.3", .dst = "10.0.0.1", .payload = 33};
static const struct signing plain = {.key = 0};
static const struct outer_spec direct = {.dst = DT46, .n_segments = 1, .segments = {DT46}};
/* by node 2's path: waypoints 4 and 3, then this node */
static const struct outer_spec by_two = {.dst = DT46,
					 .n_segments = 2,
					 .segments = {DT46, "5f00:0:4:3::"}};

static int setup(void **state)
{
	world_fill(*state);
	signing_put_key(*state, NULL);
	return 0;
}

/* NONE: A has got it. */
static enum wf_drop drop_of(struct fixture *f, const struct packet *in)
{
	struct outcome o;

	fixture_run(f, PROG_VALIDATE, f->underlay, in, &o);
	assert_int_equal(o.n_drops, o.drop ? 1 : 0);
	if (o.drop)
		return o.drop;
	assert_int_equal(o.verdict, VERDICT_REDIRECT);
	assert_memory_equal(o.out.bytes, mac_a, 6);
	return o.drop;
}

static enum wf_drop drop_of_signed(struct fixture *f, const struct outer_spec *o,
				   const struct signing *s)
{
	struct packet in;

	packet_signed(&in, o, s, &to_a);
	return drop_of(f, &in);
}

/* As the node's table has it, from one moment to the next: no packet counts the generation up. */
static void each_kind_of_header_is_verified_and_then_remembered(void **state)
{
	static const struct signing kinds[] = {
		{.key = 0},
		{.is_linux = true},
		{.is_reduced = true},
		{.has_opaque = true, .arg = 5},
		{.has_transit = true},
		{.has_opaque = true, .has_transit = true, .is_linux = true},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		for (uint8_t n = 1; n <= SEGMENTS_MAX; n++) {
			const struct signing wrong = {.is_linux = kinds[i].is_linux,
						      .secret = "another"};
			struct outer_spec o = {.dst = DT46, .n_segments = n, .segments = {DT46}};

			for (uint8_t k = 1; k < n; k++)
				o.segments[k] = k % 2 ? "5f00:0:4:e001::" : "5f00:0:3:4:5::";
			signing_put_key(f, &kinds[i]);
			assert_int_equal(drop_of_signed(f, &o, &kinds[i]), WF_DROP_NONE);
			signing_put_key_unseen(f, &wrong);
			assert_int_equal(drop_of_signed(f, &o, &kinds[i]), WF_DROP_NONE);
			fixture_forget(f);
			assert_int_equal(drop_of_signed(f, &o, &kinds[i]), WF_DROP_HMAC);
		}
}

/* What one wrong bit at @at of the header of @n segments leads to; COUNT: whatever, but a drop. */
static enum wf_drop drop_at(uint32_t at, uint32_t n)
{
	const uint32_t tlv = SRH + 8 + 16 * n;

	if (at == SRH + 6 || at == SRH + 7) /* the tag is not signed */
		return WF_DROP_NONE;
	if (at == tlv) /* not a signature any more: that it must be there is for policies to say */
		return WF_DROP_NONE;
	if (at == tlv + 1)
		return WF_DROP_SRH_TLV;
	if (at >= tlv + 4 && at < tlv + 8)
		return WF_DROP_HMAC_KEY;
	if (at >= ETH_LEN + 32 && at < SRH) /* the argument in the destination */
		return WF_DROP_HMAC;
	if (at < ETH_LEN + 24 || at == SRH + 5 || at >= SRH + 8)
		return WF_DROP_HMAC;
	return WF_DROP_COUNT;
}

/* Anywhere in what is signed, and in the signature of @o's header, which is known or not. */
static void assert_one_wrong_bit_is_noticed(struct fixture *f, const struct outer_spec *o,
					    bool is_known)
{
	const uint32_t n = o->n_segments;
	struct packet good, bad;
	enum wf_drop drop;

	packet_signed(&good, o, &plain, &to_a);
	for (uint32_t at = ETH_LEN + 8; at < SRH + 8 + 16 * n + 40; at++) {
		if (at >= ETH_LEN + 24 && at < ETH_LEN + 32)
			continue; /* to another SID */
		if (at == SRH)
			continue; /* says what is inside */
		fixture_forget(f);
		if (is_known)
			assert_int_equal(drop_of(f, &good), WF_DROP_NONE);
		bad = good;
		bad.bytes[at] ^= 0x10;
		drop = drop_of(f, &bad);
		if (drop_at(at, n) != WF_DROP_COUNT)
			assert_int_equal(drop, drop_at(at, n));
		else
			assert_int_not_equal(drop, WF_DROP_NONE);
		assert_int_equal(drop_of(f, &good), WF_DROP_NONE);
	}
}

static void one_wrong_bit_is_noticed(void **state)
{
	const struct outer_spec by_four = {
		.dst = DT46,
		.n_segments = 4,
		.segments = {DT46, "5f00:0:4:e001::", "5f00:0:3:e001::", "5f00:0:4:3::"}};
	const struct outer_spec *const specs[] = {&direct, &by_two, &by_four};

	for (int i = 0; i < 3; i++)
		for (int is_known = 0; is_known < 2; is_known++)
			assert_one_wrong_bit_is_noticed(*state, specs[i], is_known);
}

/* The header of another node's packet, taken as it is. */
static void a_header_replayed_from_another_source_dies(void **state)
{
	struct outer_spec o = by_two;
	struct packet good, replayed;

	packet_signed(&good, &by_two, &plain, &to_a);
	assert_int_equal(drop_of(*state, &good), WF_DROP_NONE);
	o.src = "5f00:0:3::1";
	packet_signed(&replayed, &o, &plain, &to_a);
	memcpy(replayed.bytes + SRH, good.bytes + SRH, 8 + 32 + 40);
	assert_int_equal(drop_of(*state, &replayed), WF_DROP_HMAC);
	assert_int_equal(drop_of(*state, &good), WF_DROP_NONE);
}

static void a_key_that_is_gone_is_gone_at_once(void **state)
{
	const struct signing other = {.secret = "another secret, the same id"};
	struct fixture *f = *state;

	assert_int_equal(drop_of_signed(f, &direct, &plain), WF_DROP_NONE);
	signing_drop_key(f);
	assert_int_equal(drop_of_signed(f, &direct, &plain), WF_DROP_HMAC_KEY);
	signing_put_key(f, &other);
	assert_int_equal(drop_of_signed(f, &direct, &plain), WF_DROP_HMAC);
	assert_int_equal(drop_of_signed(f, &direct, &other), WF_DROP_NONE);
}

/* RFC 8754 2.1.2.1: the destination address is not signed, so it must be on the list. */
static void a_destination_off_the_list_is_refused(void **state)
{
	static const struct {
		struct outer_spec outer;
		enum wf_drop drop;
	} cases[] = {
		{{.dst = DT46, .n_segments = 1, .segments = {"5f00:0:1:e046:0:800::"}},
		 WF_DROP_HMAC},
		{{.dst = "5f00:0:1:e046:0:800::", .n_segments = 1, .segments = {DT46}},
		 WF_DROP_HMAC},
		{{.dst = "5f00:0:1:e001::",
		  .n_segments = 2,
		  .segments = {DT46, "5f00:0:1:e001::"},
		  .segments_left = 1},
		 WF_DROP_NONE},
		{{.dst = "5f00:0:1:e001::",
		  .n_segments = 2,
		  .segments = {DT46, "5f00:0:4:e001::"},
		  .segments_left = 1},
		 WF_DROP_HMAC},
		/* a container, some of it used up; or by more than was in it */
		{{.dst = "5f00:0:1::",
		  .n_segments = 2,
		  .segments = {DT46, "5f00:0:4:3:2:7:8:1"},
		  .segments_left = 1},
		 WF_DROP_NONE},
		{{.dst = "5f00:0:1::",
		  .n_segments = 2,
		  .segments = {DT46, "5f00:0:4:1::"},
		  .segments_left = 1},
		 WF_DROP_NONE},
		{{.dst = "5f00:0:1::",
		  .n_segments = 2,
		  .segments = {DT46, "5f00:0:1:4::"},
		  .segments_left = 1},
		 WF_DROP_HMAC},
		{{.dst = "5f00:0:1::",
		  .n_segments = 2,
		  .segments = {DT46, "5f00:0:4:e001:1::"},
		  .segments_left = 1},
		 WF_DROP_HMAC},
		/* reduced: it cannot be checked, which the D bit must say */
		{{.dst = "5f00:0:1::", .n_segments = 1, .segments = {DT46}, .segments_left = 1},
		 WF_DROP_HMAC},
	};
	const struct signing reduced = {.is_reduced = true};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int again = 0; again < 2; again++)
			assert_int_equal(drop_of_signed(*state, &cases[i].outer, &plain),
					 cases[i].drop);
	assert_int_equal(drop_of_signed(*state, &cases[8].outer, &reduced), WF_DROP_NONE);
}

/* As long as one with a transit TLV, but something else is there: verified each time. */
static void strange_headers_are_verified_and_not_remembered(void **state)
{
	const struct signing changed = {.secret = "another"};
	struct fixture *f = *state;
	uint8_t tlvs[40 + 24] = {[40] = 4, 22};
	struct outer_spec o = direct;
	struct packet p;

	packet_signed(&p, &direct, &plain, &to_a);
	memcpy(tlvs, p.bytes + SRH + 24, 40);
	o.tlvs = tlvs;
	o.tlvs_len = sizeof(tlvs);
	packet_from_underlay(&p, &o, &to_a);
	for (int again = 0; again < 2; again++)
		assert_int_equal(drop_of(f, &p), WF_DROP_NONE);
	signing_put_key_unseen(f, &changed);
	assert_int_equal(drop_of(f, &p), WF_DROP_HMAC);
}

/* A signature of another length, or behind padding. */
static void a_signature_is_found_where_it_is(void **state)
{
	uint8_t tlvs[8 + 40 + 8] = {4, 6, [48] = 4, 6};
	struct fixture *f = *state;
	struct outer_spec o = direct;
	struct packet p;

	packet_signed(&p, &direct, &plain, &to_a);
	memcpy(tlvs + 8, p.bytes + SRH + 24, 40);
	o.tlvs = tlvs;
	o.tlvs_len = sizeof(tlvs);
	packet_from_underlay(&p, &o, &to_a);
	for (int again = 0; again < 2; again++)
		assert_int_equal(drop_of(f, &p), WF_DROP_NONE);
	p.bytes[SRH + 24 + 8 + 20] ^= 1;
	assert_int_equal(drop_of(f, &p), WF_DROP_HMAC);
	tlvs[8 + 1] = 38 + 8;
	packet_from_underlay(&p, &o, &to_a);
	assert_int_equal(drop_of(f, &p), WF_DROP_HMAC);
}

/* Tenant, sender and policy from the opaque TLV, where the SID does not say. */
static void metadata_comes_from_the_tlv_when_the_sid_has_none(void **state)
{
	static const struct outer_spec mute = {
		.dst = "5f00:0:1:e046::", .n_segments = 1, .segments = {"5f00:0:1:e046::"}};
	const struct signing red = {.has_opaque = true, .arg = 0xabcdef1234567788},
			     nobody = {.has_opaque = true, .arg = 0x0000090000000000};
	struct fixture *f = *state;
	struct packet p;

	for (int again = 0; again < 2; again++) {
		assert_int_equal(drop_of_signed(f, &mute, &red), WF_DROP_NONE);
		assert_int_equal(drop_of_signed(f, &mute, &nobody), WF_DROP_UNKNOWN_TENANT);
		assert_int_equal(drop_of_signed(f, &mute, &plain), WF_DROP_UNKNOWN_TENANT);
		assert_int_equal(drop_of_signed(f, &direct, &nobody), WF_DROP_NONE);
	}
	packet_signed(&p, &mute, &red, &to_a);
	p.bytes[SRH + 24 + 40 + 3] = 2; /* version */
	assert_int_equal(drop_of(f, &p), WF_DROP_UNKNOWN_TENANT);
}

/* The same where nothing is signed. */
static void metadata_that_nobody_signed_is_compared_as_well(void **state)
{
	const struct signing red = {.has_opaque = true, .arg = 0xabcdef1234567788};
	struct outer_spec mute = {
		.dst = "5f00:0:1:e046::", .n_segments = 1, .segments = {"5f00:0:1:e046::"}};
	struct packet p;
	uint8_t tlv[16];

	packet_signed(&p, &mute, &red, &to_a);
	memcpy(tlv, p.bytes + SRH + 24 + 40, sizeof(tlv));
	mute.tlvs = tlv;
	mute.tlvs_len = sizeof(tlv);
	packet_from_underlay(&p, &mute, &to_a);
	for (int again = 0; again < 2; again++)
		assert_int_equal(drop_of(*state, &p), WF_DROP_NONE);
	p.bytes[SRH + 24 + 3] = 2; /* version */
	assert_int_equal(drop_of(*state, &p), WF_DROP_UNKNOWN_TENANT);
}

/* The transit TLV may be any, but it must be there. */
static void what_changes_en_route_is_not_what_is_remembered(void **state)
{
	const struct signing s = {.has_transit = true};
	struct packet good, p;

	packet_signed(&good, &by_two, &s, &to_a);
	assert_int_equal(drop_of(*state, &good), WF_DROP_NONE);
	p = good;
	memset(p.bytes + SRH + 8 + 32 + 40 + 2, 0x5a, 22);
	assert_int_equal(drop_of(*state, &p), WF_DROP_NONE);
	p.bytes[SRH + 8 + 32 + 40 + 1] = 23;
	assert_int_equal(drop_of(*state, &p), WF_DROP_SRH_TLV);
	p.bytes[SRH + 8 + 32 + 40 + 1] = 22;
	p.bytes[SRH + 8 + 32 + 40] = 5;
	assert_int_equal(drop_of(*state, &p), WF_DROP_NONE); /* the first signature counts */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_kind_of_header_is_verified_and_then_remembered, setup),
		cmocka_unit_test_setup(one_wrong_bit_is_noticed, setup),
		cmocka_unit_test_setup(a_header_replayed_from_another_source_dies, setup),
		cmocka_unit_test_setup(a_key_that_is_gone_is_gone_at_once, setup),
		cmocka_unit_test_setup(a_destination_off_the_list_is_refused, setup),
		cmocka_unit_test_setup(strange_headers_are_verified_and_not_remembered, setup),
		cmocka_unit_test_setup(a_signature_is_found_where_it_is, setup),
		cmocka_unit_test_setup(metadata_comes_from_the_tlv_when_the_sid_has_none, setup),
		cmocka_unit_test_setup(metadata_that_nobody_signed_is_compared_as_well, setup),
		cmocka_unit_test_setup(what_changes_en_route_is_not_what_is_remembered, setup),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
