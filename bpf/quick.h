/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The shortest way through both programs: an everyday packet of a flow that is remembered and may
 * go, of which nothing is due to be looked at again. All others are NOT_QUICK, untouched, and take
 * the way of bpf/apply.h or bpf/validate.h, which would do the same with this one. Functions of
 * their own: the stack that they need is free again for that way.
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
	if (is_v4)
		return p + WF_QUICK_V4_BYTES <= end && wf_quick_v4(p, q);
	return p + WF_QUICK_V6_BYTES <= end && wf_quick_v6(p, q);
}

/* Is the time, as low bits of jiffies, still to come? */
WF_INLINE _Bool is_ahead(__u32 until, __u64 now)
{
	return (__s32)(until - (__u32)now) >= 0;
}

/* The decision on a flow whose connection is followed holds. */
WF_INLINE _Bool quick_is_believed(const struct wf_quick *q, __u32 until, __u64 now)
{
	return !until || (is_ahead(until, now) && !(q->tcp_flags & WF_TCP_STATE));
}

WF_INLINE void quick_count(struct wf_counter *unsettled, const struct wf_quick *q)
{
	unsettled->packets++;
	unsettled->bytes += q->ip_len;
}

WF_INLINE _Bool quick_may_go(const struct __sk_buff *skb, const struct wf_quick *q,
			     const struct wf_applied *e, const __u8 *eth)
{
	const __u64 now = bpf_jiffies64();
	const wf_any32 *mac = (const void *)e->mac, *src = (const void *)(eth + 6);
	const __u16 encap = WF_ACTION_ENCAP;

	if (wf_quick_differs(q, &e->flow) | (e->generation ^ generation_now()) |
	    (e->port ^ skb->ifindex) | (*mac ^ *src) |
	    (*(const wf_any16 *)(e->mac + 4) ^ *(const wf_any16 *)(eth + 10)) |
	    ((e->action | (__u16)(e->drop << 8)) ^ encap))
		return 0;
	return q->hop_limit > 1 && q->ip_len <= e->max_len && !e->has_rest &&
	       e->fresh_until >= now && quick_is_believed(q, e->believed_until, now);
}

static __noinline int quick_apply(struct __sk_buff *skb)
{
	__u8 *data = packet_data(skb), *end = packet_end(skb);
	struct wf_applied *e;
	struct wf_quick q;
	enum wf_drop drop;
	_Bool is_v4;
	__u32 slot;

	if (data + L3 > end)
		return NOT_QUICK;
	is_v4 = *(const wf_any16 *)(data + 12) == WF_BE16(WF_ETH_P_IPV4);
	if (!is_v4 && *(const wf_any16 *)(data + 12) != WF_BE16(WF_ETH_P_IPV6))
		return NOT_QUICK;
	if (!quick_read(data + L3, end, is_v4, &q))
		return NOT_QUICK;
	slot = cpu_part(wf_quick_slot(&q), WF_FLOWCACHE_SLOTS);
	e = bpf_map_lookup_elem(&applied, &slot);
	if (!e || !quick_may_go(skb, &q, e, data) || q.ip_len + L3 > skb->len || skb->gso_size)
		return NOT_QUICK;
	hop_down(data + L3, is_v4);
	quick_count(&e->unsettled, &q);
	drop = head_push(skb, e, q.ip_len, wf_ecn_encap_tc(q.tc));
	return drop ? -(int)drop : (int)bpf_redirect(e->ifindex, 0);
}

/* Where the packet has come to, and what is inside. */
struct quick_outer {
	__u64 to[2];
	__u32 off;	    /* of the packet inside */
	__u32 arrived_slot; /* of a SID on the way to End.DT46; 0: none */
	__u16 source;	    /* as in struct wf_proof */
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
WF_INLINE _Bool quick_recall(struct __sk_buff *skb, const struct wf_ipv6 *outer, __u32 srh_len,
			     struct quick_outer *ret)
{
	__u32 slot = (__u32)header_recall(skb, srh_len);
	const struct wf_header *m;

	if (slot & (HEADER_UNKNOWN | HEADER_STRANGE))
		return 0;
	m = bpf_map_lookup_elem(&headers, &slot);
	if (!m || m->step != WF_STEP_DECAP || m->proof.transit_off)
		return 0;
	ret->to[0] = ((const wf_any64 *)m->to)[0];
	ret->to[1] = ((const wf_any64 *)m->to)[1];
	ret->off = L3 + WF_IPV6_LEN + srh_len;
	ret->arrived_slot = m->is_moved ? m->arrived_slot : 0;
	ret->source = m->proof.source;
	ret->has = m->proof.has;
	ret->upper = ((const struct wf_srh *)(outer + 1))->next_header;
	return 1;
}

WF_INLINE _Bool quick_outer_read(struct __sk_buff *skb, const struct wf_ipv6 *outer,
				 const __u8 *end, struct quick_outer *ret)
{
	const struct wf_srh *srh = (const void *)(outer + 1);

	ret->source = wf_outer_source(outer->src, outer->dst);
	ret->has = 0;
	if (outer->next_header == WF_PROTO_ROUTING) {
		if ((const __u8 *)(srh + 1) > end || wf_srh_len(srh) > WF_HEADER_SRH_MAX)
			return 0;
		if (wf_srh_len(srh) > WF_WALKED_SRH_LEN)
			return quick_recall(skb, outer, wf_srh_len(srh), ret);
		return quick_walk(outer, end, ret);
	}
	ret->to[0] = ((const wf_any64 *)outer->dst)[0];
	ret->to[1] = ((const wf_any64 *)outer->dst)[1];
	ret->off = L3 + WF_IPV6_LEN;
	ret->arrived_slot = 0;
	ret->upper = outer->next_header;
	return 1;
}

WF_INLINE _Bool quick_may_come(const struct wf_quick *q, const struct quick_outer *o,
			       const struct wf_validated *e, const struct wf_ipv6 *outer)
{
	const __u64 now = bpf_jiffies64();
	const wf_any64 *sid = (const void *)e->sid;
	const __u8 ecn = wf_ipv6_tc(outer) & WF_ECN_MASK;

	if (wf_quick_differs(q, &e->flow) | (e->generation ^ generation_now()) |
	    (o->to[0] ^ sid[0]) | (o->to[1] ^ sid[1]) | e->drop | (e->needs & ~o->has) |
	    (e->source ^ o->source))
		return 0;
	return q->hop_limit > 1 && (!ecn || ecn == (q->tc & WF_ECN_MASK)) &&
	       is_ahead(e->settle_at, now) && quick_is_believed(q, e->believed_until, now);
}

/* End.DT46, whatever SIDs of this node were before it. */
static __noinline int quick_validate(struct __sk_buff *skb)
{
	__u8 *data = packet_data(skb), *end = packet_end(skb);
	const struct wf_ipv6 *outer = (const void *)(data + L3);
	struct wf_validated *e;
	struct quick_outer o;
	struct wf_quick q;
	_Bool is_v4;
	__u32 slot;

	if ((const __u8 *)(outer + 1) > end ||
	    *(const wf_any16 *)(data + 12) != WF_BE16(WF_ETH_P_IPV6) ||
	    !wf_ipv6_is_version(outer) || !quick_outer_read(skb, outer, end, &o))
		return NOT_QUICK;
	is_v4 = o.upper == WF_PROTO_IPV4;
	if ((!is_v4 && o.upper != WF_PROTO_IPV6) || !quick_read(data + o.off, end, is_v4, &q))
		return NOT_QUICK;
	slot = cpu_part(wf_quick_slot(&q), WF_FLOWCACHE_SLOTS);
	e = bpf_map_lookup_elem(&validated, &slot);
	if (!e || !quick_may_come(&q, &o, e, outer) || q.ip_len + o.off > skb->len || skb->gso_size)
		return NOT_QUICK;
	if (o.arrived_slot)
		count(skb, o.arrived_slot, skb->len - L3);
	packet_hop_down(skb, data + o.off, is_v4);
	quick_count(&e->unsettled, &q);
	if (!packet_shrink(skb, o.off - L3, is_v4))
		return -WF_DROP_RESIZE;
	data = packet_data(skb);
	if (data + L3 > (__u8 *)packet_end(skb))
		return -WF_DROP_RESIZE;
	eth_store(data, e->eth);
	return endpoint_give(e->ifindex);
}
