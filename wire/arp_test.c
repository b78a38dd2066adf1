// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/arp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/samples_test.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const uint8_t gateway[6] = {0x02, 0x57, 0x45, 0x46, 0x54, 0x01};

static void reply_is_made_in_place(void **state)
{
	static const uint8_t want[] = {
		0x02, 0, 0, 0,	  0, 1, 0x02, 0x57, 0x45, 0x46, 0x54, 0x01, 0x08, 0x06, /* Ethernet
											 */
		0,    1, 8, 0,	  6, 4, 0,    2,    0x02, 0x57, 0x45, 0x46, 0x54, 0x01, 169,
		254,  1, 1, 0x02, 0, 0, 0,    0,    1,	  10,	0,    0,    1,
	};
	uint8_t frame[WF_SAMPLE_MAX];
	size_t len = wf_sample_get(WF_SAMPLE_ARP_REQUEST, frame);
	struct wf_arp_request request;

	assert_int_equal(wf_arp_parse(frame, frame + len, WF_SAMPLE_L3, &request), WF_ARP_OK);
	assert_int_equal(request.sender, WF_BE32(0x0a000001));
	assert_int_equal(request.target, WF_BE32(0xa9fe0101));
	assert_false(wf_arp_reply(frame, frame + len - 1, WF_SAMPLE_L3, gateway));
	assert_false(wf_arp_reply(frame, frame + len, 0, gateway));
	assert_true(wf_arp_reply(frame, frame + len, WF_SAMPLE_L3, gateway));
	assert_memory_equal(frame, want, sizeof(want));
}

static void parse_names_what_is_wrong(void **state)
{
	static const struct {
		uint8_t at, value;
		enum wf_arp_fault fault;
	} cases[] = {
		{1, 6, WF_ARP_OTHER_NETWORK}, {2, 0x86, WF_ARP_OTHER_NETWORK},
		{4, 8, WF_ARP_OTHER_NETWORK}, {5, 16, WF_ARP_OTHER_NETWORK},
		{7, 2, WF_ARP_NOT_REQUEST},   {7, 0, WF_ARP_NOT_REQUEST},
		{8, 3, WF_ARP_SENDER},	      {14, 99, WF_ARP_OK},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t frame[WF_SAMPLE_MAX];
		size_t len = wf_sample_get(WF_SAMPLE_ARP_REQUEST, frame);
		struct wf_arp_request request;

		frame[WF_SAMPLE_L3 + cases[i].at] = cases[i].value;
		assert_int_equal(wf_arp_parse(frame, frame + len, WF_SAMPLE_L3, &request),
				 cases[i].fault);
	}
}

static void parse_refuses_every_truncation(void **state)
{
	uint8_t frame[WF_SAMPLE_MAX];
	struct wf_arp_request request;

	wf_sample_get(WF_SAMPLE_ARP_REQUEST, frame);
	for (size_t len = 0; len < WF_SAMPLE_L3 + WF_ARP_LEN; len++) {
		uint8_t *tight = wf_sample_tight(frame, len);

		assert_int_equal(wf_arp_parse(tight, tight + len, WF_SAMPLE_L3, &request),
				 WF_ARP_TRUNCATED);
		free(tight);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reply_is_made_in_place),
		cmocka_unit_test(parse_names_what_is_wrong),
		cmocka_unit_test(parse_refuses_every_truncation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
