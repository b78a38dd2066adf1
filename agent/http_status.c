// SPDX-License-Identifier: Apache-2.0
#include "agent/http_status.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* 'd': a digit; 'D': one that is not 0; ' ': a space, or the end of the line; others themselves. */
static const char shape[WF_HTTP_HEAD_BYTES + 1] = "HTTP/1.d_Ddd ";

static bool fits(char c, char wanted)
{
	switch (wanted) {
	case 'd':
		return c >= '0' && c <= '9';
	case 'D':
		return c >= '1' && c <= '9';
	case ' ':
		return c == ' ' || c == '\r' || c == '\n';
	case '_':
		return c == ' ';
	default:
		return c == wanted;
	}
}

int wf_http_status(const char *head, size_t len)
{
	for (size_t i = 0; i < len && i < WF_HTTP_HEAD_BYTES; i++)
		if (!fits(head[i], shape[i]))
			return -EBADMSG;
	if (len < WF_HTTP_HEAD_BYTES)
		return -EAGAIN;
	return (head[9] - '0') * 100 + (head[10] - '0') * 10 + head[11] - '0';
}
