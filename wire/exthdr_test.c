// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/exthdr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/ipv4.h"
#include "wire/samples_test.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* Eight bytes each; the first is Next Header, filled in by chain(). */
#define PLAIN 8

/* Lays headers of @protos, 8 bytes each, one behind the other and ends with @upper. */
static uint32_t chain(uint8_t *buf, const uint8_t *protos, uint32_t n, uint8_t upper)
{
	memset(buf, 0, n * PLAIN);
	for (uint32_t i = 0; i < n; i++)
		buf[i * PLAIN] = i + 1 < n ? protos[i + 1] : upper;
	return n * PLAIN;
}

static void walk_finds_the_upper_layer_behind_eight_headers_and_no_more(void **state)
{
	static const uint8_t protos[9] = {0, 60, 60, 43, 60, 60, 60, 60, 60};
	uint8_t buf[9 * PLAIN];
	struct wf_upper upper;

	for (uint32_t n = 0; n <= 9; n++) {
		uint32_t len = chain(buf, protos, n, WF_PROTO_UDP);
		uint8_t first = n ? protos[0] : WF_PROTO_UDP;
		int fault = wf_exthdr_walk(buf, buf + len, 0, first, &upper);

		assert_int_equal(fault, n <= 8 ? WF_EXTHDR_OK : WF_EXTHDR_TOO_MANY);
		if (n > 8)
			continue;
		assert_int_equal(upper.proto, WF_PROTO_UDP);
		assert_int_equal(upper.off, len);
		assert_int_equal(upper.flags, n > 3 ? WF_UPPER_ROUTING : 0);
		assert_int_equal(upper.routing_off, n > 3 ? 24 : 0);
	}
}

static void length_counts_as_each_header_says(void **state)
{
	static const struct {
		uint8_t proto, len;
		uint32_t bytes;
	} cases[] = {
		{WF_PROTO_HOPOPTS, 0, 8},  {WF_PROTO_ROUTING, 2, 24}, {WF_PROTO_DSTOPTS, 255, 2048},
		{WF_PROTO_FRAGMENT, 0, 8}, {WF_PROTO_FRAGMENT, 9, 8}, {WF_PROTO_AH, 4, 24},
		{WF_PROTO_AH, 0, 8},	   {WF_PROTO_AH, 1, 12},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(wf_exthdr_len(cases[i].proto, cases[i].len), cases[i].bytes);
}

static void only_the_five_headers_are_walked(void **state)
{
	for (unsigned int proto = 0; proto < 256; proto++)
		assert_int_equal(wf_exthdr_is((uint8_t)proto), proto == 0 || proto == 43 ||
								       proto == 44 || proto == 51 ||
								       proto == 60);
}

static void fragment_header_tells_first_later_and_atomic(void **state)
{
	static const struct {
		uint16_t frag;
		uint8_t flags;
	} cases[] = {
		{0x0000, 0},
		{0x0006, 0}, /* reserved bits */
		{0x0001, WF_UPPER_FRAGMENT},
		{0x0008, WF_UPPER_FRAGMENT | WF_UPPER_LATER_FRAGMENT | WF_UPPER_TINY_FRAGMENT},
		{0x0009, WF_UPPER_FRAGMENT | WF_UPPER_LATER_FRAGMENT | WF_UPPER_TINY_FRAGMENT},
		{0x0010, WF_UPPER_FRAGMENT | WF_UPPER_LATER_FRAGMENT},
		{0x0108, WF_UPPER_FRAGMENT | WF_UPPER_LATER_FRAGMENT},
		{0xfff9, WF_UPPER_FRAGMENT | WF_UPPER_LATER_FRAGMENT},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t buf[16] = {60, 0, (uint8_t)(cases[i].frag >> 8),
				   (uint8_t)cases[i].frag, [8] = 17};
		struct wf_upper upper;

		assert_int_equal(wf_exthdr_walk(buf, buf + 16, 0, 44, &upper), WF_EXTHDR_OK);
		assert_int_equal(upper.flags, cases[i].flags);
		assert_int_equal(upper.off, cases[i].flags & WF_UPPER_LATER_FRAGMENT ? 8 : 16);
		assert_int_equal(upper.proto, cases[i].flags & WF_UPPER_LATER_FRAGMENT ? 60 : 17);
		if (cases[i].flags)
			assert_int_equal(upper.fragment_proto, 60);
	}
}

static void walk_reports_where_the_fragment_header_is(void **state)
{
	uint8_t buf[32] = {44, 0, [8] = 60, 0, 0, 1, [16] = 17, 0, 0xff, 0xff};
	struct wf_upper upper;

	assert_int_equal(wf_exthdr_walk(buf, buf + 32, 0, 60, &upper), WF_EXTHDR_OK);
	assert_int_equal(upper.fragment_off, 8);
	assert_int_equal(upper.off, 24);
	buf[11] = 0; /* atomic */
	assert_int_equal(wf_exthdr_walk(buf, buf + 32, 0, 60, &upper), WF_EXTHDR_OK);
	assert_int_equal(upper.fragment_off, 0);
}

static void walk_reports_the_first_routing_header(void **state)
{
	uint8_t buf[24] = {43, 0, 9, [8] = 43, 0, 4, [16] = 59, 0, 7};
	struct wf_upper upper;

	assert_int_equal(wf_exthdr_walk(buf, buf + 24, 0, 60, &upper), WF_EXTHDR_OK);
	assert_int_equal(upper.flags, WF_UPPER_ROUTING);
	assert_int_equal(upper.routing_off, 8);
	assert_int_equal(upper.routing_type, 4);
}

static void walk_refuses_every_truncation(void **state)
{
	static const uint8_t protos[4] = {0, 43, 44, 60};
	uint8_t buf[4 * PLAIN];
	struct wf_upper upper;

	chain(buf, protos, 4, WF_PROTO_NONE);
	for (uint32_t len = 0; len < sizeof(buf); len++) {
		uint8_t *tight = wf_sample_tight(buf, len);

		assert_int_equal(wf_exthdr_walk(tight, tight + len, 0, 0, &upper),
				 WF_EXTHDR_TRUNCATED);
		free(tight);
	}
	buf[25] = 1; /* the last header is one unit longer than the packet */
	assert_int_equal(wf_exthdr_walk(buf, buf + sizeof(buf), 0, 0, &upper), WF_EXTHDR_TRUNCATED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walk_finds_the_upper_layer_behind_eight_headers_and_no_more),
		cmocka_unit_test(length_counts_as_each_header_says),
		cmocka_unit_test(only_the_five_headers_are_walked),
		cmocka_unit_test(fragment_header_tells_first_later_and_atomic),
		cmocka_unit_test(walk_reports_where_the_fragment_header_is),
		cmocka_unit_test(walk_reports_the_first_routing_header),
		cmocka_unit_test(walk_refuses_every_truncation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
