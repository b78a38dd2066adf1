// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/ipv6.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static void vtf_puts_each_field_in_its_bits(void **state)
{
	struct wf_ipv6 ip = {.vtf = wf_ipv6_vtf(0xb9, 0x12345)};

	assert_memory_equal(&ip, "\x6b\x91\x23\x45", 4);
	assert_true(wf_ipv6_is_version(&ip));
	assert_int_equal(wf_ipv6_tc(&ip), 0xb9);
}

static void set_tc_keeps_version_and_label(void **state)
{
	for (unsigned int tc = 0; tc < 256; tc++) {
		struct wf_ipv6 ip = {.vtf = wf_ipv6_vtf(0x5a, 0xfedcb)};

		wf_ipv6_set_tc(&ip, (uint8_t)tc);
		assert_int_equal(ip.vtf, wf_ipv6_vtf((uint8_t)tc, 0xfedcb));
	}
}

static void predicates_read_the_address(void **state)
{
	static const struct {
		uint8_t a[16];
		_Bool multicast, link_local, unspecified, v4mapped;
	} cases[] = {
		{{0}, 0, 0, 1, 0},
		{{[15] = 1}, 0, 0, 0, 0},
		{{0xff, 2, [15] = 1}, 1, 0, 0, 0},
		{{0xfe, 0x80, [15] = 1}, 0, 1, 0, 0},
		{{0xfe, 0xbf}, 0, 1, 0, 0},
		{{0xfe, 0xc0}, 0, 0, 0, 0},
		{{[10] = 0xff, 0xff, 10, 0, 0, 1}, 0, 0, 0, 1},
		{{[10] = 0xff, 0xfe, 10, 0, 0, 1}, 0, 0, 0, 0},
		{{[7] = 1, [10] = 0xff, 0xff, 10, 0, 0, 1}, 0, 0, 0, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(wf_ipv6_is_multicast(cases[i].a), cases[i].multicast);
		assert_int_equal(wf_ipv6_is_link_local(cases[i].a), cases[i].link_local);
		assert_int_equal(wf_ipv6_is_unspecified(cases[i].a), cases[i].unspecified);
		assert_int_equal(wf_ipv6_is_v4mapped(cases[i].a), cases[i].v4mapped);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vtf_puts_each_field_in_its_bits),
		cmocka_unit_test(set_tc_keeps_version_and_label),
		cmocka_unit_test(predicates_read_the_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
