/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From segments to a ready-made header: outer IPv6, then, with more than one segment, a reduced SRH
 * (RFC 8754 section 4.1.1), whose list leaves out the first segment because that is in the
 * destination address.
 *
 *  | IPv6 40: 0 tc, label, length | next header | hop limit 64 | node's address | segment 1 |
 *  | SRH 8: next header | 2 * (n - 1) | 4 | n - 1 left | n - 2 last | 0 | 0 |
 *  | segment n, End.DT46 with its argument | segment n - 1 | ... | segment 2 |
 *
 * The data path puts in, for each packet: length, flow label, traffic class, the next header and
 * the argument.
 */
#pragma once

#include "compile/segments.h"

#define WF_TEMPLATE_HOP_LIMIT 64

/* Bytes of the header with this many segments. */
static inline unsigned int wf_template_bytes(unsigned int n_segments)
{
	return n_segments > 1 ? 40 + 8 + 16 * (n_segments - 1) : 40;
}

/* @source: the node's own address. */
void wf_template_make(const uint8_t source[16], const struct wf_segments *segments,
		      struct wf_template *ret);
