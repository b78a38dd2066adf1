/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the headers around a packet prove of it. */
#pragma once

#include "dp/table.h"

struct wf_proof {
	__u64 arg;	   /* tenant, identity, policy: of the final SID, or of the opaque TLV */
	__u32 key;	   /* HMAC Key ID it is signed with; 0: not signed */
	__u16 transit_off; /* of the transit TLV, from the start of the packet; 0: none */
	__u8 has; /* WF_NEED_HMAC: the signature is right; WF_NEED_PATH: and its list is listed */
	__u8 pad;
};
