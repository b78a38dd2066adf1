/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the programs know of their own node: constants, set when they are loaded. Also the constants
 * that are the same on all nodes.
 */
#pragma once

#include <linux/types.h>

#define WF_DEFAULT_BLOCK 0x5f000000u /* inside 5f00::/16, RFC 9602 */

/* Containers see one gateway, the same everywhere, so that they can move. */
#define WF_GATEWAY_MAC                             \
	{                                          \
		0x02, 0x57, 0x45, 0x46, 0x54, 0x01 \
	}
#define WF_GATEWAY_V4	   0xa9fe0101u		 /* 169.254.1.1, host order */
#define WF_GATEWAY_V6_HIGH 0xfe80000000000000ull /* fe80::1, host order */
#define WF_GATEWAY_V6_LOW  1ull

struct wf_config {
	__u32 block; /* first 32 bits of every SID, host order */
	__u16 node;  /* node id */
	__u16 pad;
	__u8 addr[16]; /* the node's own address inside its locator: outer source */
};
