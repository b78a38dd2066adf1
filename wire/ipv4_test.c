// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/ipv4.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/samples_test.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const struct wf_ipv4 *sample_header(enum wf_sample i, uint8_t *frame)
{
	wf_sample_get(i, frame);
	return (const void *)(frame + WF_SAMPLE_L3);
}

static void csum_equals_what_others_compute(void **state)
{
	uint8_t frame[WF_SAMPLE_MAX];

	for (enum wf_sample i = WF_SAMPLE_V4_UDP; i <= WF_SAMPLE_V4_ICMP_ERROR; i++) {
		const struct wf_ipv4 *ip = sample_header(i, frame);

		if (ip->vihl == 0x45)
			assert_int_equal(wf_ipv4_csum(ip), ip->csum);
	}
}

static void hop_down_keeps_the_checksum_right_at_every_ttl(void **state)
{
	uint8_t frame[WF_SAMPLE_MAX];
	struct wf_ipv4 ip = *sample_header(WF_SAMPLE_V4_UDP, frame);

	for (unsigned int id = 0; id < 0x10000; id += 13) {
		ip.id = wf_htons((uint16_t)id);
		ip.ttl = 255;
		ip.csum = wf_ipv4_csum(&ip);
		for (unsigned int ttl = 254; ttl > 0; ttl -= id ? 127 : 1) {
			do
				wf_ipv4_hop_down(&ip);
			while (ip.ttl > ttl);
			assert_int_equal(ip.ttl, ttl);
			assert_int_equal(ip.csum, wf_ipv4_csum(&ip));
		}
	}
}

static void set_tos_keeps_the_checksum_right_for_every_value(void **state)
{
	uint8_t frame[WF_SAMPLE_MAX];
	struct wf_ipv4 ip = *sample_header(WF_SAMPLE_V4_UDP, frame);

	for (unsigned int from = 0; from < 256; from += 5) {
		for (unsigned int to = 0; to < 256; to++) {
			ip.tos = (uint8_t)from;
			ip.csum = wf_ipv4_csum(&ip);
			wf_ipv4_set_tos(&ip, (uint8_t)to);
			assert_int_equal(ip.tos, to);
			assert_int_equal(ip.csum, wf_ipv4_csum(&ip));
		}
	}
}

static void fragments_are_told_by_mf_and_offset(void **state)
{
	static const struct {
		uint16_t frag;
		_Bool is_fragment, is_later;
	} cases[] = {
		{0, 0, 0},	{0x4000, 0, 0}, {0x2000, 1, 0}, {0x2001, 1, 1},
		{0x0001, 1, 1}, {0x1000, 1, 1}, {0x8000, 0, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wf_ipv4 ip = {.frag = wf_htons(cases[i].frag)};

		assert_int_equal(wf_ipv4_is_fragment(&ip), cases[i].is_fragment);
		assert_int_equal(wf_ipv4_is_later_fragment(&ip), cases[i].is_later);
	}
}

static void predicates_know_group_addresses(void **state)
{
	assert_true(wf_ipv4_is_multicast(WF_BE32(0xe0000001)));
	assert_true(wf_ipv4_is_multicast(WF_BE32(0xefffffff)));
	assert_false(wf_ipv4_is_multicast(WF_BE32(0xf0000000)));
	assert_false(wf_ipv4_is_multicast(WF_BE32(0xdfffffff)));
	assert_true(wf_ipv4_is_broadcast(WF_BE32(0xffffffff)));
	assert_false(wf_ipv4_is_broadcast(WF_BE32(0xfffffffe)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csum_equals_what_others_compute),
		cmocka_unit_test(hop_down_keeps_the_checksum_right_at_every_ttl),
		cmocka_unit_test(set_tos_keeps_the_checksum_right_for_every_value),
		cmocka_unit_test(fragments_are_told_by_mf_and_offset),
		cmocka_unit_test(predicates_know_group_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
