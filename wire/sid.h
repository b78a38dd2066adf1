/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Segment identifiers (RFC 8986 section 3.1) in Weft's layout:
 *
 *  0          4      6          8                                16
 *  | block 32 | node | function |           argument 64           |
 *                               | tenant 24 | identity 24 | policy |
 *
 * Node ids and functions never overlap, so that a 16-bit C-SID says which of the two it is.
 */
#pragma once

#include "wire/bytes.h"

#define WF_NODE_MIN 0x0001
#define WF_NODE_MAX 0xdfff
#define WF_FN_MIN   0xe000
#define WF_FN_MAX   0xffff

#define WF_FN_END  0xe001 /* End */
#define WF_FN_DT46 0xe046 /* End.DT46 */

#define WF_FN_ENDPOINT 0xf000 /* | the number of an endpoint on its node: 12 bits, not 0 */

#define WF_TENANT_MAX	0xffffff
#define WF_IDENTITY_MAX 0xffffff

struct wf_sid_arg {
	__u32 tenant;	/* 24 bits */
	__u32 identity; /* 24 bits; of the sender, 0 = unknown */
	__u16 policy;
	__u16 pad;
};

/* block, node and function as one number: the key under which a node finds its SID. */
WF_INLINE __u64 wf_sid_head_make(__u32 block, __u16 node, __u16 function)
{
	return (__u64)block << 32 | (__u64)node << 16 | function;
}

WF_INLINE __u64 wf_sid_head(const __u8 sid[16])
{
	return wf_load_be64(sid);
}

WF_INLINE __u64 wf_sid_arg(const __u8 sid[16])
{
	return wf_load_be64(sid + 8);
}

WF_INLINE void wf_sid_make(__u8 sid[16], __u32 block, __u16 node, __u16 function, __u64 arg)
{
	wf_store_be64(sid, wf_sid_head_make(block, node, function));
	wf_store_be64(sid + 8, arg);
}

WF_INLINE void wf_sid_set_arg(__u8 sid[16], __u64 arg)
{
	wf_store_be64(sid + 8, arg);
}

/* Bits beyond a field's width are cut. */
WF_INLINE __u64 wf_sid_arg_pack(const struct wf_sid_arg *arg)
{
	return (__u64)arg->tenant << 40 | (__u64)(arg->identity & WF_IDENTITY_MAX) << 16 |
	       arg->policy;
}

WF_INLINE struct wf_sid_arg wf_sid_arg_unpack(__u64 packed)
{
	struct wf_sid_arg arg = {
		.tenant = (__u32)(packed >> 40),
		.identity = (__u32)(packed >> 16) & WF_IDENTITY_MAX,
		.policy = (__u16)packed,
	};

	return arg;
}

/* The node's own address, source of its outer headers: block:node::1. */
WF_INLINE void wf_sid_node_addr(__u8 out[16], __u32 block, __u16 node)
{
	wf_sid_make(out, block, node, 0, 1);
}

WF_INLINE _Bool wf_sid_is_node(__u16 id)
{
	return id >= WF_NODE_MIN && id <= WF_NODE_MAX;
}
