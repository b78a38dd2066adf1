// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/csid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void pack_fills_from_the_left_and_leaves_zero(void **state)
{
	static const uint16_t csids[] = {1, 0x0203, 3, 4, 5, 0xe001};
	static const uint8_t full[16] = {0x5f, 0, 0, 0x0a, 0, 1, 2, 3, 0, 3, 0, 4, 0, 5, 0xe0, 1};

	for (uint32_t n = 1; n <= WF_CSID_PER_CONTAINER; n++) {
		uint8_t sid[16], want[16] = {0};

		for (uint32_t i = 0; i < 4 + 2 * n; i++)
			want[i] = full[i];
		wf_csid_pack(sid, 0x5f00000a, csids, n);
		assert_memory_equal(sid, want, 16);
	}
}

static void shift_walks_through_the_container_and_keeps_the_block(void **state)
{
	static const uint16_t csids[] = {11, 12, 13, 14, 15, 16};
	uint8_t da[16];

	wf_csid_pack(da, 0x5f00000a, csids, 6);
	for (unsigned int i = 0; i < 6; i++) {
		uint8_t want[16];

		assert_int_equal(wf_csid_next(da), i < 5 ? csids[i + 1] : 0);
		wf_csid_pack(want, 0x5f00000a, csids + i, 6 - i);
		assert_memory_equal(da, want, 16);
		wf_csid_shift(da);
	}
	assert_memory_equal(da, "\x5f\0\0\x0a\0\0\0\0\0\0\0\0\0\0\0\0", 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pack_fills_from_the_left_and_leaves_zero),
		cmocka_unit_test(shift_walks_through_the_container_and_keeps_the_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
