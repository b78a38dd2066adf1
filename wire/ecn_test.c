// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/ecn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/ipv6.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static void decap_follows_the_table_of_rfc_6040(void **state)
{
	enum {
		N = WF_ECN_NOT_ECT,
		E0 = WF_ECN_ECT0,
		E1 = WF_ECN_ECT1,
		CE = WF_ECN_CE
	};
	static const struct {
		uint8_t inner;
		int with[4]; /* outer Not-ECT, ECT(0), ECT(1), CE */
	} rows[] = {
		{N, {N, N, N, WF_ECN_DROP}},
		{E0, {E0, E0, E1, CE}},
		{E1, {E1, E1, E1, CE}},
		{CE, {CE, CE, CE, CE}},
	};
	static const uint8_t outer[4] = {N, E0, E1, CE};

	for (size_t row = 0; row < COUNT(rows); row++) {
		for (size_t col = 0; col < 4; col++) {
			int want = rows[row].with[col];

			assert_int_equal(wf_ecn_decap(rows[row].inner, outer[col]), want);
			assert_int_equal(wf_ecn_decap_tc(rows[row].inner | 0xb8, outer[col] | 0x14),
					 want < 0 ? want : (0xb8 | want));
		}
	}
}

static void encap_copies_dscp_and_ecn(void **state)
{
	for (unsigned int tc = 0; tc < 256; tc++)
		assert_int_equal(wf_ecn_encap_tc((uint8_t)tc), tc);
}

/* In the word, whatever else is in it: what does not touch leaves the inner codepoint. */
static void what_does_not_touch_changes_nothing(void **state)
{
	for (uint32_t i = 0; i < 16; i++) {
		const uint8_t inner = i & 3, outer = (uint8_t)(i >> 2);
		const bool touches = wf_ecn_touches(wf_ipv6_vtf(0xb8 | inner, 0x12345),
						    wf_ipv6_vtf(0x14 | outer, 0xfedcb)) != 0;

		if (!touches)
			assert_int_equal(wf_ecn_decap(inner, outer), inner);
		if (outer == inner || outer == WF_ECN_NOT_ECT)
			assert_false(touches);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decap_follows_the_table_of_rfc_6040),
		cmocka_unit_test(encap_copies_dscp_and_ecn),
		cmocka_unit_test(what_does_not_touch_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
