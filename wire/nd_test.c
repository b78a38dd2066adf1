// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/nd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/samples_test.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

#define L3 WF_SAMPLE_L3
#define ND (L3 + WF_IPV6_LEN)

static const uint8_t gateway[6] = {0x02, 0x57, 0x45, 0x46, 0x54, 0x01};
static const uint8_t fe80_1[16] = {0xfe, 0x80, [15] = 1};

/* Makes the ICMPv6 checksum of @frame right again. */
static void sign(uint8_t *frame)
{
	struct wf_ipv6 *ip = (void *)(frame + L3);
	struct wf_nd *nd = (void *)(frame + ND);
	uint32_t len = wf_ntohs(ip->payload_len);
	uint64_t sum = wf_csum_pseudo_v6(ip->src, ip->dst, WF_PROTO_ICMPV6, len);

	nd->csum = 0;
	nd->csum = wf_csum_finish(wf_csum_add_bytes(sum, nd, len));
}

static void solicitation_is_read(void **state)
{
	uint8_t frame[WF_SAMPLE_MAX];
	size_t len = wf_sample_get(WF_SAMPLE_ND_SOLICIT, frame);
	struct wf_nd_solicit solicit;

	assert_int_equal(wf_nd_parse(frame, frame + len, L3, &solicit), WF_ND_OK);
	assert_memory_equal(solicit.target, fe80_1, 16);
	assert_true(solicit.has_mac);
	assert_memory_equal(solicit.mac, "\x02\0\0\0\0\x01", 6);
	assert_false(solicit.is_dad);
	len = wf_sample_get(WF_SAMPLE_ND_DAD, frame);
	assert_int_equal(wf_nd_parse(frame, frame + len, L3, &solicit), WF_ND_OK);
	assert_true(solicit.is_dad);
	assert_false(solicit.has_mac);
}

static void parse_names_what_is_wrong(void **state)
{
	static const struct {
		enum wf_sample sample;
		uint8_t at, value, is_signed;
		enum wf_nd_fault fault;
	} cases[] = {
		{WF_SAMPLE_ND_SOLICIT, 6, 17, 1, WF_ND_NOT_SOLICIT},
		{WF_SAMPLE_ND_SOLICIT, 40, 136, 1, WF_ND_NOT_SOLICIT},
		{WF_SAMPLE_ND_SOLICIT, 7, 254, 1, WF_ND_HOP_LIMIT},
		{WF_SAMPLE_ND_SOLICIT, 41, 1, 1, WF_ND_CODE},
		{WF_SAMPLE_ND_SOLICIT, 5, 16, 1, WF_ND_LENGTH},
		{WF_SAMPLE_ND_SOLICIT, 5, 31, 1, WF_ND_LENGTH},
		{WF_SAMPLE_ND_SOLICIT, 5, 96, 1, WF_ND_LENGTH},
		{WF_SAMPLE_ND_SOLICIT, 48, 0xff, 1, WF_ND_TARGET},
		{WF_SAMPLE_ND_SOLICIT, 42, 0x55, 0, WF_ND_CSUM},
		{WF_SAMPLE_ND_SOLICIT, 70, 0x55, 0, WF_ND_CSUM},
		{WF_SAMPLE_ND_SOLICIT, 65, 0, 1, WF_ND_OPTION},
		{WF_SAMPLE_ND_SOLICIT, 65, 2, 1, WF_ND_OPTION},
		{WF_SAMPLE_ND_SOLICIT, 65, 255, 1, WF_ND_OPTION},
		{WF_SAMPLE_ND_SOLICIT, 44, 0xff, 1, WF_ND_OK}, /* reserved is ignored */
		{WF_SAMPLE_ND_DAD, 64, 1, 1, WF_ND_DAD},
		{WF_SAMPLE_ND_DAD, 36, 0, 1, WF_ND_DAD},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t frame[WF_SAMPLE_MAX] = {0};
		size_t len = wf_sample_get(cases[i].sample, frame);
		struct wf_nd_solicit solicit;

		frame[L3 + cases[i].at] = cases[i].value;
		if (cases[i].is_signed)
			sign(frame);
		assert_int_equal(wf_nd_parse(frame, frame + len, L3, &solicit), cases[i].fault);
	}
}

static void parse_refuses_every_truncation(void **state)
{
	uint8_t frame[WF_SAMPLE_MAX];
	struct wf_nd_solicit solicit;

	for (enum wf_sample i = WF_SAMPLE_ND_SOLICIT; i <= WF_SAMPLE_ND_DAD; i++) {
		size_t whole = wf_sample_get(i, frame);

		for (size_t len = 0; len < whole; len++) {
			uint8_t *tight = wf_sample_tight(frame, len);

			assert_int_equal(wf_nd_parse(tight, tight + len, L3, &solicit),
					 WF_ND_TRUNCATED);
			free(tight);
		}
	}
}

static void advertisement_answers_the_one_who_asked(void **state)
{
	static const uint8_t want[] = {
		0x02, 0, 0,    0,    0,	 1,    0x02, 0x57, 0x45, 0x46, 0x54, 0x01, 0x86, 0xdd, 0x60,
		0,    0, 0,    0,    32, 58,   255,  0xfe, 0x80, 0,    0,    0,	   0,	 0,    0,
		0,    0, 0,    0,    0,	 0,    0,    1,	   0xfe, 0x80, 0,    0,	   0,	 0,    0,
		0,    0, 0,    0,    0,	 0,    0,    0,	   2,	 136,  0,    0,	   0,	 0xe0, 0,
		0,    0, 0xfe, 0x80, 0,	 0,    0,    0,	   0,	 0,    0,    0,	   0,	 0,    0,
		0,    0, 1,    2,    1,	 0x02, 0x57, 0x45, 0x46, 0x54, 0x01,
	};
	uint8_t frame[WF_SAMPLE_MAX], sum[2];
	size_t len = wf_sample_get(WF_SAMPLE_ND_SOLICIT, frame);

	assert_int_equal(len, sizeof(want));
	assert_false(wf_nd_advertise(frame, frame + len - 1, L3, gateway, 1));
	assert_true(wf_nd_advertise(frame, frame + len, L3, gateway, 1));
	memcpy(sum, frame + ND + 2, 2);
	sign(frame);
	assert_memory_equal(sum, frame + ND + 2, 2);
	memset(frame + ND + 2, 0, 2);
	assert_memory_equal(frame, want, sizeof(want));
}

static void advertisement_for_dad_goes_to_all_nodes(void **state)
{
	static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1};
	uint8_t frame[WF_SAMPLE_MAX];
	size_t len = wf_sample_get(WF_SAMPLE_ND_DAD, frame);

	assert_true(wf_nd_advertise(frame, frame + len, L3, gateway, 0));
	assert_memory_equal(frame, "\x33\x33\0\0\0\x01", 6);
	assert_memory_equal(frame + L3 + 24, all_nodes, 16);
	assert_memory_equal(frame + ND + 4, "\x20\0\0\0", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(solicitation_is_read),
		cmocka_unit_test(parse_names_what_is_wrong),
		cmocka_unit_test(parse_refuses_every_truncation),
		cmocka_unit_test(advertisement_answers_the_one_who_asked),
		cmocka_unit_test(advertisement_for_dad_goes_to_all_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
