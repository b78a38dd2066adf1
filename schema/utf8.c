// SPDX-License-Identifier: Apache-2.0
#include "schema/utf8.h"

#include <stdint.h>

/* By first byte: how many follow, and the bounds of the second (RFC 3629 section 4). */
static const struct {
	uint8_t first, last, follow, low, high;
} forms[] = {
	{0x00, 0x7f, 0, 0, 0},	     {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf},
	{0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf},
	{0xf0, 0xf0, 3, 0x90, 0xbf}, {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

/* The bytes of the character at @p, 0: it is none. */
static size_t character(const uint8_t *p, size_t len)
{
	size_t form = 0;

	while (form < sizeof(forms) / sizeof(*forms) &&
	       (p[0] < forms[form].first || p[0] > forms[form].last))
		form++;
	if (form == sizeof(forms) / sizeof(*forms) || len <= forms[form].follow)
		return 0;
	if (forms[form].follow && (p[1] < forms[form].low || p[1] > forms[form].high))
		return 0;
	for (size_t i = 2; i <= forms[form].follow; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return 1 + forms[form].follow;
}

size_t wf_utf8_check(const char *text, size_t len)
{
	size_t at = 0, n;

	while (at < len) {
		n = character((const uint8_t *)text + at, len - at);
		if (!n)
			break;
		at += n;
	}
	return at;
}
