// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/siphash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* vectors_sip64 of the reference implementation: key 00..0f, message 00 01 02 ..., whole words. */
static void hashes_are_those_of_the_reference(void **state)
{
	static const uint8_t want[][8] = {
		{0x31, 0x0e, 0x0e, 0xdd, 0x47, 0xdb, 0x6f, 0x72},
		{0x62, 0x24, 0x93, 0x9a, 0x79, 0xf5, 0xf5, 0x93},
		{0xdb, 0x9b, 0xc2, 0x57, 0x7f, 0xcc, 0x2a, 0x3f},
		{0x94, 0xaf, 0x49, 0xf6, 0xc6, 0x50, 0xad, 0xb8},
		{0xce, 0x7c, 0xf2, 0x72, 0x2f, 0x51, 0x27, 0x71},
		{0xd0, 0xa7, 0x04, 0x53, 0x6b, 0xa9, 0x3e, 0x0e},
	};
	const __u64 k[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

	for (uint32_t n = 0; n < sizeof(want) / sizeof(*want); n++) {
		struct wf_siphash s;
		uint64_t word = k[0], hash;

		wf_siphash_begin(&s, k);
		for (uint32_t i = 0; i < n; i++, word += 0x0808080808080808)
			wf_siphash_add(&s, word);
		hash = wf_siphash_end(&s);
		for (int i = 0; i < 8; i++)
			assert_int_equal(hash >> 8 * i & 0xff, want[n][i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_the_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
