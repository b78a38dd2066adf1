// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/tlv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/samples_test.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static void read_tells_type_length_and_the_next(void **state)
{
	static const uint8_t tlvs[] = {0, 4, 2, 0, 0, 5, 1, 0xaa, 0};
	static const struct wf_tlv want[] = {
		{0, 1, WF_TLV_PAD1}, {1, 4, WF_TLV_PADN}, {5, 3, WF_TLV_HMAC}, {8, 1, WF_TLV_PAD1}};
	struct wf_tlv tlv = {0};

	for (size_t i = 0; i < COUNT(want); i++) {
		assert_int_equal(wf_tlv_read(tlvs, tlvs + 9, tlv.off + tlv.len, 9, &tlv),
				 WF_TLV_FOUND);
		assert_int_equal(tlv.off, want[i].off);
		assert_int_equal(tlv.len, want[i].len);
		assert_int_equal(tlv.type, want[i].type);
	}
	assert_int_equal(wf_tlv_read(tlvs, tlvs + 9, tlv.off + tlv.len, 9, &tlv), WF_TLV_END);
}

static void tlvs_must_fill_the_header_exactly(void **state)
{
	static const struct {
		uint8_t bytes[24];
		uint32_t len;
		_Bool is_sane;
	} cases[] = {
		{{0}, 0, 1},
		{{0}, 8, 1},
		{{4, 6}, 8, 1},
		{{4, 7}, 8, 0},
		{{4, 5, 0, 0, 0, 0, 0, 4}, 8, 0}, /* a type without length */
		{{4, 5}, 8, 1},			  /* Pad1 at the end */
		{{5, 14}, 16, 1},
		{{5, 255}, 16, 0},
		{{252, 4, [6] = 124, 0}, 8, 1},
		{{0}, 16, 1},
		{{0}, 17, 0}, /* more than WF_TLV_MAX */
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t *tight = wf_sample_tight(cases[i].bytes, cases[i].len);

		assert_int_equal(wf_tlv_is_sane(tight, tight + cases[i].len, 0, cases[i].len),
				 cases[i].is_sane);
		free(tight);
	}
}

static void walk_does_not_leave_the_packet(void **state)
{
	static const uint8_t bytes[16] = {124, 2, 0, 0, 5, 6, [12] = 4, 2};

	for (uint32_t len = 0; len < sizeof(bytes); len++) {
		uint8_t *tight = wf_sample_tight(bytes, len);

		/* the limit promises more than there is: only what is read must be there */
		assert_int_equal(wf_tlv_is_sane(tight, tight + len, 0, 16), len >= 14);
		free(tight);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_tells_type_length_and_the_next),
		cmocka_unit_test(tlvs_must_fill_the_header_exactly),
		cmocka_unit_test(walk_does_not_leave_the_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
