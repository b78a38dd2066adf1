/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outer bytes of a path, field by field: IPv6 (RFC 8200), SRH (RFC 8754 section 2), its segment
 * list and TLVs, and the argument of the final SID or of the opaque TLV (docs/wire-format.md).
 */
#pragma once

#include <jansson.h>

#include "base/buf.h"

#define WF_HEADER_MAX 2048 /* bytes of an outer header */

/*
 * Appends lines "OFFSET  BYTES  MEANING". @hex: the header; @segments: what the API says about the
 * SIDs in it, to name them. 0 or -EINVAL: that is no outer header.
 */
int wf_path_dump(const char *hex, const json_t *segments, struct wf_buf *out);
