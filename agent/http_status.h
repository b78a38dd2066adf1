/* SPDX-License-Identifier: Apache-2.0 */
/* The beginning of an HTTP/1 answer (RFC 9112 section 4), which is all that a probe wants to know.
 */
#pragma once

#include <stddef.h>

#define WF_HTTP_HEAD_BYTES 13 /* "HTTP/1.1 200 ": so many decide */

/*
 * The first @len bytes of an answer. Returns the status, 100..999; -EAGAIN: more bytes are needed;
 * -EBADMSG: that is not HTTP/1.
 */
int wf_http_status(const char *head, size_t len);
