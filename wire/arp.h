/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ARP for IPv4 over Ethernet (RFC 826): a request is checked, then turned into its reply where it
 * lies. */
#pragma once

#include "wire/bytes.h"
#include "wire/eth.h"

#define WF_ARP_LEN     28
#define WF_ARP_REQUEST 1
#define WF_ARP_REPLY   2

/* Addresses are bytes because they do not lie on 4-byte boundaries. */
struct wf_arp {
	__be16 htype, ptype;
	__u8 hlen, plen;
	__be16 op;
	__u8 sha[6], spa[4]; /* sender */
	__u8 tha[6], tpa[4]; /* target */
} WF_WIRE;

_Static_assert(sizeof(struct wf_arp) == WF_ARP_LEN, "ARP packet");

enum wf_arp_fault {
	WF_ARP_OK,
	WF_ARP_TRUNCATED,
	WF_ARP_OTHER_NETWORK, /* not Ethernet and IPv4 */
	WF_ARP_NOT_REQUEST,
	WF_ARP_SENDER, /* sender is a group address */
	WF_ARP_FAULT_COUNT,
};

struct wf_arp_request {
	__be32 sender; /* 0: a probe (RFC 5227 section 2.1.1) */
	__be32 target;
};

/* The request at @off. */
WF_INLINE enum wf_arp_fault wf_arp_parse(const void *data, const void *end, __u32 off,
					 struct wf_arp_request *ret)
{
	const struct wf_arp *arp = (const void *)((const __u8 *)data + off);

	if ((const void *)(arp + 1) > end)
		return WF_ARP_TRUNCATED;
	if (arp->htype != WF_BE16(1) || arp->ptype != WF_BE16(WF_ETH_P_IPV4) || arp->hlen != 6 ||
	    arp->plen != 4)
		return WF_ARP_OTHER_NETWORK;
	if (arp->op != WF_BE16(WF_ARP_REQUEST))
		return WF_ARP_NOT_REQUEST;
	if (wf_eth_is_group(arp->sha))
		return WF_ARP_SENDER;
	ret->sender = *(const wf_any32 *)arp->spa;
	ret->target = *(const wf_any32 *)arp->tpa;
	return WF_ARP_OK;
}

/* Turns the parsed request at @off, right behind its Ethernet header, into the answer "@mac has
 * it". */
WF_INLINE _Bool wf_arp_reply(void *data, const void *end, __u32 off, const __u8 mac[6])
{
	struct wf_arp *arp = (void *)((__u8 *)data + off);
	struct wf_eth *eth = (void *)((__u8 *)arp - sizeof(*eth));
	__u32 target;

	if (off < sizeof(*eth) || (const void *)(arp + 1) > end)
		return 0;
	target = *(const wf_any32 *)arp->tpa;
	arp->op = WF_BE16(WF_ARP_REPLY);
	wf_copy6(arp->tha, arp->sha);
	*(wf_any32 *)arp->tpa = *(const wf_any32 *)arp->spa;
	wf_copy6(arp->sha, mac);
	*(wf_any32 *)arp->spa = target;
	wf_eth_fill(eth, arp->tha, mac, WF_ETH_P_ARP);
	return 1;
}
