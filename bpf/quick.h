/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The shortest way through both programs: an everyday packet of a flow that is remembered and may
 * go, of which nothing is due to be looked at again. All others are NOT_QUICK, untouched, and take
 * the way of bpf/apply.h or bpf/validate.h, which would do the same with this one.
 */
#pragma once

#include "bpf/case.h"
#include "bpf/proof.h"
#include "bpf/send.h"
#include "bpf/tally.h"
#include "dp/headercache.h"
#include "dp/quick.h"
#include "wire/ecn.h"

#define NOT_QUICK (-WF_DROP_COUNT)

/* Reads the packet whose IP header is at @p. */
WF_INLINE _Bool quick_read(const __u8 *p, const __u8 *end, _Bool is_v4, struct wf_quick *q)
{
	if (p + (is_v4 ? WF_QUICK_V4_BYTES : WF_QUICK_V6_BYTES) > end)
		return 0;
	if (is_v4)
		wf_quick_v4(p, q);
	else
		wf_quick_v6(p, q);
	return 1;
}

WF_INLINE void quick_count(struct wf_counter *unsettled, __u32 ip_len)
{
	unsettled->packets++;
	unsettled->bytes += ip_len;
}

/*
 * The service's address or the backend's in the place of one end of the packet at @p, as
 * bpf/alias.h puts it there. False: this packet is not for that; it is untouched.
 */
WF_INLINE _Bool quick_alias(struct __sk_buff *skb, __u8 *p, const __u8 *end,
			    const struct wf_alias *a, struct wf_alias_end at)
{
	const int summed = packet_summed(skb);
	__u16 sum;

	if (summed == SUM_UNKNOWN ||
	    p + (at.is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN) + WF_ALIAS_L4_BYTES > end)
		return 0;
	at.is_partial = summed == SUM_PARTIAL;
	sum = wf_alias_put(p, a, at);
	if (summed == SUM_COMPLETE)
		bpf_csum_update(skb, sum);
	return 1;
}

/* More than what @q says of its length is behind it. */
#define QUICK_LEN(is_v4) (((is_v4) ? WF_IPV4_LEN : WF_IPV6_LEN) + WF_QUICK_L4)

WF_INLINE _Bool quick_may_go(const struct __sk_buff *skb, const struct wf_quick *q,
			     const struct wf_applied *e, const __u8 *eth, __u64 now, _Bool is_v4)
{
	const wf_any64 *from = (const void *)(eth + 6), *known = (const void *)e->mac;
	const __u64 differs = wf_quick_differs(q, &e->flow) | (*from ^ *known) |
			      (e->generation ^ generation_now()) | (e->port ^ skb->ifindex) |
			      (q->tcp_flags & e->stop) | q->odd;

	return !differs && e->quick_until >= now && q->hop_limit > 1 && q->l4_len <= e->max_l4 &&
	       q->l4_len <= skb->len - L3 - QUICK_LEN(is_v4);
}

/* A packet of one IP version, which @is_v4 says. */
WF_INLINE int quick_apply_ip(struct __sk_buff *skb, _Bool is_v4)
{
	const __u64 now = bpf_jiffies64();
	const __u32 part = cpu_part(0, WF_FLOWCACHE_SLOTS);
	__u8 *data = packet_data(skb), *end = packet_end(skb);
	struct wf_applied *e;
	struct wf_quick q;
	enum wf_drop drop;
	__u32 slot;

	if (!quick_read(data + L3, end, is_v4, &q))
		return NOT_QUICK;
	slot = part + wf_quick_slot(&q);
	e = bpf_map_lookup_elem(&applied, &slot);
	if (!e || !quick_may_go(skb, &q, e, data, now, is_v4) ||
	    (e->is_alias && !quick_alias(skb, data + L3, end, &e->alias,
					 (struct wf_alias_end){.is_v4 = is_v4, .is_src = 1})))
		return NOT_QUICK;
	hop_down(data + L3, is_v4);
	quick_count(&e->unsettled, q.l4_len + QUICK_LEN(is_v4));
	if (!(is_v4 ? packet_grow(skb, e->header_len) : packet_grow_v6(skb, e->header_len)))
		return -WF_DROP_RESIZE;
	drop = head_store(skb, e, q.l4_len + QUICK_LEN(is_v4), wf_ecn_encap_tc(q.tc));
	return drop ? -(int)drop : (int)bpf_redirect(e->ifindex, 0);
}

static __noinline int quick_apply_v4(struct __sk_buff *skb)
{
	return quick_apply_ip(skb, 1);
}

WF_INLINE int quick_apply(struct __sk_buff *skb)
{
	const __u8 *data = packet_data(skb), *end = packet_end(skb);

	if (data + L3 > end)
		return NOT_QUICK;
	if (*(const wf_any16 *)(data + 12) == WF_BE16(WF_ETH_P_IPV6))
		return quick_apply_ip(skb, 0);
	if (*(const wf_any16 *)(data + 12) == WF_BE16(WF_ETH_P_IPV4))
		return quick_apply_v4(skb);
	return NOT_QUICK;
}

/* Where the packet has come to, and what is inside. */
struct quick_outer {
	__u64 to[2];
	__u32 off;	    /* of the packet inside */
	__u32 arrived_slot; /* of a SID on the way to End.DT46; 0: none */
	__u8 upper;
	__u8 has; /* as in struct wf_proof */
};

/* A C-SID container that was walked before. */
WF_INLINE _Bool quick_walk(const struct wf_ipv6 *outer, const __u8 *end, struct quick_outer *ret)
{
	const __u8 *srh = (const __u8 *)(outer + 1);
	const struct wf_walked *m;
	__u32 slot;

	if (srh + WF_WALKED_SRH_LEN > end)
		return 0;
	slot = wf_walked_slot(outer->dst, srh);
	m = bpf_map_lookup_elem(&walked, &slot);
	if (!m || m->generation != generation_now() || m->step != WF_STEP_DECAP ||
	    !wf_walked_equal(m, outer->dst, srh))
		return 0;
	ret->to[0] = ((const wf_any64 *)m->to)[0];
	ret->to[1] = ((const wf_any64 *)m->to)[1];
	ret->off = L3 + WF_IPV6_LEN + WF_WALKED_SRH_LEN;
	ret->arrived_slot = m->arrived_slot;
	ret->upper = srh[0];
	return 1;
}

/* A header that was walked and verified before: a signed one, or of more segments. */
WF_INLINE _Bool quick_recall(const struct wf_ipv6 *outer, const __u8 *end, __u32 srh_len,
			     struct quick_outer *ret)
{
	__u32 slot = header_slot(outer, end, srh_len);
	const struct wf_header *m = bpf_map_lookup_elem(&headers, &slot);

	if (m && !header_is(m, outer, end, srh_len)) {
		slot ^= 1;
		m = bpf_map_lookup_elem(&headers, &slot);
		if (m && !header_is(m, outer, end, srh_len))
			return 0;
	}
	if (!m || m->step != WF_STEP_DECAP || m->proof.transit_off)
		return 0;
	ret->to[0] = ((const wf_any64 *)m->to)[0];
	ret->to[1] = ((const wf_any64 *)m->to)[1];
	ret->off = L3 + WF_IPV6_LEN + srh_len;
	ret->arrived_slot = m->is_moved ? m->arrived_slot : 0;
	ret->has = m->proof.has;
	ret->upper = ((const struct wf_srh *)(outer + 1))->next_header;
	return 1;
}

/* No SRH: the packet has come to where it was sent. */
WF_INLINE void quick_outer_plain(const struct wf_ipv6 *outer, struct quick_outer *ret)
{
	ret->to[0] = ((const wf_any64 *)outer->dst)[0];
	ret->to[1] = ((const wf_any64 *)outer->dst)[1];
	ret->off = L3 + WF_IPV6_LEN;
	ret->arrived_slot = 0;
	ret->upper = outer->next_header;
	ret->has = 0;
}

/* Where the packet in hand has come to. */
WF_INLINE _Bool quick_outer_read(const struct wf_ipv6 *outer, const __u8 *end,
				 struct quick_outer *ret)
{
	const struct wf_srh *srh = (const void *)(outer + 1);

	ret->has = 0;
	if (outer->next_header == WF_PROTO_ROUTING) {
		if ((const __u8 *)(srh + 1) > end || wf_srh_len(srh) > WF_HEADER_SRH_MAX)
			return 0;
		if (wf_srh_len(srh) > WF_WALKED_SRH_LEN)
			return quick_recall(outer, end, wf_srh_len(srh), ret);
		return quick_walk(outer, end, ret);
	}
	quick_outer_plain(outer, ret);
	return 1;
}

WF_INLINE _Bool quick_may_come(const struct __sk_buff *skb, const struct wf_quick *q,
			       const struct quick_outer *o, const struct wf_validated *e,
			       const struct wf_ipv6 *outer, __u64 now, _Bool is_v4)
{
	const wf_any64 *sid = (const void *)e->sid;
	const wf_any64 *src = (const void *)outer->src, *known = (const void *)e->src;
	const __u8 ecn = wf_ipv6_tc(outer) & WF_ECN_MASK;
	const __u64 differs = wf_quick_differs(q, &e->flow) | (o->to[0] ^ sid[0]) |
			      (o->to[1] ^ sid[1]) | (src[0] ^ known[0]) | (src[1] ^ known[1]) |
			      (e->generation ^ generation_now()) | (e->needs & ~o->has) |
			      (e->upper ^ o->upper) | (q->tcp_flags & e->stop) | q->odd;

	return !differs && e->quick_until >= now && q->hop_limit > 1 &&
	       (!ecn || ecn == (q->tc & WF_ECN_MASK)) &&
	       q->l4_len <= skb->len - o->off - QUICK_LEN(is_v4);
}

/*
 * One hop less for the packet inside. The sum that a NIC may have made over all of it is kept right
 * by what is taken off it: the outer source, that much larger.
 */
WF_INLINE void quick_hop_down(struct wf_ipv6 *outer, __u8 *inner, _Bool is_v4)
{
	hop_down(inner, is_v4);
	if (!is_v4)
		*(wf_any64 *)outer->src += WF_BE16(1);
}

/* What is inside, of one IP version, which @is_v4 says, at End.DT46 or End.DX46. */
WF_INLINE int quick_deliver(struct __sk_buff *skb, const struct quick_outer *o, _Bool is_v4)
{
	const __u64 now = bpf_jiffies64();
	const __u32 part = cpu_part(0, WF_FLOWCACHE_SLOTS);
	__u8 *data = packet_data(skb), *end = packet_end(skb);
	struct wf_ipv6 *outer = (void *)(data + L3);
	struct wf_validated *e;
	struct wf_quick q;
	__u32 slot;

	if ((__u8 *)(outer + 1) > end || !quick_read(data + o->off, end, is_v4, &q))
		return NOT_QUICK;
	slot = part + wf_quick_slot(&q);
	e = bpf_map_lookup_elem(&validated, &slot);
	if (!e || !quick_may_come(skb, &q, o, e, outer, now, is_v4) ||
	    (e->is_alias && !quick_alias(skb, data + o->off, end, &e->alias,
					 (struct wf_alias_end){.is_v4 = is_v4})))
		return NOT_QUICK;
	if (o->arrived_slot)
		count(skb, o->arrived_slot, skb->len - L3);
	quick_hop_down(outer, data + o->off, is_v4);
	quick_count(&e->unsettled, q.l4_len + QUICK_LEN(is_v4));
	if (!packet_shrink(skb, o->off - L3, is_v4))
		return -WF_DROP_RESIZE;
	data = packet_data(skb);
	if (data + L3 > (__u8 *)packet_end(skb))
		return -WF_DROP_RESIZE;
	eth_store(data, e->eth);
	return endpoint_give(e->ifindex);
}

/* Behind an SRH, or IPv4. */
static __noinline int quick_validate_other(struct __sk_buff *skb)
{
	const __u8 *data = packet_data(skb), *end = packet_end(skb);
	const struct wf_ipv6 *outer = (const void *)(data + L3);
	struct quick_outer o;

	if ((const __u8 *)(outer + 1) > end || !quick_outer_read(outer, end, &o))
		return NOT_QUICK;
	if (o.upper == WF_PROTO_IPV6)
		return quick_deliver(skb, &o, 0);
	return o.upper == WF_PROTO_IPV4 ? quick_deliver(skb, &o, 1) : NOT_QUICK;
}

/* End.DT46, whatever SIDs of this node were before it; End.DX46 without an SRH. */
WF_INLINE int quick_validate(struct __sk_buff *skb)
{
	const __u8 *data = packet_data(skb), *end = packet_end(skb);
	const struct wf_ipv6 *outer = (const void *)(data + L3);
	struct quick_outer o;

	if ((const __u8 *)(outer + 1) > end ||
	    *(const wf_any16 *)(data + 12) != WF_BE16(WF_ETH_P_IPV6) || !wf_ipv6_is_version(outer))
		return NOT_QUICK;
	if (outer->next_header != WF_PROTO_IPV6)
		return quick_validate_other(skb);
	quick_outer_plain(outer, &o);
	return quick_deliver(skb, &o, 0);
}
