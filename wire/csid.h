/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Compressed SIDs, NEXT-C-SID flavor (RFC 9800 section 4.1), 16 bits each behind a block of 32:
 *
 *  | block 32 | C-SID 1 | C-SID 2 | ... | C-SID 6 |     a container, in the destination address
 *  | block 32 | C-SID 2 | ...     | C-SID 6 |  0  |     after C-SID 1's node has shifted it
 *
 * A C-SID of 0 ends the list. Node ids name nodes (uN); the functions of sid.h may follow the last
 * node of a container as local C-SIDs.
 */
#pragma once

#include "wire/bytes.h"

#define WF_CSID_PER_CONTAINER 6

/* @n: 1..WF_CSID_PER_CONTAINER; @csids in the order of the path, host order. */
WF_INLINE void wf_csid_pack(__u8 sid[16], __u32 block, const __u16 *csids, __u32 n)
{
	wf_store_be32(sid, block);
	for (__u32 i = 0; i < WF_CSID_PER_CONTAINER; i++)
		wf_store_be16(sid + 4 + 2 * i, i < n ? csids[i] : 0);
}

/* The C-SID behind the active one; 0: the container is used up. */
WF_INLINE __u16 wf_csid_next(const __u8 da[16])
{
	return wf_load_be16(da + 6);
}

/* Drops the active C-SID, keeps the block, fills with zero from the right. */
WF_INLINE void wf_csid_shift(__u8 da[16])
{
	__u64 high = wf_load_be64(da), low = wf_load_be64(da + 8);

	high = (high & 0xffffffff00000000) | (high & 0xffff) << 16 | low >> 48;
	wf_store_be64(da, high);
	wf_store_be64(da + 8, low << 16);
}
