/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The packet under a program's hands: its bytes, what is inside, room made and removed. */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "dp/drops.h"
#include "dp/table.h"
#include "wire/flow.h"

#define L3 14 /* offset of the IP header behind Ethernet */

/* Not in Debian 12's linux/bpf.h; Linux 6.3. */
#define ADJ_ROOM_DECAP_L3_IPV4 (1ull << 7)
#define ADJ_ROOM_DECAP_L3_IPV6 (1ull << 8)

/* Of the kernel's own struct sk_buff, wherever it has it (Linux 6.2). */
struct sk_buff___weft {
	__u8 ip_summed : 2;
} __attribute__((preserve_access_index));

extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym __weak;

/* Of the transport's sum. */
#define SUM_UNKNOWN  (-1)
#define SUM_COMPLETE 2 /* a NIC has made one over all of the packet */
#define SUM_PARTIAL  3 /* a NIC, or Linux, is still to make it */

/* Headers that are looked at must lie in the linear part; some drivers leave less there. */
#define PULL_BYTES 512

WF_INLINE void *packet_data(const struct __sk_buff *skb)
{
	return (void *)(long)skb->data;
}

WF_INLINE void *packet_end(const struct __sk_buff *skb)
{
	return (void *)(long)skb->data_end;
}

WF_INLINE enum wf_drop drop_of_fault(enum wf_flow_fault fault)
{
	if (fault == WF_FLOW_OK)
		return WF_DROP_NONE;
	return fault == WF_FLOW_NOT_IP ? WF_DROP_NOT_IP : WF_DROP_MALFORMED;
}

/* True if more of the packet lies in the linear part now. Packet pointers must be taken anew. */
WF_INLINE _Bool packet_pull(struct __sk_buff *skb)
{
	__u32 linear = skb->data_end - skb->data, want = skb->len;

	if (linear >= want || linear >= PULL_BYTES)
		return 0;
	return bpf_skb_pull_data(skb, want < PULL_BYTES ? want : PULL_BYTES) == 0;
}

/*
 * IP options, extension headers, non-linear packets: all that is not everyday. @off: from 14. A
 * function of its own for the verifier, too, which looks at it once and not wherever it is called.
 */
__noinline int parse_slow(struct __sk_buff *skb, __u32 off, __u16 proto, struct wf_inner *in)
{
	enum wf_flow_fault fault;

	if (!in || off > WF_FLOW_OFF_MAX)
		return WF_FLOW_TRUNCATED;
	WF_OPAQUE(off);
	off &= WF_FLOW_OFF_MAX; /* the verifier wants to see it */
	fault = wf_flow_parse(packet_data(skb), packet_end(skb), off, proto, in);
	if (fault == WF_FLOW_TRUNCATED && packet_pull(skb))
		fault = wf_flow_parse(packet_data(skb), packet_end(skb), off, proto, in);
	return fault;
}

/* The packet whose IP header is at @off. May invalidate packet pointers. */
WF_INLINE enum wf_drop packet_parse(struct __sk_buff *skb, __u32 off, __u16 proto,
				    struct wf_inner *in)
{
	enum wf_flow_fault fault;

	fault = wf_flow_parse_fast(packet_data(skb), packet_end(skb), off, proto, in);
	if (fault == WF_FLOW_SLOW || fault == WF_FLOW_TRUNCATED)
		fault = parse_slow(skb, off, proto, in);
	if (fault != WF_FLOW_OK)
		return drop_of_fault(fault);
	return wf_inner_fits(in, skb->len) ? WF_DROP_NONE : WF_DROP_MALFORMED;
}

/* One hop less for the IP packet at @p, whose fixed header lies within the packet. */
WF_INLINE void hop_down(void *p, _Bool is_v4)
{
	if (is_v4)
		wf_ipv4_hop_down(p);
	else
		((struct wf_ipv6 *)p)->hop_limit--;
}

/* The same, and the sum that a NIC may have made over all of it is kept right (an IPv4 header's own
 * sum cancels out). */
WF_INLINE void packet_hop_down(struct __sk_buff *skb, void *p, _Bool is_v4)
{
	hop_down(p, is_v4);
	if (!is_v4)
		bpf_csum_update(skb, (__u16)WF_BE16(0xfffe));
}

/*
 * A packet that was encapsulated, crossed a veth and was taken out again still says that it is
 * encapsulated, and Linux does that but once. It gets plain room, 8 bytes too much, and becomes
 * IPv6 in Linux's eyes by giving these back. A GSO packet also still says how it is to be cut, as
 * one in IPv6, and where its inner headers are: they have not moved.
 */
static __noinline int grow_again(struct __sk_buff *skb, __u32 bytes)
{
	const __u64 flags = BPF_F_ADJ_ROOM_NO_CSUM_RESET | BPF_F_ADJ_ROOM_FIXED_GSO;

	if (bytes > WF_TEMPLATE_MAX)
		return 0;
	return !bpf_skb_adjust_room(skb, (__s32)bytes + 8, BPF_ADJ_ROOM_MAC, flags) &&
	       !bpf_skb_adjust_room(skb, -8, BPF_ADJ_ROOM_MAC, flags | ADJ_ROOM_DECAP_L3_IPV6);
}

/* SUM_UNKNOWN: this Linux does not tell. */
WF_INLINE int packet_summed(struct __sk_buff *skb)
{
	const struct sk_buff___weft *k;

	if (!bpf_cast_to_kern_ctx)
		return SUM_UNKNOWN;
	k = bpf_cast_to_kern_ctx(skb);
	return BPF_CORE_READ_BITFIELD(k, ip_summed);
}

/* Is something still to be done to the packet that must know its inner headers? */
WF_INLINE _Bool packet_is_unfinished(struct __sk_buff *skb)
{
	const int summed = packet_summed(skb);

	return summed == SUM_UNKNOWN || summed == SUM_PARTIAL || skb->gso_size;
}

/* @bytes of room behind the Ethernet header for an outer IPv6 header. GSO sizes stay. */
WF_INLINE _Bool packet_grow(struct __sk_buff *skb, __u32 bytes)
{
	return bpf_skb_adjust_room(skb, (__s32)bytes, BPF_ADJ_ROOM_MAC,
				   BPF_F_ADJ_ROOM_ENCAP_L3_IPV6 | BPF_F_ADJ_ROOM_NO_CSUM_RESET |
					   BPF_F_ADJ_ROOM_FIXED_GSO) == 0 ||
	       grow_again(skb, bytes);
}

/*
 * The same for an IPv6 packet, but the Ethernet header is left behind. A finished packet only gets
 * room in front, which is the cheapest: its network header remains, in Linux's eyes, the one inside
 * until the next hop. There is nothing left to do to it that asks for more; a queue tells flows by
 * what is inside, and marks congestion there, where it is kept (RFC 6040 section 4.2).
 */
WF_INLINE _Bool packet_grow_v6(struct __sk_buff *skb, __u32 bytes)
{
	return packet_is_unfinished(skb) ? packet_grow(skb, bytes)
					 : bpf_skb_change_head(skb, bytes, 0) == 0;
}

/* Takes @bytes of outer IPv6 headers away. */
WF_INLINE _Bool packet_shrink(struct __sk_buff *skb, __u32 bytes, _Bool is_v4)
{
	const __u64 flags = BPF_F_ADJ_ROOM_NO_CSUM_RESET | BPF_F_ADJ_ROOM_FIXED_GSO;

	return bpf_skb_adjust_room(skb, -(__s32)bytes, BPF_ADJ_ROOM_MAC,
				   is_v4 ? flags | ADJ_ROOM_DECAP_L3_IPV4 : flags) == 0;
}
