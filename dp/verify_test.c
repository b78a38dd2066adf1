// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a header proves: in user space what bpf/proof_test.c sees in the kernel, and the details. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "dp/tables_test.h"
#include "dp/verify.h"

#define TENANT 0xabcdefu
#define POLICY 0x7788
#define KEY    0xc0ffee07u
#define SRH    (WF_OUTER_OFF + WF_IPV6_LEN)

/* "csid 2 v4 hmac" of tests/goldens/encap_tlv.txt, and hashlib's SHA-256 of its list. */
static const char golden[] =
	"6000000000002b405f0000000001000000000000000000015f000000001100120000000000000000"
	"04090401010000005f0000000002e046abcdef12345677885f000000001100120000000000000000"
	"05260000c0ffee07e916a281ce70f658109a88e901f2554f1e4c08ba24ccd0894e65ab0a11b70b0e";
static const uint64_t golden_list = 0x3ffeae0027bfbea7;

static const struct wf_config config = {.block = WF_DEFAULT_BLOCK, .node = 2};
static struct test_tables tables;
static const struct wf_world world = {.config = &config,
				      .find = test_tables_find,
				      .tables = &tables};

static int fill(void **state)
{
	struct wf_key_entry key = {.is_linux = 0};
	uint8_t secret[32];

	for (uint8_t i = 0; i < 32; i++)
		secret[i] = i + 1;
	wf_hmac_pads(secret, sizeof(secret), key.inner, key.outer);
	tables.n = 0;
	test_tables_put(&tables, WF_TABLE_KEY, &(__u32){KEY}, &key);
	return 0;
}

struct frame {
	uint8_t bytes[256];
	size_t len;
};

/* The golden where its path ends. */
static void frame_make(struct frame *f)
{
	unsigned int byte;

	memset(f, 0, sizeof(*f));
	f->len = WF_OUTER_OFF;
	for (const char *hex = golden; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		f->bytes[f->len++] = (uint8_t)byte;
	f->bytes[SRH + 3] = 0;
	memcpy(f->bytes + WF_OUTER_OFF + 24, f->bytes + SRH + 8, 16);
}

/* On the heap, so that a sanitizer sees one byte read too many. */
static enum wf_drop verify(const struct frame *f, struct wf_proof *ret)
{
	uint8_t *tight = malloc(f->len), *end = tight + f->len;
	struct wf_hmac_job job;
	struct wf_tlvs tlvs;
	struct wf_outer o;
	enum wf_drop drop;

	assert_non_null(tight);
	memcpy(tight, f->bytes, f->len);
	*ret = (struct wf_proof){0};
	drop = wf_outer_parse(tight, end, &o);
	if (!drop && !wf_tlvs_find(tight, end, &o, &tlvs))
		drop = WF_DROP_SRH_TLV;
	if (!drop) {
		wf_proof_begin(tight, end, &o, &tlvs, 1, ret);
		drop = wf_proof_verify(&world, tight, end, &o, &tlvs, &job, ret);
	}
	if (!drop)
		wf_proof_list(&world, tight, end, &o, &job, ret);
	free(tight);
	return drop;
}

static void the_golden_is_right_and_one_wrong_bit_is_not(void **state)
{
	struct wf_proof proof;
	struct frame good, bad;

	frame_make(&good);
	assert_int_equal(verify(&good, &proof), WF_DROP_NONE);
	assert_int_equal(proof.has, WF_NEED_HMAC);
	assert_int_equal(proof.key, KEY);
	assert_int_equal(proof.source, 1);
	assert_int_equal(proof.arg, 0xabcdef1234567788);
	for (size_t at = WF_OUTER_OFF + 8; at < good.len; at++)
		for (int bit = 0; bit < 8; bit++) {
			if (at == SRH || at == SRH + 6 || at == SRH + 7)
				continue; /* what is inside; the tag */
			bad = good;
			bad.bytes[at] ^= (uint8_t)(1 << bit);
			assert_int_not_equal(verify(&bad, &proof), WF_DROP_NONE);
			assert_int_equal(proof.has, 0);
		}
	for (bad = good; bad.len > WF_OUTER_OFF + WF_IPV6_LEN; bad.len--)
		assert_int_equal(verify(&bad, &proof),
				 bad.len == good.len ? WF_DROP_NONE : WF_DROP_SRH_TRUNCATED);
}

static void a_list_is_listed_for_tenant_policy_source_and_hash(void **state)
{
	const struct wf_listed_key right = {
		.tenant = TENANT, .policy = POLICY, .source = 1, .hash = golden_list};
	const struct wf_listed list = {.n = 2, .nodes = {0x11, 0x12}};
	struct wf_proof proof;
	struct frame f;

	frame_make(&f);
	for (int wrong = 0; wrong < 5; wrong++) {
		struct wf_listed_key key = right;

		fill(NULL);
		key.tenant += wrong == 1;
		key.policy += wrong == 2;
		key.source += wrong == 3;
		key.hash += wrong == 4;
		test_tables_put(&tables, WF_TABLE_LISTED, &key, &list);
		assert_int_equal(verify(&f, &proof), WF_DROP_NONE);
		assert_int_equal(proof.has, WF_NEED_HMAC | (wrong ? 0 : WF_NEED_PATH));
		assert_int_equal(proof.list, wrong ? 0 : golden_list);
	}
}

static void what_is_needed_must_be_proven(void **state)
{
	static const struct {
		uint8_t needs, has;
		uint16_t policy;
		enum wf_drop drop;
	} cases[] = {
		{0, 0, 7, WF_DROP_NONE},
		{0, WF_NEED_HMAC, 7, WF_DROP_NONE},
		{WF_NEED_HMAC, 0, 7, WF_DROP_HMAC_MISSING},
		{WF_NEED_HMAC, WF_NEED_HMAC, 8, WF_DROP_NONE},
		{WF_NEED_HMAC | WF_NEED_PATH, 0, 7, WF_DROP_HMAC_MISSING},
		{WF_NEED_HMAC | WF_NEED_PATH, WF_NEED_HMAC, 7, WF_DROP_PATH},
		{WF_NEED_HMAC | WF_NEED_PATH, WF_NEED_HMAC | WF_NEED_PATH, 7, WF_DROP_NONE},
		{WF_NEED_HMAC | WF_NEED_PATH, WF_NEED_HMAC | WF_NEED_PATH, 8, WF_DROP_PATH},
		{WF_NEED_HMAC | WF_NEED_TRANSIT, WF_NEED_HMAC, 7, WF_DROP_NONE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct wf_proof proof = {.arg = 0x100000000007, .has = cases[i].has};

		assert_int_equal(wf_proof_judge(cases[i].needs, cases[i].policy, &proof),
				 cases[i].drop);
	}
}

static void a_packet_is_at_a_segment_or_in_its_container(void **state)
{
	static const struct {
		const char *dst, *segment;
		_Bool is_at;
	} cases[] = {
		{"5f00:0:2:e046::7", "5f00:0:2:e046::7", 1},
		{"5f00:0:2:e046::7", "5f00:0:2:e046::8", 0},
		{"5f00:0:1:2:3:4:5:6", "5f00:0:1:2:3:4:5:6", 1},
		{"5f00:0:2:3:4:5:6:0", "5f00:0:1:2:3:4:5:6", 1},
		{"5f00:0:6::", "5f00:0:1:2:3:4:5:6", 1},
		{"5f00:0:5::", "5f00:0:1:2:3:4:5:6", 0},
		{"5f00:0:2:3::", "5f00:0:1:2:3:4:5:6", 0},
		{"5f00::", "5f00:0:1:2:3:4:5:6", 0},
		{"5f00:1:2:3:4:5:6:0", "5f00:0:1:2:3:4:5:6", 0},
		/* an argument is no list of nodes */
		{"5f00:0:0:7::", "5f00:0:2:e046:0:7::", 0},
		{"5f00:0:e046:1:2::", "5f00:0:2:e046:1:2::", 0},
		{"5f00:0:2::", "5f00:0:1:0:2::", 0},
	};
	uint8_t dst[16], segment[16];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		inet_pton(AF_INET6, cases[i].dst, dst);
		inet_pton(AF_INET6, cases[i].segment, segment);
		assert_int_equal(wf_proof_is_at(dst, segment), cases[i].is_at);
	}
}

static void a_source_is_a_node_by_its_own_address_only(void **state)
{
	static const struct {
		const char *src;
		uint16_t node;
	} cases[] = {
		{"5f00:0:2::1", 2},	{"5f00:0:dfff::1", 0xdfff},
		{"5f00:0:2::2", 0},	{"5f00:0:2:1::1", 0},
		{"5f00:1:2::1", 0},	{"5f01:0:2::1", 0},
		{"5f00:0:2::1:0:1", 0}, {"fd00::1", 0},
		{"5f00::1", 0},
	};
	uint8_t src[16], dst[16];

	inet_pton(AF_INET6, "5f00:0:9:e046::7", dst);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		inet_pton(AF_INET6, cases[i].src, src);
		assert_int_equal(wf_outer_source(src, dst), cases[i].node);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_golden_is_right_and_one_wrong_bit_is_not, fill),
		cmocka_unit_test_setup(a_list_is_listed_for_tenant_policy_source_and_hash, fill),
		cmocka_unit_test_setup(what_is_needed_must_be_proven, fill),
		cmocka_unit_test(a_source_is_a_node_by_its_own_address_only),
		cmocka_unit_test_setup(a_packet_is_at_a_segment_or_in_its_container, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
