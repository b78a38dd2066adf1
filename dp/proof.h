/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the headers around a packet prove of it (dp/verify.h finds it out), and whether that is
 * enough.
 */
#pragma once

#include "dp/drops.h"
#include "dp/table.h"
#include "wire/hmac.h"
#include "wire/sid.h"

struct wf_proof {
	__u64 arg;	   /* tenant, identity, policy: of the final SID, or of the opaque TLV */
	__u64 list;	   /* with WF_NEED_PATH: wf_listed_hash() of its segments */
	__u32 key;	   /* HMAC Key ID it is signed with; 0: not signed */
	__u16 transit_off; /* of the transit TLV, from the start of the packet; 0: none */
	__u16 source;	   /* node of the outer source address; 0: no node's */
	__u8 has; /* WF_NEED_HMAC: the signature is right; PATH: its list is listed; TRANSIT: there
		     is a mark, or room for it, to be looked at in each packet */
	__u8 pad[3];
	__u32 lane; /* that its list is, signed or not; 0: none that is listed */
};

WF_SIZE_IS(struct wf_proof, 32);
_Static_assert(WF_HMAC_SEGMENTS_MAX == WF_VIA_SID_MAX + 1, "waypoints and the final SID");

/*
 * The name of a segment list in the table LISTED, for whatever sender: of its bytes with the final
 * SID's argument zeroed, the first 64 bits of their SHA-256. @segments: as in the SRH, the final
 * SID first; @n: 1..WF_HMAC_SEGMENTS_MAX.
 */
WF_INLINE __u64 wf_listed_hash(const void *segments, __u32 n)
{
	__u8 list[16 * WF_HMAC_SEGMENTS_MAX], out[WF_SHA256_LEN];

	__builtin_memcpy(list, segments, 16 * n);
	wf_sid_set_arg(list, 0);
	wf_sha256(list, 16 * n, out);
	return wf_load_be64(out);
}

/* What the receiver insists on, of a packet that came by @policy. HMAC_MISSING, PATH. */
WF_INLINE enum wf_drop wf_proof_judge(__u8 needs, __u16 policy, const struct wf_proof *proof)
{
	const __u8 missing = needs & ~proof->has;

	if (missing & WF_NEED_HMAC)
		return WF_DROP_HMAC_MISSING;
	if (needs & WF_NEED_PATH && (missing & WF_NEED_PATH || (__u16)proof->arg != policy))
		return WF_DROP_PATH;
	return WF_DROP_NONE;
}
