/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SipHash-2-4 (Aumasson, Bernstein: SipHash, a fast short-input PRF, 2012) of whole 64-bit words:
 * a word is the number that eight bytes are in little-endian order.
 */
#pragma once

#include "wire/bytes.h"

struct wf_siphash {
	__u64 v[4];
	__u32 n_words;
	__u32 pad;
};

WF_INLINE __u64 wf_rol64(__u64 x, __u32 n)
{
	return x << n | x >> (64 - n);
}

WF_INLINE void wf_siphash_round(__u64 v[4])
{
	v[0] += v[1];
	v[1] = wf_rol64(v[1], 13) ^ v[0];
	v[0] = wf_rol64(v[0], 32);
	v[2] += v[3];
	v[3] = wf_rol64(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = wf_rol64(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = wf_rol64(v[1], 17) ^ v[2];
	v[2] = wf_rol64(v[2], 32);
}

WF_INLINE void wf_siphash_begin(struct wf_siphash *s, const __u64 k[2])
{
	s->v[0] = k[0] ^ 0x736f6d6570736575ull;
	s->v[1] = k[1] ^ 0x646f72616e646f6dull;
	s->v[2] = k[0] ^ 0x6c7967656e657261ull;
	s->v[3] = k[1] ^ 0x7465646279746573ull;
	s->n_words = 0;
	s->pad = 0;
}

WF_INLINE void wf_siphash_add(struct wf_siphash *s, __u64 word)
{
	s->v[3] ^= word;
	wf_siphash_round(s->v);
	wf_siphash_round(s->v);
	s->v[0] ^= word;
	s->n_words++;
}

WF_INLINE __u64 wf_siphash_end(struct wf_siphash *s)
{
	wf_siphash_add(s, (__u64)s->n_words * 8 << 56);
	s->v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		wf_siphash_round(s->v);
	return s->v[0] ^ s->v[1] ^ s->v[2] ^ s->v[3];
}
