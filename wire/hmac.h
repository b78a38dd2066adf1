/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The signature of a segment list: HMAC TLV of an SRH (RFC 8754 section 2.1.2), HMAC-SHA256 (RFC
 * 2104, RFC 4868).
 *
 *  | type 5 | length 38 | D 1, reserved 15 | HMAC Key ID 32 |
 *  | HMAC 256                                               |
 *
 * Signed are (2.1.2.1): source address 16 | Last Entry 1 | Flags 1 | D and reserved 2 | Key ID 4 |
 * the segments. Linux leaves out D and reserved, and wants a bit in Flags (seg6_hmac.c).
 *
 * A key is kept as what SHA-256 has come to after its two pads: a signature then costs the blocks
 * of the text and one more. The work goes through a struct wf_hmac_job, which a program in the
 * kernel keeps in a map.
 */
#pragma once

#include "wire/sha256.h"
#include "wire/srh.h"

#define WF_HMAC_LEN	     40
#define WF_HMAC_D	     0x8000 /* of d_reserved: the destination address is not checked */
#define WF_HMAC_SEGMENTS_MAX 17	    /* a longer list is not signed, and not verified */
#define WF_HMAC_TEXT_MAX     (24 + 16 * WF_HMAC_SEGMENTS_MAX)
#define WF_HMAC_BLOCKS_MAX   5
#define WF_SRH_FLAG_HMAC     0x08 /* of Linux: an HMAC TLV follows the list */

struct wf_hmac_tlv {
	__u8 type; /* WF_TLV_HMAC */
	__u8 len;  /* 38 */
	__be16 d_reserved;
	__be32 key_id;
	__u8 hmac[WF_SHA256_LEN];
} WF_WIRE;

_Static_assert(sizeof(struct wf_hmac_tlv) == WF_HMAC_LEN, "HMAC TLV");

struct wf_hmac_job {
	__u8 text[WF_HMAC_BLOCKS_MAX * WF_SHA256_BLOCK];
	__u32 w[64];
	__u32 state[8];
};

_Static_assert(WF_HMAC_TEXT_MAX + WF_SHA256_TAIL <= WF_HMAC_BLOCKS_MAX * WF_SHA256_BLOCK, "text");

WF_INLINE void wf_hmac_fill(struct wf_hmac_tlv *tlv, __u32 key_id)
{
	tlv->type = WF_TLV_HMAC;
	tlv->len = WF_HMAC_LEN - 2;
	tlv->d_reserved = 0;
	tlv->key_id = wf_htonl(key_id);
}

/* What is signed of a header before its segments, into @out; 24 bytes, or 22. */
WF_INLINE __u32 wf_hmac_text_head(__u8 *out, const __u8 src[16], const struct wf_srh *srh,
				  const struct wf_hmac_tlv *tlv, _Bool is_linux)
{
	wf_copy16(out, src);
	out[16] = srh->last_entry;
	out[17] = srh->flags;
	if (is_linux) {
		*(wf_any32 *)(out + 18) = tlv->key_id;
		return 22;
	}
	*(wf_any16 *)(out + 18) = tlv->d_reserved;
	*(wf_any32 *)(out + 20) = tlv->key_id;
	return 24;
}

/*
 * What is signed of a header that lies in one piece, into @out of WF_HMAC_TEXT_MAX bytes; their
 * number, or 0: the list is too long.
 */
WF_INLINE __u32 wf_srh_hmac_text(__u8 *out, const __u8 src[16], const struct wf_srh *srh,
				 const struct wf_hmac_tlv *tlv, _Bool is_linux)
{
	const __u32 n = srh->last_entry + 1u;
	__u32 len;

	if (n > WF_HMAC_SEGMENTS_MAX)
		return 0;
	len = wf_hmac_text_head(out, src, srh, tlv, is_linux);
	for (__u32 i = 0; i < n; i++, len += 16)
		wf_copy16(out + len, (const __u8 *)srh + WF_SRH_LEN + 16 * i);
	return len;
}

/*
 * Padding behind the @len bytes of job->text, behind which it is 0. @before: bytes that were hashed
 * before it. The number of its blocks.
 */
WF_INLINE __u32 wf_hmac_pad(struct wf_hmac_job *job, __u32 len, __u32 before)
{
	const __u32 last = (len + WF_SHA256_TAIL - 1) / WF_SHA256_BLOCK;

	job->text[len] = 0x80;
	wf_store_be64(job->text + last * WF_SHA256_BLOCK + (WF_SHA256_BLOCK - 8),
		      (__u64)(len + before) * 8);
	return last + 1;
}

/* The text's blocks are in job->state: it becomes the text of the second half, of one block. */
WF_INLINE void wf_hmac_turn(struct wf_hmac_job *job, const __u32 outer[8])
{
	wf_sha256_store(job->text, job->state);
	__builtin_memset(job->text + WF_SHA256_LEN, 0, WF_SHA256_BLOCK - WF_SHA256_LEN);
	wf_hmac_pad(job, WF_SHA256_LEN, WF_SHA256_BLOCK);
	__builtin_memcpy(job->state, outer, sizeof(job->state));
}

/* A key as it is kept. @len: at most WF_SHA256_BLOCK (RFC 2104: longer ones are hashed first). */
WF_INLINE void wf_hmac_pads(const void *secret, __u32 len, __u32 inner[8], __u32 outer[8])
{
	__u8 block[WF_SHA256_BLOCK];
	__u32 w[64];

	for (__u32 i = 0; i < WF_SHA256_BLOCK; i++)
		block[i] = 0x36 ^ (i < len ? ((const __u8 *)secret)[i] : 0);
	__builtin_memcpy(inner, wf_sha256_init, sizeof(wf_sha256_init));
	wf_sha256_compress(inner, block, w);
	for (__u32 i = 0; i < WF_SHA256_BLOCK; i++)
		block[i] ^= 0x36 ^ 0x5c;
	__builtin_memcpy(outer, wf_sha256_init, sizeof(wf_sha256_init));
	wf_sha256_compress(outer, block, w);
}

/* In one call, for user space. @len: at most WF_HMAC_TEXT_MAX. */
WF_INLINE void wf_hmac_sign(const __u32 inner[8], const __u32 outer[8], const void *text, __u32 len,
			    __u8 out[WF_SHA256_LEN])
{
	struct wf_hmac_job job = {0};
	__u32 n;

	__builtin_memcpy(job.text, text, len);
	__builtin_memcpy(job.state, inner, sizeof(job.state));
	n = wf_hmac_pad(&job, len, WF_SHA256_BLOCK);
	for (__u32 i = 0; i < n; i++)
		wf_sha256_compress(job.state, job.text + WF_SHA256_BLOCK * i, job.w);
	wf_hmac_turn(&job, outer);
	wf_sha256_compress(job.state, job.text, job.w);
	wf_sha256_store(out, job.state);
}
