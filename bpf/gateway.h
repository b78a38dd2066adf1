/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The gateway that every container sees: it answers ARP, neighbor solicitations and pings, all in
 * place, and nothing else.
 */
#pragma once

#include "bpf/packet.h"
#include "bpf/world.h"
#include "dp/apply.h"
#include "wire/arp.h"
#include "wire/icmp.h"
#include "wire/nd.h"

static __noinline int gateway_arp(struct __sk_buff *skb)
{
	const __u8 mac[6] WF_ALIGNED8 = WF_GATEWAY_MAC;
	struct wf_arp_request request;

	if (wf_arp_parse(packet_data(skb), packet_end(skb), L3, &request) != WF_ARP_OK ||
	    request.target != WF_BE32(WF_GATEWAY_V4))
		return -WF_DROP_ARP;
	if (!wf_arp_reply(packet_data(skb), packet_end(skb), L3, mac))
		return -WF_DROP_ARP;
	return bpf_redirect(skb->ifindex, 0);
}

/* A neighbor solicitation for the gateway; other discovery is nobody's business here. */
static __noinline int gateway_nd(struct __sk_buff *skb)
{
	const __u8 mac[6] WF_ALIGNED8 = WF_GATEWAY_MAC;
	struct wf_nd_solicit solicit;

	if (wf_nd_parse(packet_data(skb), packet_end(skb), L3, &solicit) != WF_ND_OK ||
	    solicit.is_dad || !wf_is_gateway(solicit.target))
		return -WF_DROP_ND;
	if (bpf_skb_change_tail(skb, L3 + WF_ND_ADV_LEN, 0))
		return -WF_DROP_RESIZE;
	if (!wf_nd_advertise(packet_data(skb), packet_end(skb), L3, mac, 1))
		return -WF_DROP_ND;
	return bpf_redirect(skb->ifindex, 0);
}

/* Turns an echo request to the gateway into its answer. False: it is not one. */
WF_INLINE _Bool gateway_echo(struct __sk_buff *skb, const struct wf_inner *in)
{
	__u8 *data = packet_data(skb), *end = packet_end(skb);
	struct wf_eth *eth = (void *)data;
	struct wf_icmp *icmp = (void *)(data + (in->l4_off & 0x1ff));
	const _Bool is_v4 = in->flags & WF_INNER_V4;
	__u8 mac[6] WF_ALIGNED8;

	if (!wf_icmp_is_echo(data, end, in) || in->l4_off > 0x1ff ||
	    data + L3 + (is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN) > end || (__u8 *)(icmp + 1) > end)
		return 0;
	wf_copy6(mac, eth->dst);
	wf_copy6(eth->dst, eth->src);
	wf_copy6(eth->src, mac);
	if (is_v4)
		wf_icmp_v4_echo_reply((void *)(data + L3), icmp);
	else
		wf_icmp_v6_echo_reply((void *)(data + L3), icmp);
	return 1;
}

/* A packet to the gateway's own address. */
static __noinline int gateway_input(struct __sk_buff *skb, const struct wf_inner *in)
{
	if (gateway_echo(skb, in))
		return bpf_redirect(skb->ifindex, 0);
	return in->flow.proto == WF_PROTO_ICMPV6 ? gateway_nd(skb) : -WF_DROP_GATEWAY;
}
