// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/srh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/ipv6.h"
#include "wire/samples_test.h"
#include "wire/sid.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

#define OFF (WF_SAMPLE_L3 + WF_IPV6_LEN)

static void check_takes_what_linux_vpp_and_weft_send(void **state)
{
	static const enum wf_sample taken[] = {WF_SAMPLE_SRH_REDUCED, WF_SAMPLE_SRH_FULL,
					       WF_SAMPLE_SRH_TLVS};
	uint8_t frame[WF_SAMPLE_MAX];

	for (size_t i = 0; i < COUNT(taken); i++) {
		size_t len = wf_sample_get(taken[i], frame);

		assert_int_equal(wf_srh_check(frame, frame + len, OFF), WF_SRH_OK);
	}
}

static void check_names_what_is_wrong(void **state)
{
	static const struct {
		enum wf_sample sample;
		uint8_t at, value; /* one byte of the header, changed */
		enum wf_srh_fault fault;
	} cases[] = {
		{WF_SAMPLE_SRH_REDUCED, 2, 0, WF_SRH_TYPE_OTHER},
		{WF_SAMPLE_SRH_REDUCED, 2, 3, WF_SRH_TYPE_OTHER},
		{WF_SAMPLE_SRH_REDUCED, 3, 0, WF_SRH_OK},
		{WF_SAMPLE_SRH_REDUCED, 3, 2, WF_SRH_SEGMENTS_LEFT},
		{WF_SAMPLE_SRH_REDUCED, 3, 255, WF_SRH_SEGMENTS_LEFT},
		{WF_SAMPLE_SRH_REDUCED, 4, 1, WF_SRH_LAST_ENTRY},
		{WF_SAMPLE_SRH_REDUCED, 4, 255, WF_SRH_LAST_ENTRY},
		{WF_SAMPLE_SRH_REDUCED, 1, 0, WF_SRH_LAST_ENTRY},
		{WF_SAMPLE_SRH_REDUCED, 1, 1, WF_SRH_LAST_ENTRY},
		{WF_SAMPLE_SRH_REDUCED, 1, 255, WF_SRH_TRUNCATED},
		{WF_SAMPLE_SRH_REDUCED, 1, 3, WF_SRH_TLV}, /* inner header taken for a TLV */
		{WF_SAMPLE_SRH_REDUCED, 5, 255,
		 WF_SRH_OK}, /* flags and tag are not ours to judge */
		{WF_SAMPLE_SRH_FULL, 3, 2, WF_SRH_OK},
		{WF_SAMPLE_SRH_FULL, 3, 3, WF_SRH_SEGMENTS_LEFT},
		{WF_SAMPLE_SRH_FULL, 4, 2, WF_SRH_LAST_ENTRY},
		{WF_SAMPLE_SRH_TLVS, 25, 14, WF_SRH_TLV},
		{WF_SAMPLE_SRH_TLVS, 25, 255, WF_SRH_TLV},
		{WF_SAMPLE_SRH_TLVS, 43, 5, WF_SRH_TLV},
		{WF_SAMPLE_SRH_TLVS, 43, 3, WF_SRH_OK},
	};
	uint8_t frame[WF_SAMPLE_MAX];

	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = wf_sample_get(cases[i].sample, frame);

		frame[OFF + cases[i].at] = cases[i].value;
		assert_int_equal(wf_srh_check(frame, frame + len, OFF), cases[i].fault);
	}
}

static void check_refuses_every_truncation(void **state)
{
	uint8_t frame[WF_SAMPLE_MAX];

	for (enum wf_sample i = WF_SAMPLE_SRH_REDUCED; i <= WF_SAMPLE_SRH_TLVS; i++) {
		size_t whole = wf_sample_get(i, frame);
		size_t need = OFF + wf_srh_len((const void *)(frame + OFF));

		for (size_t len = 0; len <= whole; len++) {
			uint8_t *tight = wf_sample_tight(frame, len);

			assert_int_equal(wf_srh_check(tight, tight + len, OFF),
					 len < need ? WF_SRH_TRUNCATED : WF_SRH_OK);
			free(tight);
		}
	}
}

static void segment_is_null_outside_the_packet(void **state)
{
	uint8_t frame[WF_SAMPLE_MAX];
	size_t len = wf_sample_get(WF_SAMPLE_SRH_REDUCED, frame);
	uint8_t *tight = wf_sample_tight(frame, len);
	const uint8_t *segment = wf_srh_segment(tight, tight + len, OFF, 0);

	assert_ptr_equal(segment, tight + OFF + 8);
	assert_int_equal(wf_sid_head(segment) & 0xffff, WF_FN_DT46);
	assert_null(wf_srh_segment(tight, tight + OFF + 23, OFF, 0));
	assert_null(wf_srh_segment(tight, tight + len, OFF, 255));
	assert_int_equal(wf_srh_tlv_off((const void *)(tight + OFF), OFF), OFF + 24);
	free(tight);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_takes_what_linux_vpp_and_weft_send),
		cmocka_unit_test(check_names_what_is_wrong),
		cmocka_unit_test(check_refuses_every_truncation),
		cmocka_unit_test(segment_is_null_outside_the_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
