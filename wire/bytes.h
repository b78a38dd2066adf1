/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Bytes of a packet: big-endian loads and stores, 16-byte addresses, the attributes of wire
 * structs.
 *
 * Everything in wire/ is compiled three times: for the kernel (BPF), for user space, for fuzzers.
 * BPF loads any alignment in one instruction from packets and map values, but clang would split it
 * into bytes if a type said it may be unaligned; user space must say so. This is the one place that
 * knows. On the BPF stack only natural alignment is accepted: keep 16-byte addresses there in
 * 8-aligned memory (WF_ALIGNED8).
 */
#pragma once

#include <linux/types.h>

#define WF_INLINE   static __attribute__((always_inline, unused)) inline
#define WF_ALIGNED8 __attribute__((aligned(8)))

#ifdef __bpf__
#define WF_WIRE __attribute__((may_alias))
#define WF_ANY	__attribute__((may_alias))
#else
#define WF_WIRE __attribute__((packed, may_alias))
#define WF_ANY	__attribute__((may_alias, aligned(1)))
#endif

/* The compiler forgets what it knows of @x. */
#define WF_OPAQUE(x) __asm__ volatile("" : "+r"(x))

typedef __u16 WF_ANY wf_any16;
typedef __u32 WF_ANY wf_any32;
typedef __u64 WF_ANY wf_any64;

/* Host order to network order and back; also in constant expressions. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define WF_BE16(x) ((__be16)__builtin_bswap16((__u16)(x)))
#define WF_BE32(x) ((__be32)__builtin_bswap32((__u32)(x)))
#define WF_BE64(x) ((__be64)__builtin_bswap64((__u64)(x)))
#else
#define WF_BE16(x) ((__be16)(x))
#define WF_BE32(x) ((__be32)(x))
#define WF_BE64(x) ((__be64)(x))
#endif

WF_INLINE __be16 wf_htons(__u16 v)
{
	return WF_BE16(v);
}

WF_INLINE __be32 wf_htonl(__u32 v)
{
	return WF_BE32(v);
}

WF_INLINE __u16 wf_ntohs(__be16 v)
{
	return (__u16)WF_BE16(v);
}

WF_INLINE __u32 wf_ntohl(__be32 v)
{
	return (__u32)WF_BE32(v);
}

WF_INLINE __u16 wf_load_be16(const void *p)
{
	return (__u16)WF_BE16(*(const wf_any16 *)p);
}

WF_INLINE __u32 wf_load_be32(const void *p)
{
	return (__u32)WF_BE32(*(const wf_any32 *)p);
}

WF_INLINE __u64 wf_load_be64(const void *p)
{
	return (__u64)WF_BE64(*(const wf_any64 *)p);
}

WF_INLINE void wf_store_be16(void *p, __u16 v)
{
	*(wf_any16 *)p = (__u16)WF_BE16(v);
}

WF_INLINE void wf_store_be32(void *p, __u32 v)
{
	*(wf_any32 *)p = (__u32)WF_BE32(v);
}

WF_INLINE void wf_store_be64(void *p, __u64 v)
{
	*(wf_any64 *)p = (__u64)WF_BE64(v);
}

/*
 * For loops over foreign bytes in BPF, where every branch doubles what the verifier walks: 1 or 0
 * without a branch, of which the compiler cannot make one again.
 */
WF_INLINE __u32 wf_bit_equal8(__u8 a, __u8 b)
{
	__u32 bit = 1 - (((__u32)(a ^ b) + 0xff) >> 8);

	WF_OPAQUE(bit);
	return bit;
}

/* @a < @b, both below 2^31. */
WF_INLINE __u32 wf_bit_less(__u32 a, __u32 b)
{
	__u32 bit = (a - b) >> 31;

	WF_OPAQUE(bit);
	return bit;
}

/* @bit ? @a : @b */
WF_INLINE __u32 wf_bit_select(__u32 bit, __u32 a, __u32 b)
{
	return b ^ ((a ^ b) & (0 - bit));
}

/* Two words as they follow each other in memory. */
WF_INLINE __u64 wf_pair(__u32 first, __u32 second)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (__u64)second << 32 | first;
#else
	return (__u64)first << 32 | second;
#endif
}

/*
 * @differs and @more. The compiler would rather read all that is to be compared before it compares
 * anything, and has no registers for that.
 */
WF_INLINE __u64 wf_differs_or(__u64 differs, __u64 more)
{
	differs |= more;
	WF_OPAQUE(differs);
	return differs;
}

/* 16-byte addresses. */
WF_INLINE void wf_copy16(void *dst, const void *src)
{
	wf_any64 *d = dst;
	const wf_any64 *s = src;
	__u64 high = s[0], low = s[1];

	d[0] = high;
	d[1] = low;
}

WF_INLINE _Bool wf_equal16(const void *a, const void *b)
{
	const wf_any64 *x = a, *y = b;

	return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

/* @dst: 16 bytes, becomes ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2). */
WF_INLINE void wf_copy_v4mapped(void *dst, __be32 v4)
{
	*(wf_any64 *)dst = 0;
	((wf_any32 *)dst)[2] = WF_BE32(0xffff);
	((wf_any32 *)dst)[3] = v4;
}

/* @len: a compile-time multiple of 8. For packets, which clang would copy byte by byte. */
WF_INLINE void wf_copy_words(void *dst, const void *src, __u32 len)
{
	wf_any64 *d = dst;
	const wf_any64 *s = src;

	for (__u32 i = 0; i < len / 8; i++)
		d[i] = s[i];
}

/* MAC addresses. */
WF_INLINE void wf_copy6(void *dst, const void *src)
{
	__u32 high = *(const wf_any32 *)src;
	__u16 low = ((const wf_any16 *)src)[2];

	*(wf_any32 *)dst = high;
	((wf_any16 *)dst)[2] = low;
}

WF_INLINE _Bool wf_equal6(const void *a, const void *b)
{
	return *(const wf_any32 *)a == *(const wf_any32 *)b &&
	       ((const wf_any16 *)a)[2] == ((const wf_any16 *)b)[2];
}
