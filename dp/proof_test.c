// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "dp/proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* Made with Python's hashlib.sha256(...).hexdigest()[:16]. */
static void lists_are_named_without_the_argument_of_their_end(void **state)
{
	uint8_t list[WF_HMAC_SEGMENTS_MAX][16];

	wf_sid_make(list[0], 0x5f000000, 2, WF_FN_DT46, 0xabcdef1234567788);
	wf_sid_make(list[1], 0x5f000000, 4, 3, 0);
	assert_int_equal(wf_listed_hash(list, 2), 0x99bdb791c841f0ec);
	wf_sid_set_arg(list[0], 0);
	assert_int_equal(wf_listed_hash(list, 2), 0x99bdb791c841f0ec);
	wf_sid_set_arg(list[1], 1);
	assert_true(wf_listed_hash(list, 2) != 0x99bdb791c841f0ec);
	for (uint16_t i = 1; i < WF_HMAC_SEGMENTS_MAX; i++)
		wf_sid_make(list[i], 0x5f000000, i, WF_FN_END, 0);
	assert_int_equal(wf_listed_hash(list, WF_HMAC_SEGMENTS_MAX), 0xa7ff339648995e92);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_named_without_the_argument_of_their_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
