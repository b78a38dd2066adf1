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

/* Bytes of an IP packet that are read; and all of it that struct wf_quick's l4_len leaves out. */
#define QUICK_BYTES(is_v4) ((is_v4) ? WF_QUICK_V4_BYTES : WF_QUICK_V6_BYTES)
#define QUICK_LEN(is_v4)   (((is_v4) ? WF_IPV4_LEN : WF_IPV6_LEN) + WF_QUICK_L4)

/* The first slot where this CPU may remember the flow of the packet whose IP header is at @p. */
WF_INLINE __u32 quick_slot(const __u8 *p, _Bool is_v4)
{
	return cpu_part(wf_quick_slot(p, is_v4), WF_FLOWCACHE_SLOTS);
}

WF_INLINE void quick_count(struct wf_counter *unsettled, __u32 ip_len)
{
	unsettled->packets++;
	unsettled->bytes += ip_len;
}

/*
 * The service's address or the backend's in the place of one end of the packet at @off, as
 * bpf/alias.h puts it there. False: this packet is not for that; it is untouched.
 */
WF_INLINE _Bool quick_alias_end(struct __sk_buff *skb, __u32 off, const struct wf_alias *a,
				struct wf_alias_end at)
{
	__u8 *p = packet_data(skb) + (off & WF_FLOW_OFF_MAX);
	const __u8 *l4 = p + (at.is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN);
	const int summed = packet_summed(skb);
	__u16 sum;

	if (summed == SUM_UNKNOWN || l4 + WF_ALIAS_L4_BYTES > (__u8 *)packet_end(skb))
		return 0;
	at.is_partial = summed == SUM_PARTIAL;
	sum = wf_alias_put(p, a, at);
	if (summed == SUM_COMPLETE)
		bpf_csum_update(skb, sum);
	return 1;
}

/* Functions of their own for their registers, which packets without an alias have other use for. */
static __noinline int quick_alias_source(struct __sk_buff *skb, __u32 off, const struct wf_alias *a,
					 int is_v4)
{
	if (is_v4)
		return quick_alias_end(skb, off, a, (struct wf_alias_end){.is_v4 = 1, .is_src = 1});
	return quick_alias_end(skb, off, a, (struct wf_alias_end){.is_src = 1});
}

static __noinline int quick_alias_destination(struct __sk_buff *skb, __u32 off,
					      const struct wf_alias *a, int is_v4)
{
	if (is_v4)
		return quick_alias_end(skb, off, a, (struct wf_alias_end){.is_v4 = 1});
	return quick_alias_end(skb, off, a, (struct wf_alias_end){});
}

/* @ret: what is known of the packet at @eth. */
WF_INLINE _Bool quick_may_go(const struct __sk_buff *skb, const __u8 *eth, _Bool is_v4,
			     const struct wf_applied *e, struct wf_quick *ret)
{
	const wf_any64 *from = (const void *)(eth + 6), *known = (const void *)e->mac;
	const __u64 now = bpf_jiffies64();
	__u64 differs = wf_quick_differs(eth + L3, is_v4, &e->flow);

	differs = wf_differs_or(differs, *from ^ *known);
	differs = wf_differs_or(differs, e->generation ^ generation_now());
	differs = wf_differs_or(differs, e->port ^ skb->ifindex);
	wf_quick_read(eth + L3, is_v4, ret);
	differs = wf_differs_or(differs, (ret->tcp_flags & e->stop) | ret->odd);
	return !differs && e->quick_until >= now && ret->hop_limit > 1 &&
	       ret->l4_len <= e->max_l4 && ret->l4_len <= skb->len - L3 - QUICK_LEN(is_v4);
}

/* A packet of one IP version, which @is_v4 says. */
WF_INLINE int quick_apply_ip(struct __sk_buff *skb, _Bool is_v4)
{
	__u8 *data = packet_data(skb);
	struct wf_applied *e;
	struct wf_quick q;
	enum wf_drop drop;
	__u32 slot;

	if (data + L3 + QUICK_BYTES(is_v4) > (__u8 *)packet_end(skb))
		return NOT_QUICK;
	slot = quick_slot(data + L3, is_v4);
	e = bpf_map_lookup_elem(&applied, &slot);
	if (e && !quick_may_go(skb, data, is_v4, e, &q)) {
		slot ^= 1;
		e = bpf_map_lookup_elem(&applied, &slot);
		if (e && !quick_may_go(skb, data, is_v4, e, &q))
			return NOT_QUICK;
	}
	if (!e || (e->is_alias && !quick_alias_source(skb, L3, &e->alias, is_v4)))
		return NOT_QUICK;
	hop_down(data + L3, is_v4);
	quick_count(&e->unsettled, q.l4_len + QUICK_LEN(is_v4));
	if (!(is_v4 ? packet_grow(skb, e->header_len) : packet_grow_v6(skb, e->header_len)))
		return -WF_DROP_RESIZE;
	/* the traffic class as it is: wf_ecn_encap_tc() */
	drop = head_store(skb, e, q.l4_len + QUICK_LEN(is_v4), q.tc);
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

/* Where the packet has come to. */
struct quick_outer {
	struct wf_ipv6 *ip;
	const wf_any64 *to; /* 16 bytes, in the packet or remembered */
	__u32 len;	    /* of the headers before the packet inside */
	__u32 arrived_slot; /* of a SID on the way to End.DT46; 0: none */
	__u8 has;	    /* as in struct wf_proof */
};

/* A C-SID container that was walked before. */
WF_INLINE _Bool quick_walk(struct wf_ipv6 *outer, const __u8 *end, struct quick_outer *ret)
{
	const __u8 *srh = (const __u8 *)(outer + 1);
	const struct wf_walked *m;
	__u32 slot;

	if (srh + WF_WALKED_SRH_LEN > end)
		return 0;
	slot = cpu_part(wf_walked_slot(outer->dst, srh), WF_WALKED_SLOTS);
	m = bpf_map_lookup_elem(&walked, &slot);
	if (!m || m->generation != generation_now() || m->step != WF_STEP_DECAP ||
	    !wf_walked_equal(m, outer->dst, srh))
		return 0;
	*ret = (struct quick_outer){.ip = outer,
				    .to = (const void *)m->to,
				    .len = WF_IPV6_LEN + WF_WALKED_SRH_LEN,
				    .arrived_slot = m->arrived_slot};
	return 1;
}

/* A header that was walked and verified before: a signed one, or of more segments. */
WF_INLINE _Bool quick_recall(struct wf_ipv6 *outer, const __u8 *end, __u32 srh_len,
			     struct quick_outer *ret)
{
	const __u32 slot = header_slot(outer, end, srh_len);
	const struct wf_header *m = header_in(slot, outer, end, srh_len);

	if (!m)
		m = header_in(slot ^ 1, outer, end, srh_len);
	if (!m || m->step != WF_STEP_DECAP || m->proof.transit_off)
		return 0;
	*ret = (struct quick_outer){.ip = outer,
				    .to = (const void *)m->to,
				    .len = WF_IPV6_LEN + srh_len,
				    .arrived_slot = m->is_moved ? m->arrived_slot : 0,
				    .has = m->proof.has};
	return 1;
}

WF_INLINE _Bool quick_outer_srh(struct wf_ipv6 *outer, const __u8 *end, struct quick_outer *ret)
{
	const struct wf_srh *srh = (const void *)(outer + 1);

	if ((const __u8 *)(srh + 1) > end || wf_srh_len(srh) > WF_HEADER_SRH_MAX)
		return 0;
	if (wf_srh_len(srh) > WF_WALKED_SRH_LEN)
		return quick_recall(outer, end, wf_srh_len(srh), ret);
	return quick_walk(outer, end, ret);
}

/* @differs, and an address of 16 bytes. */
WF_INLINE __u64 quick_differs16(__u64 differs, const wf_any64 *a, const __u8 b[16])
{
	const wf_any64 *w = (const void *)b;

	return wf_differs_or(wf_differs_or(differs, a[0] ^ w[0]), a[1] ^ w[1]);
}

/* @ret: what is known of the packet inside. */
WF_INLINE _Bool quick_may_come(const struct __sk_buff *skb, const struct quick_outer *o,
			       _Bool is_v4, const struct wf_validated *e, struct wf_quick *ret)
{
	const __u8 *inner = (const __u8 *)o->ip + o->len;
	const __u8 upper = is_v4 ? WF_PROTO_IPV4 : WF_PROTO_IPV6;
	const __u64 now = bpf_jiffies64();
	__u64 differs = wf_quick_differs(inner, is_v4, &e->flow);

	differs = quick_differs16(differs, o->to, e->sid);
	differs = quick_differs16(differs, (const void *)o->ip->src, e->src);
	differs = wf_differs_or(differs, e->generation ^ generation_now());
	differs = wf_differs_or(differs, e->needs & ~o->has);
	differs = wf_differs_or(differs, e->upper ^ upper);
	wf_quick_read(inner, is_v4, ret);
	differs = wf_differs_or(differs, (ret->tcp_flags & e->stop) | ret->odd);
	differs = wf_differs_or(differs, wf_ecn_touches(ret->tc, o->ip->vtf));
	return !differs && e->quick_until >= now && ret->hop_limit > 1 &&
	       ret->l4_len <= skb->len - L3 - o->len - QUICK_LEN(is_v4);
}

/*
 * One hop less for the packet inside. The sum that a NIC may have made over all of it is kept right
 * by what is taken off it: the outer source, that much larger.
 */
WF_INLINE void quick_hop_down(struct wf_ipv6 *outer, __u8 *inner, _Bool is_v4)
{
	wf_any64 *src = (void *)outer->src;

	hop_down(inner, is_v4);
	if (!is_v4)
		*src += WF_BE16(1);
}

/* What is inside, of one IP version, which @is_v4 says, at End.DT46 or End.DX46. */
WF_INLINE int quick_deliver(struct __sk_buff *skb, const struct quick_outer *o, const __u8 *end,
			    _Bool is_v4)
{
	__u8 *data, *inner = (__u8 *)o->ip + o->len;
	struct wf_validated *e;
	struct wf_quick q;
	__u32 slot;

	if (inner + QUICK_BYTES(is_v4) > end)
		return NOT_QUICK;
	slot = quick_slot(inner, is_v4);
	e = bpf_map_lookup_elem(&validated, &slot);
	if (e && !quick_may_come(skb, o, is_v4, e, &q)) {
		slot ^= 1;
		e = bpf_map_lookup_elem(&validated, &slot);
		if (e && !quick_may_come(skb, o, is_v4, e, &q))
			return NOT_QUICK;
	}
	if (!e || (e->is_alias && !quick_alias_destination(skb, L3 + o->len, &e->alias, is_v4)))
		return NOT_QUICK;
	if (o->arrived_slot)
		count(skb, o->arrived_slot, skb->len - L3);
	quick_hop_down(o->ip, inner, is_v4);
	quick_count(&e->unsettled, q.l4_len + QUICK_LEN(is_v4));
	if (!packet_shrink(skb, o->len, is_v4))
		return -WF_DROP_RESIZE;
	data = packet_data(skb);
	if (data + L3 > (__u8 *)packet_end(skb))
		return -WF_DROP_RESIZE;
	eth_store(data, e->eth);
	return endpoint_give(e->ifindex);
}

/* No SRH: the packet has come to where it was sent. */
WF_INLINE int quick_plain(struct __sk_buff *skb, _Bool is_v4)
{
	struct wf_ipv6 *outer = packet_data(skb) + L3;
	const struct quick_outer o = {.ip = outer,
				      .to = (const void *)outer->dst,
				      .len = WF_IPV6_LEN};

	return quick_deliver(skb, &o, packet_end(skb), is_v4);
}

WF_INLINE int quick_srh(struct __sk_buff *skb, _Bool is_v4)
{
	const __u8 *end = packet_end(skb);
	struct wf_ipv6 *outer = packet_data(skb) + L3;
	struct quick_outer o;

	if ((const __u8 *)(outer + 1) > end || !quick_outer_srh(outer, end, &o))
		return NOT_QUICK;
	return quick_deliver(skb, &o, end, is_v4);
}

static __noinline int quick_plain_v4(struct __sk_buff *skb)
{
	return quick_plain(skb, 1);
}

static __noinline int quick_srh_v4(struct __sk_buff *skb)
{
	return quick_srh(skb, 1);
}

static __noinline int quick_srh_v6(struct __sk_buff *skb)
{
	return quick_srh(skb, 0);
}

/* End.DT46, whatever SIDs of this node were before it; End.DX46 without an SRH. */
WF_INLINE int quick_validate(struct __sk_buff *skb)
{
	const __u8 *data = packet_data(skb), *end = packet_end(skb);
	const struct wf_ipv6 *outer = (const void *)(data + L3);
	const struct wf_srh *srh = (const void *)(outer + 1);

	if ((const __u8 *)(srh + 1) > end ||
	    *(const wf_any16 *)(data + 12) != WF_BE16(WF_ETH_P_IPV6) || !wf_ipv6_is_version(outer))
		return NOT_QUICK;
	if (outer->next_header == WF_PROTO_IPV6)
		return quick_plain(skb, 0);
	if (outer->next_header == WF_PROTO_IPV4)
		return quick_plain_v4(skb);
	if (outer->next_header != WF_PROTO_ROUTING)
		return NOT_QUICK;
	if (srh->next_header == WF_PROTO_IPV6)
		return quick_srh_v6(skb);
	return srh->next_header == WF_PROTO_IPV4 ? quick_srh_v4(skb) : NOT_QUICK;
}
