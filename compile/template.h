/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From segments to a ready-made header: outer IPv6, an SRH if anything is to be in it, its TLVs.
 *
 *  | IPv6 40: 0 tc, label, length | next header | hop limit 64 | node's address | segment 1 |
 *  | SRH 8: next header | length | 4 | n - 1 left | last entry | flags | 0 |
 *  | segment n, End.DT46 with its argument | segment n - 1 | ... | segment 2 | (segment 1) |
 *  | HMAC TLV 40 | opaque TLV 16 | transit TLV 24 |           each if asked for; multiples of 8
 *
 * The first segment is in the destination address; an unsigned header leaves it out of the list
 * (reduced, RFC 8754 section 4.1.1), unless it is the only one. A signed header lists it, because
 * the destination address is not part of what is signed; and one that leads through functions,
 * because the receiver reads from the list which instances they were.
 *
 * The data path puts in, for each packet: length, flow label, traffic class, the next header, the
 * argument unless it is signed, and the transit TLV of a packet that is to be marked.
 */
#pragma once

#include "compile/segments.h"
#include "compile/signer.h"

#define WF_TEMPLATE_HOP_LIMIT 64

/* What a header carries beside its segments. Zeroed: nothing. */
struct wf_extras {
	const struct wf_signer *signer; /* NULL: not signed */
	uint64_t arg;			/* signed headers: the argument, wire/sid.h */
	bool has_opaque;		/* the argument is in a TLV, not in the final SID */
	uint16_t transit_every;		/* 0: no transit TLV; only signed headers have one */
	bool is_full;			/* all segments are listed, as of a lane of functions */
};

/*
 * What packets of the policy carry, NULL: of the tenant's direct paths. @signer is taken over where
 * they are signed; the argument is left 0.
 */
struct wf_extras wf_extras_of(const struct wf_tenant *tenant, const struct wf_policy *policy,
			      const struct wf_signer *signer);

/* Bytes of the header with this many segments; @extras->signer: NULL or not. */
unsigned int wf_template_bytes(unsigned int n_segments, const struct wf_extras *extras);

/* A header of which a part has been travelled already (End.AS), from @rest on: with its full list.
 */
void wf_template_make_rest(const uint8_t source[16], const struct wf_segments *segments,
			   const struct wf_extras *extras, const struct wf_rest *rest,
			   struct wf_template *ret);

/* @source: the node's own address. */
void wf_template_make(const uint8_t source[16], const struct wf_segments *segments,
		      const struct wf_extras *extras, struct wf_template *ret);
