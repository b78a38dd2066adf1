// SPDX-License-Identifier: Apache-2.0
#include "agent/printable.h"

#include <stdio.h>
#include <string.h>

const char *wf_printable(const char *text, char *buf, size_t size)
{
	size_t used = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		char piece[5] = {*text};

		if (c == '\\')
			strcpy(piece, "\\\\");
		else if (c < 0x20 || c > 0x7e)
			snprintf(piece, sizeof(piece), "\\x%02x", c);
		if (used + strlen(piece) >= size)
			break;
		used = (size_t)(stpcpy(buf + used, piece) - buf);
	}
	buf[used] = '\0';
	return buf;
}
