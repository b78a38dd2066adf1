// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/opaque.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void fill_writes_sixteen_bytes_that_are_understood(void **state)
{
	static const uint8_t want[WF_OPAQUE_LEN] = {124,  14,	0,    1,    0,	  0,	0,    0,
						    0xab, 0xcd, 0xef, 0x12, 0x34, 0x56, 0x77, 0x88};
	struct wf_opaque_tlv tlv;

	memset(&tlv, 0xff, sizeof(tlv));
	wf_opaque_fill(&tlv, 0xabcdef1234567788);
	assert_memory_equal(&tlv, want, sizeof(want));
	assert_true(wf_opaque_is(&tlv));
	assert_int_equal(wf_load_be64(&tlv.arg), 0xabcdef1234567788);
}

static void what_is_not_understood_is_not_read(void **state)
{
	struct wf_opaque_tlv tlv;
	uint8_t *bytes = (uint8_t *)&tlv;

	for (size_t i = 0; i < WF_OPAQUE_LEN; i++) {
		wf_opaque_fill(&tlv, 1);
		bytes[i] ^= 1;
		assert_int_equal(wf_opaque_is(&tlv), i >= 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fill_writes_sixteen_bytes_that_are_understood),
		cmocka_unit_test(what_is_not_understood_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
