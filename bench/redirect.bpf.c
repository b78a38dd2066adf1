// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The ceiling: what a container network on tc and veth could reach if it did nothing at all but
 * move packets. Two programs a node, addresses and interfaces known at load time.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

char bpf_license[] SEC("license") = "Dual BSD/GPL";

const volatile __u32 underlay_ifindex;
const volatile __u32 container_ifindex;
struct ethhdr to_underlay;  /* h_proto is not used */
struct ethhdr to_container; /* likewise */

static __always_inline int write_macs(struct __sk_buff *skb, const struct ethhdr *macs)
{
	struct ethhdr *eth = (void *)(long)skb->data;

	if ((void *)(eth + 1) > (void *)(long)skb->data_end)
		return -1;
	__builtin_memcpy(eth, macs, 2 * ETH_ALEN);
	return 0;
}

SEC("tc")
int from_container(struct __sk_buff *skb)
{
	return write_macs(skb, &to_underlay) ? TC_ACT_SHOT : bpf_redirect(underlay_ifindex, 0);
}

SEC("tc")
int from_underlay(struct __sk_buff *skb)
{
	return write_macs(skb, &to_container) ? TC_ACT_SHOT
					      : bpf_redirect_peer(container_ifindex, 0);
}
