/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SHA-256 (FIPS 180-4), as much of it as headers need.
 *
 * The message schedule lies in the caller's memory: 256 bytes are too much for the stack of a
 * program in the kernel. Rounds go by eight: a loop whose body the compiler unrolls, so that the
 * eight working variables rotate by name and not by moves.
 */
#pragma once

#include "wire/bytes.h"

#define WF_SHA256_BLOCK 64 /* bytes */
#define WF_SHA256_LEN	32
#define WF_SHA256_TAIL	9 /* bytes of padding at least: 0x80 and the length in bits */

/* For BPF not static: libbpf takes such variables only from an object that was linked. */
#ifdef __bpf__
#define WF_SHA256_CONST const
#else
#define WF_SHA256_CONST static const __attribute__((unused))
#endif

WF_SHA256_CONST __u32 wf_sha256_init[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

WF_SHA256_CONST __u32 wf_sha256_k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

WF_INLINE __u32 wf_ror32(__u32 x, __u32 n)
{
	return x >> n | x << (32 - n);
}

WF_INLINE void wf_sha256_schedule(__u32 w[64], const __u8 block[WF_SHA256_BLOCK])
{
	__u32 a, b;

	for (__u32 i = 0; i < 16; i++)
		w[i] = wf_load_be32(block + 4 * i);
	for (__u32 i = 16; i < 64; i++) {
		a = w[i - 15];
		b = w[i - 2];
		w[i] = w[i - 16] + (wf_ror32(a, 7) ^ wf_ror32(a, 18) ^ a >> 3) + w[i - 7] +
		       (wf_ror32(b, 17) ^ wf_ror32(b, 19) ^ b >> 10);
	}
}

#define WF_SHA256_ROUND(a, b, c, d, e, f, g, h, i)                                                \
	do {                                                                                      \
		h += (wf_ror32(e, 6) ^ wf_ror32(e, 11) ^ wf_ror32(e, 25)) + (g ^ (e & (f ^ g))) + \
		     wf_sha256_k[i] + w[i];                                                       \
		d += h;                                                                           \
		h += (wf_ror32(a, 2) ^ wf_ror32(a, 13) ^ wf_ror32(a, 22)) +                       \
		     ((a & b) | (c & (a | b)));                                                   \
	} while (0)

/* One block more into @state. @w: scratch. */
WF_INLINE void wf_sha256_compress(__u32 state[8], const __u8 block[WF_SHA256_BLOCK], __u32 w[64])
{
	__u32 a = state[0], b = state[1], c = state[2], d = state[3];
	__u32 e = state[4], f = state[5], g = state[6], h = state[7];

	wf_sha256_schedule(w, block);
#pragma GCC unroll 1
	for (__u32 i = 0; i < 64; i += 8) {
		WF_SHA256_ROUND(a, b, c, d, e, f, g, h, i);
		WF_SHA256_ROUND(h, a, b, c, d, e, f, g, i + 1);
		WF_SHA256_ROUND(g, h, a, b, c, d, e, f, i + 2);
		WF_SHA256_ROUND(f, g, h, a, b, c, d, e, i + 3);
		WF_SHA256_ROUND(e, f, g, h, a, b, c, d, i + 4);
		WF_SHA256_ROUND(d, e, f, g, h, a, b, c, i + 5);
		WF_SHA256_ROUND(c, d, e, f, g, h, a, b, i + 6);
		WF_SHA256_ROUND(b, c, d, e, f, g, h, a, i + 7);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

/* Blocks of a message of @len bytes, padding included. */
WF_INLINE __u32 wf_sha256_blocks(__u32 len)
{
	return (len + WF_SHA256_TAIL + WF_SHA256_BLOCK - 1) / WF_SHA256_BLOCK;
}

WF_INLINE void wf_sha256_store(__u8 out[WF_SHA256_LEN], const __u32 state[8])
{
	for (__u32 i = 0; i < 8; i++)
		wf_store_be32(out + 4 * i, state[i]);
}

/* In one call, for user space: any message below 512 MB. */
WF_INLINE void wf_sha256(const void *message, __u32 len, __u8 out[WF_SHA256_LEN])
{
	const __u8 *p = message;
	__u8 last[2 * WF_SHA256_BLOCK] = {0};
	__u32 state[8], w[64], rest = len % WF_SHA256_BLOCK, n = wf_sha256_blocks(rest);

	__builtin_memcpy(state, wf_sha256_init, sizeof(state));
	for (__u32 i = 0; i < len / WF_SHA256_BLOCK; i++)
		wf_sha256_compress(state, p + WF_SHA256_BLOCK * i, w);
	for (__u32 i = 0; i < rest; i++)
		last[i] = p[len - rest + i];
	last[rest] = 0x80;
	wf_store_be64(last + WF_SHA256_BLOCK * n - 8, (__u64)len * 8);
	for (__u32 i = 0; i < n; i++)
		wf_sha256_compress(state, last + WF_SHA256_BLOCK * i, w);
	wf_sha256_store(out, state);
}
