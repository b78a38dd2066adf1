// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/csum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/samples_test.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"

/* The definition, byte by byte. */
static uint16_t slow_sum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void sum_gives_the_example_of_rfc_1071(void **state)
{
	static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

	assert_int_equal(wf_ntohs(wf_csum_fold(wf_csum_add_bytes(0, bytes, 8))), 0xddf2);
	assert_int_equal(wf_ntohs(wf_csum_finish(wf_csum_add_bytes(0, bytes, 8))), 0x220d);
}

static void update_gives_the_example_of_rfc_1624(void **state)
{
	assert_int_equal(wf_csum_update16(WF_BE16(0xdd2f), WF_BE16(0x5555), WF_BE16(0x3285)), 0);
}

static void sum_equals_the_definition_at_every_length(void **state)
{
	uint8_t bytes[64];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 200);
	for (uint32_t n = 0; n <= sizeof(bytes); n++)
		assert_int_equal(wf_ntohs(wf_csum_fold(wf_csum_add_bytes(0, bytes, n))),
				 slow_sum(bytes, n));
}

static void fold_carries_everything(void **state)
{
	assert_int_equal(wf_csum_fold(0xffffffffffffffff), 0xffff);
	assert_int_equal(wf_csum_fold(0xffffffff0000ffff), 0xffff);
	assert_int_equal(wf_csum_fold(0x1ffff), 1);
	assert_int_equal(wf_csum_fold(0), 0);
}

static void updates_equal_a_new_sum(void **state)
{
	uint8_t bytes[40];
	uint32_t x = 1;

	for (int round = 0; round < 2000; round++) {
		uint8_t next[40];
		__be16 csum;

		for (size_t i = 0; i < sizeof(bytes); i++, x = x * 1664525 + 1013904223)
			bytes[i] = round % 3 ? (uint8_t)(x >> 24) : (uint8_t) - (x >> 31);
		bytes[39] |= 1; /* a header is never all zero */
		csum = wf_csum_finish(wf_csum_add_bytes(0, bytes, 40));
		memcpy(next, bytes, 40);
		for (size_t i = 8; i < 24; i++, x = x * 1664525 + 1013904223)
			next[i] = (uint8_t)(x >> 24);
		for (size_t i = 8; i < 16; i += 4)
			csum = wf_csum_update32(csum, *(wf_any32 *)(bytes + i),
						*(wf_any32 *)(next + i));
		for (size_t i = 16; i < 24; i += 2)
			csum = wf_csum_update16(csum, *(wf_any16 *)(bytes + i),
						*(wf_any16 *)(next + i));
		assert_int_equal(csum, wf_csum_finish(wf_csum_add_bytes(0, next, 40)));
	}
}

static void the_pseudo_header_closes_the_sum_of_a_real_packet(void **state)
{
	uint8_t frame[WF_SAMPLE_MAX];
	const struct wf_ipv6 *v6 = (const void *)(frame + WF_SAMPLE_L3);
	uint16_t len;

	wf_sample_get(WF_SAMPLE_V6_TCP, frame);
	len = wf_ntohs(v6->payload_len);
	assert_int_equal(wf_csum_finish(wf_csum_add_bytes(
				 wf_csum_pseudo_v6(v6->src, v6->dst, 6, len), v6 + 1, len)),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sum_gives_the_example_of_rfc_1071),
		cmocka_unit_test(update_gives_the_example_of_rfc_1624),
		cmocka_unit_test(sum_equals_the_definition_at_every_length),
		cmocka_unit_test(fold_carries_everything),
		cmocka_unit_test(updates_equal_a_new_sum),
		cmocka_unit_test(the_pseudo_header_closes_the_sum_of_a_real_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
