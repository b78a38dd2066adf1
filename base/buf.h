/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte string, always NUL-terminated once anything was appended. Running out of memory
 * is remembered: append freely, then ask once, in wf_buf_take() or by is_failed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct wf_buf {
	char *data; /* owned; NULL while empty */
	size_t len; /* without the NUL */
	size_t cap;
	bool is_failed;
};

void wf_buf_append(struct wf_buf *b, const void *data, size_t len);
void wf_buf_puts(struct wf_buf *b, const char *s);
void wf_buf_printf(struct wf_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Hands the string to the caller (who frees it) and empties @b; NULL if memory ran out. */
char *wf_buf_take(struct wf_buf *b);

/* Frees and empties @b. */
void wf_buf_done(struct wf_buf *b);
