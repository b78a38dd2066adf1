// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Makes each SRH that leaves an interface one that was not seen before, by a field that is neither
 * signed nor read: the tag (RFC 8754 section 2). It comes round after 65536 packets.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "wire/srh.h"

char bpf_license[] SEC("license") = "Dual BSD/GPL";

__u16 tag; /* the last one; all packets are on one CPU */

SEC("tc")
int vary(struct __sk_buff *skb)
{
	struct ethhdr *eth = (void *)(long)skb->data;
	struct ipv6hdr *ip6 = (void *)(eth + 1);
	struct wf_srh *srh = (void *)(ip6 + 1);

	if ((void *)(srh + 1) > (void *)(long)skb->data_end ||
	    eth->h_proto != bpf_htons(ETH_P_IPV6) || ip6->nexthdr != IPPROTO_ROUTING)
		return TC_ACT_UNSPEC;
	srh->tag = bpf_htons(++tag);
	return TC_ACT_UNSPEC;
}
