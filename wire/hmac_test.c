// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "wire/hmac.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <stdio.h>

#include "wire/sid.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static void assert_signature(const void *secret, uint32_t secret_len, const void *text,
			     uint32_t len, const char *want)
{
	uint32_t inner[8], outer[8];
	uint8_t hmac[WF_SHA256_LEN];
	char hex[2 * WF_SHA256_LEN + 1];

	wf_hmac_pads(secret, secret_len, inner, outer);
	wf_hmac_sign(inner, outer, text, len, hmac);
	for (size_t i = 0; i < WF_SHA256_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", hmac[i]);
	assert_string_equal(hex, want);
}

/* RFC 4231, test cases 1 to 4. */
static void signatures_are_those_of_the_rfc(void **state)
{
	uint8_t secret[25], text[50];

	memset(secret, 0x0b, 20);
	assert_signature(secret, 20, "Hi There", 8,
			 "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	assert_signature("Jefe", 4, "what do ya want for nothing?", 28,
			 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(secret, 0xaa, 20);
	memset(text, 0xdd, sizeof(text));
	assert_signature(secret, 20, text, 50,
			 "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
	for (uint8_t i = 0; i < 25; i++)
		secret[i] = i + 1;
	memset(text, 0xcd, sizeof(text));
	assert_signature(secret, 25, text, 50,
			 "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
}

/* A header of @n segments: End.DT46 with an argument, behind node 4 and 3, or nodes 1..16. */
struct header {
	struct wf_srh srh;
	uint8_t segments[WF_HMAC_SEGMENTS_MAX + 1][16];
	struct wf_hmac_tlv tlv;
};

static void header_make(struct header *h, uint32_t n)
{
	memset(h, 0, sizeof(*h));
	h->srh.last_entry = (uint8_t)(n - 1);
	wf_sid_make(h->segments[0], 0x5f000000, 2, WF_FN_DT46,
		    n == 2 ? 0xabcdef1234567788 : 0x0001000200030004);
	for (uint16_t i = 1; i < n; i++)
		wf_sid_make(h->segments[i], 0x5f000000, n == 2 ? 4 : i, n == 2 ? 3 : WF_FN_END, 0);
	wf_hmac_fill(&h->tlv, 7);
}

/* Made with Python's hmac over bytes put together by hand; secret "0123456789abcdef", key id 7. */
static void text_of_a_header_is_that_of_rfc_8754_or_linux(void **state)
{
	static const struct {
		uint32_t n;
		_Bool is_linux;
		uint32_t len;
		const char *hmac;
	} cases[] = {
		{2, 0, 56, "3b4c5af2574efca7692abe987c0c13fdfae9d95756b2e903d56b72e81659af13"},
		{2, 1, 54, "3b882daebf624c6e2484ec8028c66c7d3fbfd012d77348fd511f063113cd6f26"},
		{17, 0, 296, "70872d3f3851d4f6a485f9642c32470415e38657aae2fe94769f9db6b87c313a"},
	};
	uint8_t text[WF_HMAC_TEXT_MAX], src[16];
	struct header h;

	wf_sid_node_addr(src, 0x5f000000, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		header_make(&h, cases[i].n);
		if (cases[i].is_linux)
			h.srh.flags = WF_SRH_FLAG_HMAC;
		else if (cases[i].n == 2)
			h.tlv.d_reserved = WF_BE16(WF_HMAC_D);
		assert_int_equal(wf_srh_hmac_text(text, src, &h.srh, &h.tlv, cases[i].is_linux),
				 cases[i].len);
		assert_signature("0123456789abcdef", 16, text, cases[i].len, cases[i].hmac);
	}
	header_make(&h, WF_HMAC_SEGMENTS_MAX + 1);
	assert_int_equal(wf_srh_hmac_text(text, src, &h.srh, &h.tlv, 0), 0);
}

static void tlv_says_type_length_and_key(void **state)
{
	static const uint8_t want[8] = {5, 38, 0, 0, 1, 2, 3, 4};
	struct wf_hmac_tlv tlv;

	memset(&tlv, 0xff, sizeof(tlv));
	wf_hmac_fill(&tlv, 0x01020304);
	assert_memory_equal(&tlv, want, sizeof(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_are_those_of_the_rfc),
		cmocka_unit_test(text_of_a_header_is_that_of_rfc_8754_or_linux),
		cmocka_unit_test(tlv_says_type_length_and_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
