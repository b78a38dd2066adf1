/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Interfaces that are not part of the domain: nothing to or from the SID block (RFC 8754 5.1). */
#pragma once

#include "bpf/packet.h"
#include "bpf/world.h"

WF_INLINE int edge_packet(struct __sk_buff *skb)
{
	const struct wf_eth *eth;
	const struct wf_ipv6 *ip;

	if (packet_data(skb) + L3 + WF_IPV6_LEN > packet_end(skb))
		packet_pull(skb);
	eth = packet_data(skb);
	ip = (const void *)(eth + 1);
	if ((void *)(ip + 1) > packet_end(skb) || eth->proto != WF_BE16(WF_ETH_P_IPV6))
		return TC_ACT_OK;
	if (wf_load_be32(ip->dst) == here()->block || wf_load_be32(ip->src) == here()->block)
		return -WF_DROP_OUTSIDE;
	return TC_ACT_OK;
}
