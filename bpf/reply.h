/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A packet is turned into the ICMP error about itself:
 *
 *   | Ethernet | packet ...        becomes    | Ethernet | IP | ICMP | first bytes of the packet |
 *
 * It goes back to where it came from; the caller says whose voice it is.
 */
#pragma once

#include "bpf/packet.h"
#include "bpf/world.h"
#include "wire/icmp.h"

/* What goes wrong on the way, in both families. */
struct reply {
	__u8 v4_type, v4_code;
	__u8 v6_type, v6_code;
	__u32 info; /* MTU or pointer */
};

WF_INLINE struct reply reply_hop_limit(void)
{
	return (struct reply){
		.v4_type = WF_ICMP4_TIME_EXCEEDED,
		.v6_type = WF_ICMP6_TIME_EXCEEDED,
	};
}

WF_INLINE struct reply reply_too_big(__u32 mtu, _Bool is_v4)
{
	return (struct reply){
		.v4_type = WF_ICMP4_UNREACHABLE,
		.v4_code = WF_ICMP4_UNREACHABLE_FRAG,
		.v6_type = WF_ICMP6_TOO_BIG,
		.info = is_v4 || mtu > WF_IPV6_MIN_MTU ? mtu : WF_IPV6_MIN_MTU,
	};
}

WF_INLINE struct reply reply_unreachable(void)
{
	return (struct reply){
		.v4_type = WF_ICMP4_UNREACHABLE,
		.v4_code = WF_ICMP4_UNREACHABLE_HOST,
		.v6_type = WF_ICMP6_UNREACHABLE,
		.v6_code = WF_ICMP6_UNREACHABLE_ADDRESS,
	};
}

/* Nobody leads to where the address is. */
WF_INLINE struct reply reply_no_gateway(void)
{
	return (struct reply){
		.v4_type = WF_ICMP4_UNREACHABLE,
		.v4_code = WF_ICMP4_UNREACHABLE_NET,
		.v6_type = WF_ICMP6_UNREACHABLE,
		.v6_code = WF_ICMP6_UNREACHABLE_ROUTE,
	};
}

/* There is the address, and nobody behind the port: applications hear of it at once. */
WF_INLINE struct reply reply_refused(void)
{
	return (struct reply){
		.v4_type = WF_ICMP4_UNREACHABLE,
		.v4_code = WF_ICMP4_UNREACHABLE_PORT,
		.v6_type = WF_ICMP6_UNREACHABLE,
		.v6_code = WF_ICMP6_UNREACHABLE_PORT,
	};
}

WF_INLINE _Bool reply_is_allowed(const struct __sk_buff *skb, const struct wf_inner *in)
{
	struct wf_tokens *tokens;
	__u32 zero = 0;

	if (!wf_icmp_may_answer(packet_data(skb), packet_end(skb), in))
		return 0;
	tokens = bpf_map_lookup_elem(&icmp_tokens, &zero);
	return tokens && wf_tokens_take(tokens, bpf_jiffies64());
}

/* The gateway's address in the family of the packet. */
WF_INLINE void gateway_addr(__u8 addr[16], _Bool is_v4)
{
	if (is_v4) {
		wf_copy_v4mapped(addr, WF_BE32(WF_GATEWAY_V4));
		return;
	}
	wf_store_be64(addr, WF_GATEWAY_V6_HIGH);
	wf_store_be64(addr + 8, WF_GATEWAY_V6_LOW);
}

/* Writes the headers of @e in front of the quote, Ethernet addresses swapped. */
WF_INLINE _Bool reply_store(struct __sk_buff *skb, const struct wf_icmp_error *e, _Bool is_v4)
{
	__u8 *data = packet_data(skb), *end = packet_end(skb);
	struct wf_eth *eth = (void *)data;
	__u8 mac[6] WF_ALIGNED8;

	if (data + L3 + WF_IPV4_LEN > end)
		return 0;
	wf_copy6(mac, eth->dst);
	wf_copy6(eth->dst, eth->src);
	wf_copy6(eth->src, mac);
	return is_v4 ? wf_icmp_v4_error(data + L3, end, e) : wf_icmp_v6_error(data + L3, end, e);
}

/*
 * Leaves the first @quote_len bytes of the packet. Behind a veth a packet still says that it was
 * encapsulated, and Linux does not cut the tail of those: they are cut from the front, and what is
 * quoted is put back.
 */
WF_INLINE _Bool reply_cut(struct __sk_buff *skb, __u32 quote_len)
{
	__u32 surplus = skb->len - L3 - quote_len, zero = 0;
	__u8 *quote;

	if (!surplus || !bpf_skb_change_tail(skb, L3 + quote_len, 0))
		return 1;
	quote = bpf_map_lookup_elem(&quotes, &zero);
	if (!quote || skb->gso_size)
		return 0;
	quote_len = ((quote_len - 4) & (WF_ICMP_QUOTE_MAX - 4)) +
		    4; /* the verifier wants to see it */
	return !bpf_skb_load_bytes(skb, L3, quote, quote_len) &&
	       !bpf_skb_adjust_room(skb, -(__s32)surplus, BPF_ADJ_ROOM_MAC, 0) &&
	       !bpf_skb_store_bytes(skb, L3, quote, quote_len, 0);
}

/*
 * Turns the packet into the error. @in: as parsed, IP header at L3; @src: whose voice. False when
 * it cannot or must not be; the packet may be cut then.
 */
static __noinline int reply_make(struct __sk_buff *skb, const struct wf_inner *in,
				 const struct reply *r, const __u8 src[16])
{
	_Bool is_v4 = in->flags & WF_INNER_V4;
	__u32 header_len = (is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN) + WF_ICMP_LEN;
	struct wf_icmp_error e = {
		.type = is_v4 ? r->v4_type : r->v6_type,
		.code = is_v4 ? r->v4_code : r->v6_code,
		.info = r->info,
		.quote_len = (__u16)wf_icmp_quote_len(in->ip_len),
	};

	if (!reply_is_allowed(skb, in))
		return 0;
	__builtin_memcpy(e.src, src, 16);
	__builtin_memcpy(e.dst, in->flow.src, 16);
	if (!reply_cut(skb, e.quote_len))
		return 0;
	if (bpf_skb_adjust_room(skb, (__s32)header_len, BPF_ADJ_ROOM_MAC, 0))
		return 0;
	if (bpf_skb_pull_data(skb, L3 + header_len + e.quote_len))
		return 0;
	return reply_store(skb, &e, is_v4);
}
