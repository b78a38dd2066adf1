/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The Ethernet header, without VLAN tags. */
#pragma once

#include "wire/bytes.h"

/* Host order; in struct wf_eth: WF_BE16(WF_ETH_P_IPV6). */
#define WF_ETH_P_IPV4 0x0800
#define WF_ETH_P_ARP  0x0806
#define WF_ETH_P_IPV6 0x86dd

struct wf_eth {
	__u8 dst[6];
	__u8 src[6];
	__be16 proto;
} WF_WIRE;

_Static_assert(sizeof(struct wf_eth) == 14, "Ethernet header");

/* Group address: multicast or broadcast. */
WF_INLINE _Bool wf_eth_is_group(const __u8 mac[6])
{
	return mac[0] & 1;
}

WF_INLINE void wf_eth_fill(struct wf_eth *eth, const __u8 dst[6], const __u8 src[6], __u16 proto)
{
	wf_copy6(eth->dst, dst);
	wf_copy6(eth->src, src);
	eth->proto = wf_htons(proto);
}
