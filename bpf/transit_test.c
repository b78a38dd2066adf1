// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Signed headers on their way: verified where a tenant wants it, marked where a packet does. */
#include "bpf/signing_test.h"
#include "bpf/world_test.h"
#include "wire/transit.h"

#define FINAL "5f00:0:2:e046:" RED_ARG
#define SRH   (ETH_LEN + 40)
#define SET   77

static const struct ip_spec inner[] = {
	{.src = "10.0.0.1", .dst = "10.0.0.3", .payload = 20},
	{.src = "fd00::1", .dst = "fd00::3", .payload = 20},
	{.src = "10.0.0.1", .dst = "10.0.0.3", .payload = 20, .frag = 0x2010},
};
static const struct outer_spec full = {.dst = "5f00:0:1:e001::",
				       .n_segments = 2,
				       .segments = {FINAL, "5f00:0:1:e001::"},
				       .segments_left = 1};
static const struct outer_spec reduced = {
	.dst = "5f00:0:1:4::", .n_segments = 1, .segments = {FINAL}, .segments_left = 1};
static const struct signing plain = {.key = 0}, wrong = {.secret = "another"};

/* @is_verified: red's headers are verified at this node. */
static void put_set(struct fixture *f, uint32_t tenant, bool is_verified)
{
	const struct wf_tenant_entry entry = {.set = SET};
	const struct wf_set set = {.is_verified_here = is_verified};
	const uint64_t number = SET;

	fixture_put(f, WF_TABLE_SET, &number, &set);
	fixture_put(f, WF_TABLE_TENANT, &tenant, &entry);
}

static int setup(void **state)
{
	world_fill(*state);
	signing_put_key(*state, NULL);
	return 0;
}

/* What is signed, or @s NULL: what is not, by @o. */
static enum wf_drop drop_of(struct fixture *f, const struct outer_spec *o, const struct signing *s)
{
	struct packet in;
	struct outcome out;

	if (s)
		packet_signed(&in, o, s, &inner[0]);
	else
		packet_from_underlay(&in, o, &inner[0]);
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, &out);
	assert_int_equal(out.verdict, out.drop ? VERDICT_DROP : VERDICT_REDIRECT);
	if (!out.drop) {
		assert_int_equal(out.out.len, in.len);
		assert_memory_equal(out.out.bytes, mac_router, 6);
	}
	return out.drop;
}

static void waypoints_verify_for_the_tenants_that_want_it(void **state)
{
	static const struct {
		const struct outer_spec *outer;
		const struct signing *signing;
		enum wf_drop drop; /* where it is verified */
	} cases[] = {
		{&full, &plain, WF_DROP_NONE},	     {&full, &wrong, WF_DROP_HMAC},
		{&full, NULL, WF_DROP_HMAC_MISSING}, {&reduced, NULL, WF_DROP_HMAC_MISSING},
		{&reduced, &plain, WF_DROP_HMAC},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int again = 0; again < 3; again++) {
			put_set(f, RED, true);
			for (int k = 0; k < 2; k++)
				assert_int_equal(drop_of(f, cases[i].outer, cases[i].signing),
						 cases[i].drop);
			put_set(f, RED, false);
			for (int k = 0; k < 2; k++)
				assert_int_equal(drop_of(f, cases[i].outer, cases[i].signing),
						 WF_DROP_NONE);
		}
	put_set(f, RED, true);
	signing_drop_key(f);
	assert_int_equal(drop_of(f, &full, &plain), WF_DROP_HMAC_KEY);
}

/* Whose packet it is, the metadata say if the SID does not. */
static void waypoints_find_the_tenant_in_the_metadata(void **state)
{
	static const struct outer_spec mute = {.dst = "5f00:0:1:e001::",
					       .n_segments = 2,
					       .segments = {"5f00:0:2:e046::", "5f00:0:1:e001::"},
					       .segments_left = 1};
	const struct signing red = {.secret = "another",
				    .has_opaque = true,
				    .arg = RED * 1ull << 40};
	const struct signing blue = {.secret = "another",
				     .has_opaque = true,
				     .arg = BLUE * 1ull << 40};

	put_set(*state, RED, true);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(drop_of(*state, &mute, &red), WF_DROP_HMAC);
		assert_int_equal(drop_of(*state, &mute, &blue), WF_DROP_NONE);
	}
}

static void put_transit(struct fixture *f)
{
	const struct wf_transit_key key = {.key = SIGNING_KEY, .node = TEST_NODE};
	const struct wf_transit_entry entry = {.k = {0x1111, 0x2222}};

	fixture_put(f, WF_TABLE_TRANSIT, &key, &entry);
}

/* The mark of this node after @before, by wire/transit.h (whose own test has the vectors). */
static uint64_t mark_of(const struct ip_spec *s, uint64_t nonce, uint64_t before)
{
	struct wf_flow flow = {.proto = s->proto ? s->proto : 17};

	addr_of(s->src, flow.src);
	addr_of(s->dst, flow.dst);
	return wf_transit_mark((const __u64[2]){0x1111, 0x2222}, nonce, before,
			       wf_transit_digest(&flow, nonce));
}

static void assert_marked(struct fixture *f, const struct ip_spec *ip, const struct signing *s,
			  uint64_t mark)
{
	struct packet in, want;
	struct outcome o;

	packet_signed(&in, &full, s, ip);
	want = in;
	memcpy(want.bytes, mac_router, 6);
	memcpy(want.bytes + 6, mac_underlay, 6);
	want.bytes[ETH_LEN + 7]--;
	addr_of(FINAL, want.bytes + ETH_LEN + 24);
	want.bytes[SRH + 3] = 0;
	wf_store_be64(want.bytes + SRH + 8 + 32 + 40 + 16, mark);
	fixture_run(f, PROG_VALIDATE, f->underlay, &in, &o);
	assert_int_equal(o.verdict, VERDICT_REDIRECT);
	assert_packet(&o.out, &want);
}

static void waypoints_mark_what_is_to_be_marked(void **state)
{
	struct fixture *f = *state;
	struct signing s = {.has_transit = true, .is_marked = true};

	for (int has_key = 0; has_key < 2; has_key++) {
		if (has_key)
			put_transit(f);
		for (size_t i = 0; i < sizeof(inner) / sizeof(*inner); i++)
			for (s.nonce = 1; s.nonce < 4; s.nonce++) {
				s.is_marked = true;
				s.mark = s.nonce * 0x0102030405060708;
				assert_marked(f, &inner[i], &s,
					      has_key ? mark_of(&inner[i], s.nonce, s.mark)
						      : s.mark);
				s.is_marked = false;
				assert_marked(f, &inner[i], &s, s.mark);
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(waypoints_verify_for_the_tenants_that_want_it, setup),
		cmocka_unit_test_setup(waypoints_find_the_tenant_in_the_metadata, setup),
		cmocka_unit_test_setup(waypoints_mark_what_is_to_be_marked, setup),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
