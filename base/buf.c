// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct wf_buf *b, size_t more)
{
	size_t need = b->len + more + 1, cap = b->cap ? b->cap : 64;
	char *grown;

	if (b->is_failed)
		return false;
	if (need <= b->cap)
		return true;
	while (cap < need)
		cap *= 2;
	grown = realloc(b->data, cap);
	if (!grown) {
		b->is_failed = true;
		return false;
	}
	b->data = grown;
	b->cap = cap;
	return true;
}

void wf_buf_append(struct wf_buf *b, const void *data, size_t len)
{
	if (!reserve(b, len))
		return;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void wf_buf_puts(struct wf_buf *b, const char *s)
{
	wf_buf_append(b, s, strlen(s));
}

void wf_buf_printf(struct wf_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !reserve(b, n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, n + 1, fmt, ap);
	va_end(ap);
	b->len += n;
}

char *wf_buf_take(struct wf_buf *b)
{
	char *data = NULL;

	wf_buf_append(b, "", 0);
	if (!b->is_failed) {
		data = b->data;
		b->data = NULL;
	}
	wf_buf_done(b);
	return data;
}

void wf_buf_done(struct wf_buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}
