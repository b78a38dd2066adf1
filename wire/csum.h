/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The Internet checksum (RFC 1071) and its incremental update (RFC 1624, equation 3).
 *
 * A partial sum is a __u64 to which words are added in memory order, byte order ignored; it cannot
 * overflow within a packet. wf_csum_fold() makes it 16 bits. Checksums are kept in network order
 * (__be16, the complement of the sum). A UDP checksum of 0 means "none": that is the caller's
 * business.
 */
#pragma once

#include "wire/bytes.h"

/* @n: a compile-time constant, or at least bounded for BPF. An odd last byte is padded with zero.
 */
WF_INLINE __u64 wf_csum_add_bytes(__u64 sum, const void *p, __u32 n)
{
	const __u8 *b = p;
	__u32 i;

	for (i = 0; i + 4 <= n; i += 4)
		sum += *(const wf_any32 *)(b + i);
	if (n & 2) {
		sum += *(const wf_any16 *)(b + i);
		i += 2;
	}
	if (n & 1)
		sum += (__u16)WF_BE16((__u16)(b[i] << 8));
	return sum;
}

/* 16 bits, not complemented. */
WF_INLINE __u16 wf_csum_fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + ((sum >> 16) & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)sum;
}

WF_INLINE __be16 wf_csum_finish(__u64 sum)
{
	return (__be16)~wf_csum_fold(sum);
}

/* HC' = ~(~HC + ~m + m'). */
WF_INLINE __be16 wf_csum_update16(__be16 csum, __be16 old, __be16 new)
{
	return wf_csum_finish((__u64)(__u16)~csum + (__u16)~old + (__u16) new);
}

WF_INLINE __be16 wf_csum_update32(__be16 csum, __be32 old, __be32 new)
{
	return wf_csum_finish((__u64)(__u16)~csum + (__u32)~old + (__u32) new);
}

/* The pseudo header, RFC 8200 section 8.1. @len: of the upper layer, bytes. */
WF_INLINE __u64 wf_csum_pseudo_v6(const __u8 src[16], const __u8 dst[16], __u8 proto, __u32 len)
{
	__u64 sum = (__u64)WF_BE32(proto) + wf_htonl(len);

	sum = wf_csum_add_bytes(sum, src, 16);
	return wf_csum_add_bytes(sum, dst, 16);
}
