// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/icmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/samples_test.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

#define L3 WF_SAMPLE_L3

/* Parses sample @i and asks whether an error about it may be sent. */
static _Bool may_answer(enum wf_sample i, uint8_t at, uint8_t value)
{
	uint8_t frame[WF_SAMPLE_MAX] = {0};
	size_t len = wf_sample_get(i, frame);
	struct wf_inner inner = {0};

	if (at)
		frame[L3 + at] = value;
	assert_int_equal(wf_flow_parse(frame, frame + len, L3, wf_load_be16(frame + 12), &inner),
			 WF_FLOW_OK);
	return wf_icmp_may_answer(frame, frame + len, &inner);
}

static void no_error_about_what_must_stay_unanswered(void **state)
{
	static const struct {
		enum wf_sample sample;
		uint8_t at, value;
		_Bool may;
	} cases[] = {
		{WF_SAMPLE_V4_UDP, 0, 0, 1},
		{WF_SAMPLE_V4_ECHO, 0, 0, 1},
		{WF_SAMPLE_V4_FIRST_FRAGMENT, 0, 0, 1},
		{WF_SAMPLE_V4_LATER_FRAGMENT, 0, 0, 0},
		{WF_SAMPLE_V4_ICMP_ERROR, 0, 0, 0},
		{WF_SAMPLE_V4_ICMP_ERROR, 20, 4, 0},
		{WF_SAMPLE_V4_ICMP_ERROR, 20, 5, 0},
		{WF_SAMPLE_V4_ICMP_ERROR, 20, 11, 0},
		{WF_SAMPLE_V4_ICMP_ERROR, 20, 12, 0},
		{WF_SAMPLE_V4_ICMP_ERROR, 20, 13, 1},
		{WF_SAMPLE_V4_UDP, 12, 224, 0},
		{WF_SAMPLE_V4_UDP, 12, 127, 0},
		{WF_SAMPLE_V4_UDP, 16, 239, 0},
		{WF_SAMPLE_V6_UDP, 0, 0, 1},
		{WF_SAMPLE_V6_ECHO, 0, 0, 1},
		{WF_SAMPLE_V6_ECHO, 40, 137, 0},
		{WF_SAMPLE_V6_FIRST_FRAGMENT, 0, 0, 1},
		{WF_SAMPLE_V6_LATER_FRAGMENT, 0, 0, 0},
		{WF_SAMPLE_V6_TOO_BIG, 0, 0, 0},
		{WF_SAMPLE_V6_UDP, 8, 0xff, 0},
		{WF_SAMPLE_V6_UDP, 24, 0xff, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(may_answer(cases[i].sample, cases[i].at, cases[i].value),
				 cases[i].may);
}

static void hosts_are_told_from_groups(void **state)
{
	static const struct {
		uint8_t a[16];
		_Bool is_host;
	} cases[] = {
		{{0}, 0},
		{{0xfd, [15] = 1}, 1},
		{{0xff, 2, [15] = 1}, 0},
		{{[10] = 0xff, 0xff, 0, 0, 0, 0}, 0},
		{{[10] = 0xff, 0xff, 255, 255, 255, 255}, 0},
		{{[10] = 0xff, 0xff, 127, 0, 0, 1}, 0},
		{{[10] = 0xff, 0xff, 224, 0, 0, 1}, 0},
		{{[10] = 0xff, 0xff, 10, 0, 0, 1}, 1},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(wf_icmp_is_host(cases[i].a), cases[i].is_host);
}

static void v4_error_is_byte_exact(void **state)
{
	static const uint8_t want[28] = {
		0x45, 0xc0, 0,	60, 0, 0, 0x40, 0, 64,	 1,    0x25, 0x03, 10,	 0,
		0,    254,  10, 0,  0, 1, 3,	4, 0x0b, 0xa4, 0,    0,	   0x05, 0x78,
	};
	struct wf_icmp_error e = {.type = WF_ICMP4_UNREACHABLE,
				  .code = WF_ICMP4_UNREACHABLE_FRAG,
				  .info = 1400,
				  .quote_len = 32};
	uint8_t frame[WF_SAMPLE_MAX], out[28 + 32];
	size_t len = wf_sample_get(WF_SAMPLE_V4_UDP, frame);

	assert_int_equal(len, L3 + 32);
	memcpy(out + 28, frame + L3, 32);
	wf_copy_v4mapped(e.src, WF_BE32(0x0a0000fe));
	wf_copy_v4mapped(e.dst, WF_BE32(0x0a000001));
	assert_false(wf_icmp_v4_error(out, out + sizeof(out) - 1, &e));
	assert_true(wf_icmp_v4_error(out, out + sizeof(out), &e));
	assert_int_equal(wf_csum_finish(wf_csum_add_bytes(0, out, 20)), 0);
	assert_int_equal(wf_csum_finish(wf_csum_add_bytes(0, out + 20, 40)), 0);
	assert_memory_equal(out, want, sizeof(want));
}

static void v6_error_is_byte_exact(void **state)
{
	static const uint8_t want[48] = {
		0x60, 0, 0, 0, 0, 60, 58, 64,	0xfd, 0, 0, 0, 0, 0, 0,	   0,
		0,    0, 0, 0, 0, 0,  0,  0xfe, 0xfd, 0, 0, 0, 0, 0, 0,	   0,
		0,    0, 0, 0, 0, 0,  0,  1,	2,    0, 0, 0, 0, 0, 0x05, 0x78,
	};
	struct wf_icmp_error e = {.src = {0xfd, [15] = 0xfe},
				  .dst = {0xfd, [15] = 1},
				  .type = WF_ICMP6_TOO_BIG,
				  .info = 1400,
				  .quote_len = 52};
	uint8_t frame[WF_SAMPLE_MAX], out[48 + 52];
	uint64_t sum = wf_csum_pseudo_v6(e.src, e.dst, WF_PROTO_ICMPV6, 60);

	wf_sample_get(WF_SAMPLE_V6_UDP, frame);
	memcpy(out + 48, frame + L3, 52);
	assert_false(wf_icmp_v6_error(out, out + sizeof(out) - 1, &e));
	assert_true(wf_icmp_v6_error(out, out + sizeof(out), &e));
	assert_int_equal(wf_csum_finish(wf_csum_add_bytes(sum, out + 40, 60)), 0);
	out[42] = out[43] = 0;
	assert_memory_equal(out, want, sizeof(want));
}

static void errors_want_room_for_every_byte(void **state)
{
	struct wf_icmp_error e = {.quote_len = WF_ICMP_QUOTE_MAX};
	uint8_t bytes[48 + WF_ICMP_QUOTE_MAX] = {0};

	for (size_t len = 0; len <= sizeof(bytes); len++) {
		uint8_t *tight = wf_sample_tight(bytes, len);

		assert_int_equal(wf_icmp_v4_error(tight, tight + len, &e),
				 len >= 28 + WF_ICMP_QUOTE_MAX);
		assert_int_equal(wf_icmp_v6_error(tight, tight + len, &e), len == sizeof(bytes));
		free(tight);
	}
}

static void quote_is_bounded_and_of_whole_words(void **state)
{
	assert_int_equal(wf_icmp_quote_len(28), 28);
	assert_int_equal(wf_icmp_quote_len(31), 28);
	assert_int_equal(wf_icmp_quote_len(127), 124);
	assert_int_equal(wf_icmp_quote_len(128), 128);
	assert_int_equal(wf_icmp_quote_len(65535), 128);
}

static void echo_request_becomes_its_reply(void **state)
{
	static const enum wf_sample samples[] = {WF_SAMPLE_V4_ECHO, WF_SAMPLE_V6_ECHO};

	for (size_t i = 0; i < COUNT(samples); i++) {
		uint8_t frame[WF_SAMPLE_MAX] = {0}, was[WF_SAMPLE_MAX];
		size_t len = wf_sample_get(samples[i], frame), icmp_len;
		struct wf_ipv4 *v4 = (void *)(frame + L3);
		struct wf_ipv6 *v6 = (void *)(frame + L3);
		struct wf_inner inner = {0}, reply = {0};
		struct wf_icmp *icmp;
		uint64_t sum = 0;

		memcpy(was, frame, len);
		assert_int_equal(wf_flow_parse(frame, frame + len, L3, wf_load_be16(frame + 12),
					       &inner),
				 WF_FLOW_OK);
		assert_true(wf_icmp_is_echo(frame, frame + len, &inner));
		assert_false(wf_icmp_is_echo(frame, frame + inner.l4_off + 7, &inner));
		icmp = (void *)(frame + inner.l4_off);
		icmp_len = len - inner.l4_off;
		if (i == 0)
			wf_icmp_v4_echo_reply(v4, icmp);
		else
			wf_icmp_v6_echo_reply(v6, icmp);
		assert_int_equal(wf_flow_parse(frame, frame + len, L3, wf_load_be16(frame + 12),
					       &reply),
				 WF_FLOW_OK);
		assert_memory_equal(reply.flow.src, inner.flow.dst, 16);
		assert_memory_equal(reply.flow.dst, inner.flow.src, 16);
		assert_int_equal(reply.hop_limit, 64);
		assert_int_equal(icmp->type, i == 0 ? 0 : 129);
		if (i == 0)
			assert_int_equal(v4->csum, wf_ipv4_csum(v4));
		else
			sum = wf_csum_pseudo_v6(v6->src, v6->dst, 58, (uint32_t)icmp_len);
		assert_int_equal(wf_csum_finish(wf_csum_add_bytes(sum, icmp, (uint32_t)icmp_len)),
				 0);
		assert_memory_equal(icmp + 1, was + inner.l4_off + 8, icmp_len - 8);
		assert_false(wf_icmp_is_echo(frame, frame + len, &reply));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_error_about_what_must_stay_unanswered),
		cmocka_unit_test(hosts_are_told_from_groups),
		cmocka_unit_test(v4_error_is_byte_exact),
		cmocka_unit_test(v6_error_is_byte_exact),
		cmocka_unit_test(errors_want_room_for_every_byte),
		cmocka_unit_test(quote_is_bounded_and_of_whole_words),
		cmocka_unit_test(echo_request_becomes_its_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
