// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The packet generator and the sink that counts what arrives.
 *
 * `generate` is run by BPF_PROG_TEST_RUN on live frames, which are recycled: a frame may still hold
 * what an earlier hop wrote, so the whole header is stored every time. All runs are on one CPU,
 * therefore plain counters.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bench/gen.h"

char bpf_license[] SEC("license") = "Dual BSD/GPL";

const volatile __u32 out_ifindex;
const volatile bool is_ipv6;
const volatile __u64 sink_target;
const volatile __be16 sink_port; /* packets may arrive at another port than they were sent to */

struct gen_plan plan;
struct gen_state state;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sink_count);
} sink SEC(".maps");

static __always_inline __be16 checksum(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return bpf_htons((__u16)~sum);
}

static __always_inline __u32 next(__u32 *counter, __u32 n)
{
	__u32 value = *counter;

	*counter = value + 1 < n ? value + 1 : 0;
	return value;
}

static __always_inline __u32 halves(__u32 word)
{
	return (word >> 16) + (word & 0xffff);
}

/* @addrs_sum: of what write_packet() has put into the addresses. */
static __always_inline void write_udp(struct udphdr *udp, __u32 addrs_sum)
{
	__u32 port = GEN_PORT_FIRST + next(&state.port, plan.n_ports);
	__be16 sum = checksum(plan.udp_sum + port + addrs_sum);

	udp->source = bpf_htons(port);
	udp->check = sum ? sum : 0xffff;
}

static __always_inline void write_packet(struct ethhdr *eth)
{
	__u32 src_low = plan.src_low + next(&state.src, plan.n_srcs);
	__u32 dst_low = plan.dst_low + next(&state.dst, plan.n_dsts);
	__u32 sum = halves(src_low) + halves(dst_low);

	__builtin_memcpy(eth, plan.header, GEN_HEADER_BYTES);
	if (is_ipv6) {
		struct ipv6hdr *ip6 = (void *)(eth + 1);

		ip6->saddr.in6_u.u6_addr32[3] = bpf_htonl(src_low);
		ip6->daddr.in6_u.u6_addr32[3] = bpf_htonl(dst_low);
		write_udp((void *)(ip6 + 1), sum);
	} else {
		struct iphdr *ip = (void *)(eth + 1);

		ip->saddr = bpf_htonl(src_low);
		ip->daddr = bpf_htonl(dst_low);
		ip->check = checksum(plan.ip_sum + sum);
		write_udp((void *)(ip + 1), sum);
	}
}

SEC("xdp")
int generate(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;

	if (data + GEN_HEADER_BYTES > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	write_packet(data);
	if (!state.n_sent++)
		state.start_ns = bpf_ktime_get_ns();
	return bpf_redirect(out_ifindex, 0);
}

static __always_inline bool is_generated(struct ethhdr *eth)
{
	struct ipv6hdr *ip6 = (void *)(eth + 1);
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp;

	if (is_ipv6 && (eth->h_proto != bpf_htons(ETH_P_IPV6) || ip6->nexthdr != IPPROTO_UDP))
		return false;
	if (!is_ipv6 && (eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_UDP))
		return false;
	udp = is_ipv6 ? (void *)(ip6 + 1) : (void *)(ip + 1);
	return udp->dest == sink_port;
}

SEC("tc")
int sink_packet(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	struct sink_count *count;
	__u32 key = 0;

	if (data + GEN_HEADER_BYTES > (void *)(long)skb->data_end || !is_generated(data))
		return TC_ACT_OK;
	count = bpf_map_lookup_elem(&sink, &key);
	if (count && ++count->n == sink_target)
		count->end_ns = bpf_ktime_get_ns();
	return TC_ACT_SHOT;
}
