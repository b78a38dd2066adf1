/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON value as people read it, appended to @out. Missing and null values are empty. */
#pragma once

#include <jansson.h>

#include "base/buf.h"

typedef void (*wf_format_fn)(const json_t *value, struct wf_buf *out);

void wf_format_plain(const json_t *value, struct wf_buf *out); /* "a", "a, b", "k=v, k=v", yes/no */
void wf_format_count(const json_t *value, struct wf_buf *out); /* 999, 1.2k, 34M */
void wf_format_bytes(const json_t *value, struct wf_buf *out); /* 999 B, 1.2 KiB */
void wf_format_traffic(const json_t *value, struct wf_buf *out);  /* {"packets", "bytes"} */
void wf_format_segments(const json_t *value, struct wf_buf *out); /* "1 > 4 > B" */
void wf_format_ways(const json_t *value, struct wf_buf *out);	  /* a policy's `via` or `paths` */
void wf_format_action(const json_t *value, struct wf_buf *out);	  /* a policy's: allow, deny */
void wf_format_default(const json_t *value, struct wf_buf *out);  /* a tenant's: allow, deny */
void wf_format_time(const json_t *value, struct wf_buf *out);	  /* ms since 1970: time of day */
void wf_format_share(const json_t *value, struct wf_buf *out);	  /* 0.75: 75 % */

/* Of each item of a list its key @name, and the number (of a counter the packets) at @key: "a 12, b
 * -". */
void wf_format_counts(const json_t *value, const char *name, const char *key, struct wf_buf *out);
