/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a CPU remembers of the headers it has seen: the same bytes arrive again and again, and lead
 * to the same place until something changes. An entry is good while its generation is the current
 * one, as in dp/flowcache.h.
 */
#pragma once

#include "dp/outer.h"
#include "dp/proof.h"
#include "wire/opaque.h"
#include "wire/transit.h"

/*
 * A header that came to some SIDs of this node, and where these led. This one is for the SRHs that
 * a path of one C-SID container has, with one segment and nothing else.
 */
#define WF_WALKED_BITS	  8
#define WF_WALKED_SLOTS	  (1 << WF_WALKED_BITS)
#define WF_WALKED_SRH_LEN 24

struct wf_walked {
	__u8 from[16];	  /* the key: destination address, */
	__u64 srh[3];	  /* the SRH's bytes, */
	__u32 generation; /* and when */

	__u32 arrived_slot : 24; /* counter of the SID it came to */
	__u32 segments_left : 4;
	__u32 step : 4; /* enum wf_step: DECAP or FORWARD */
	__u8 to[16];	/* the SID it has come to */
};

/*
 * The same for any header that Weft makes, with what it proves: a signature is verified once. All
 * of it is the key but what changes en route, the transit TLV at its end. A header has two slots to
 * be in, side by side.
 */
#define WF_HEADER_BITS	  9
#define WF_HEADER_SLOTS	  (1 << WF_HEADER_BITS)
#define WF_HEADER_SRH_MAX (8 + 16 * (WF_VIA_SID_MAX + 1) + WF_HMAC_LEN + WF_OPAQUE_LEN)

struct wf_header {
	__u32 generation; /* the key: when, */
	__u32 srh_len;	  /* bytes of srh[], */
	__u8 from[16];	  /* destination and */
	__u8 src[16];	  /* source address, */

	__u8 to[16]; /* the SID it has come to */
	struct wf_proof proof;
	__u32 arrived_slot; /* counter of the SID it came to */
	__u8 step;	    /* enum wf_step: DECAP, FORWARD or PROXY */
	__u8 segments_left;
	__u8 is_moved; /* by SIDs before End.DT46, which has its own counter */
	__u8 pad;

	__u64 srh[WF_HEADER_SRH_MAX / 8]; /* and these */
	__u16 function;			  /* PROXY: as in struct wf_outer */
	__u8 pad2[14];
};

WF_SIZE_IS(struct wf_walked, 64);
WF_SIZE_IS(struct wf_header, 448);
_Static_assert(WF_COUNTER_SLOTS <= 1 << 24, "arrived_slot");

/* @srh: WF_WALKED_SRH_LEN bytes. */
WF_INLINE __u32 wf_walked_slot(const __u8 dst[16], const void *srh)
{
	const wf_any64 *d = (const void *)dst, *s = srh;

	return (__u32)((d[0] ^ d[1] ^ s[2]) * 0x9e3779b97f4a7c15ull >> (64 - WF_WALKED_BITS));
}

WF_INLINE _Bool wf_walked_equal(const struct wf_walked *m, const __u8 dst[16], const void *srh)
{
	const wf_any64 *s = srh;

	return wf_equal16(m->from, dst) &&
	       ((m->srh[0] ^ s[0]) | (m->srh[1] ^ s[1]) | (m->srh[2] ^ s[2])) == 0;
}

/* Where the transit TLV is in a header that Weft made, which has no more TLVs than it names. 0:
 * nowhere. */
WF_INLINE __u32 wf_header_transit(const struct wf_outer *o)
{
	const __u32 len = o->tlv_words * 8u, signed_len = WF_HMAC_LEN + WF_TRANSIT_LEN;

	if (len != signed_len && len != signed_len + WF_OPAQUE_LEN)
		return 0;
	return o->upper_off - WF_TRANSIT_LEN;
}

/* Bytes of the SRH that are the key. */
WF_INLINE __u32 wf_header_srh_len(const struct wf_outer *o)
{
	const __u32 transit = wf_header_transit(o);

	return (transit ? transit : o->upper_off) - o->srh_off;
}

/*
 * The first of a header's two slots; the other is its index ^ 1. @last: the last 64 bits of the
 * key: of the signature, of the metadata, or of the list.
 */
WF_INLINE __u32 wf_header_slot(const __u8 dst[16], const __u8 src[16], __u64 last)
{
	const wf_any64 *d = (const void *)dst, *s = (const void *)src;

	return (__u32)((d[0] ^ d[1] ^ s[0] ^ last) * 0x9e3779b97f4a7c15ull >>
		       (64 - WF_HEADER_BITS));
}
