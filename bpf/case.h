/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads what the verdict on a packet rests on. In user space: wf_case_read(). */
#pragma once

#include "bpf/packet.h"
#include "bpf/world.h"
#include "dp/verdict.h"

/* This CPU's, for one packet; NULL never, but the verifier asks. */
WF_INLINE struct wf_case *case_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&cases, &zero);
}

/* The first bytes of the upper layer at @off, of @len; how many, up to WF_CASE_BYTES. */
WF_INLINE __u32 case_load(struct __sk_buff *skb, __u32 off, __u32 len, __u8 l4[WF_CASE_BYTES])
{
	__u32 n = len < WF_CASE_BYTES ? len : WF_CASE_BYTES;

	WF_OPAQUE(n);
	if (n - 1 >= WF_CASE_BYTES || bpf_skb_load_bytes(skb, off, l4, n))
		return 0;
	return n;
}

/* The packet that the ICMP error @in quotes, into c->back.flow. */
static __noinline int case_read_quote(struct __sk_buff *skb, const struct wf_inner *in,
				      struct wf_case *c)
{
	const __u16 proto = in->flags & WF_INNER_V4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6;
	__u8 l4[WF_CASE_BYTES] WF_ALIGNED8 = {};
	__u32 n;

	if (parse_slow(skb, in->l4_off + WF_ICMP_LEN, proto, &c->quoted) != WF_FLOW_OK)
		return 0;
	n = case_load(skb, c->quoted.l4_off, 8, l4);
	c->has_back = wf_flow_whole(&c->quoted, l4, n, &c->back.flow);
	return 0;
}

/* Identification of a fragment. */
WF_INLINE __u32 case_fragment_id(struct __sk_buff *skb, const struct wf_inner *in)
{
	const __u32 off = in->l3_off + 4u;
	__u16 v4 = 0;
	__u32 v6 = 0;

	if (in->flags & WF_INNER_V4)
		bpf_skb_load_bytes(skb, off, &v4, sizeof(v4));
	else if (in->fragment_at)
		bpf_skb_load_bytes(skb, off + in->fragment_at * 4u, &v6, sizeof(v6));
	return in->flags & WF_INNER_V4 ? v4 : v6;
}

/* Into case_get(). May invalidate packet pointers. A function of its own for the verifier, too. */
__noinline int case_read(struct __sk_buff *skb, const struct wf_inner *in)
{
	struct wf_case *c = case_get();
	__u8 l4[WF_CASE_BYTES] WF_ALIGNED8 = {};
	__u32 n;

	if (!in || !c)
		return 0;
	n = case_load(skb, in->l4_off, in->ip_len - (in->l4_off - in->l3_off), l4);
	wf_case_fill(in, l4, n, c);
	if (in->flow.is_fragment)
		c->fragment_id = case_fragment_id(skb, in);
	if (c->kind == WF_CASE_ERROR)
		case_read_quote(skb, in, c);
	return 0;
}

/* What the policies say of the packet, or of the other direction (dp/verdict.h). */
__noinline int case_judge(struct wf_case *c, int is_back)
{
	if (c)
		wf_case_judge(WF_WORLD, c, is_back);
	return 0;
}

/* May it pass: an enum wf_drop. */
__noinline int case_decide(struct wf_case *c)
{
	return c ? wf_verdict_decide(WF_WORLD, c) : WF_DROP_DENIED;
}

/* What its connection is to remember of it. */
__noinline int case_keep(struct wf_case *c, __u32 lane, __u32 gateway)
{
	if (c)
		wf_case_keep(WF_WORLD, c, lane, (__u16)gateway);
	return 0;
}

/* Does the packet of a flow whose connection is followed open or end it? Unreadable: it may. */
WF_INLINE _Bool case_is_turn(struct __sk_buff *skb, const struct wf_inner *in)
{
	const __u8 *l4 = (const __u8 *)packet_data(skb) + (in->l4_off & 0x1ff);

	if (in->flow.proto != WF_PROTO_TCP)
		return 0;
	if (in->l4_off > 0x1ff || l4 + WF_TCP_LEN > (const __u8 *)packet_end(skb))
		return 1;
	return l4[WF_TCP_FLAGS_AT] & WF_TCP_STATE;
}

/* Until when a decision of now is believed, as low bits of jiffies; 0: for ever. */
WF_INLINE __u32 belief_begin(void)
{
	return (__u32)(bpf_jiffies64() + WF_BELIEF_JIFFIES) | 1;
}

WF_INLINE __u32 belief_until(const struct wf_case *c)
{
	return c->ruling.is_tracked ? belief_begin() : 0;
}

/* The earlier one of @until and of when the decision of @believed_until is to be asked again. */
WF_INLINE __u64 belief_limit(__u32 believed_until, __u64 until)
{
	const __u64 now = bpf_jiffies64();
	const __s32 left = (__s32)(believed_until - (__u32)now);

	return believed_until && left < (__s64)(until - now) ? now + left : until;
}

/* The flags that may turn a flow whose connection is followed. */
WF_INLINE __u8 belief_stop(const struct wf_flow *flow, __u32 believed_until)
{
	return believed_until && flow->proto == WF_PROTO_TCP ? WF_TCP_STATE : 0;
}

WF_INLINE _Bool belief_is_over(struct __sk_buff *skb, const struct wf_inner *in, __u32 until)
{
	return until && ((__s32)(until - (__u32)bpf_jiffies64()) < 0 || case_is_turn(skb, in));
}
