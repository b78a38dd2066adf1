/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The two ways out: into an endpoint of this node, or encapsulated towards another. */
#pragma once

#include "bpf/nexthop.h"
#include "bpf/packet.h"
#include "bpf/proxied.h"
#include "bpf/verdict.h"
#include "bpf/world.h"
#include "dp/route.h"
#include "wire/transit.h"

/* Which lane (dp/pick.h). */
__noinline int lane_pick(const struct wf_leg *leg, const struct wf_choice *choice,
			 struct wf_path_key *key)
{
	return leg && choice && key ? wf_lane_pick(WF_WORLD, leg, choice, key) : WF_DROP_NO_PATH;
}

/* A function of its own for its stack: that is free again when the header is made. */
static __noinline int route_decide(const struct wf_leg *leg, const struct wf_dest *dest, __u64 hash,
				   struct wf_way *ret)
{
	return wf_route_decide(WF_WORLD, leg, dest, hash, ret);
}

/* Ready Ethernet header for an endpoint of this node. */
WF_INLINE void eth_to_endpoint(__u8 eth[14], const struct wf_dest *dest, _Bool is_v4)
{
	const __u8 gateway[6] WF_ALIGNED8 = WF_GATEWAY_MAC;

	wf_eth_fill((struct wf_eth *)eth, dest->mac, gateway,
		    is_v4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6);
}

/* Gives it the finished packet; of the node's own, over the pair, as if the gateway sent it. */
WF_INLINE int endpoint_give(__u32 ifindex)
{
	if (ifindex & WF_IFINDEX_HOST)
		return (int)bpf_redirect(ifindex & ~WF_IFINDEX_HOST, 0);
	return (int)bpf_redirect_peer(ifindex, 0);
}

WF_INLINE void eth_store(void *data, const __u8 eth[14])
{
	wf_copy_words(data, eth, 8);
	*(wf_any32 *)((__u8 *)data + 8) = *(const wf_any32 *)(eth + 8);
	*(wf_any16 *)((__u8 *)data + 12) = *(const wf_any16 *)(eth + 12);
}

/* The header of @way, with all that is constant for a flow, into @e. */
WF_INLINE void head_fill(struct wf_applied *e, const struct wf_way *way, _Bool is_v4)
{
	const struct wf_template *t = way->path;
	struct wf_ipv6 *outer = (void *)e->head;
	__u32 at = t->next_header_offset;

	e->is_proxied = 0;
	e->header_len = t->len;
	e->has_rest = t->len > WF_HEAD_MAX || t->transit_offset;
	e->path = way->path_key;
	__builtin_memcpy(e->head, t->header, WF_HEAD_MAX);
	outer->vtf = wf_ipv6_vtf(0, way->flow_label);
	if (way->source)
		wf_sid_node_addr(outer->src, here()->block, way->source);
	e->sid_arg = way->sid_arg;
	if (!t->is_signed && t->arg_offset <= WF_HEAD_MAX - 8)
		wf_store_be64(e->head + (t->arg_offset & (WF_HEAD_MAX - 8)), way->sid_arg);
	WF_OPAQUE(at); /* the verifier wants to see the mask */
	if (at < WF_HEAD_MAX)
		e->head[at & (WF_HEAD_MAX - 1)] = is_v4 ? WF_PROTO_IPV4 : WF_PROTO_IPV6;
}

/* The header to a backend of this node, which no path leads to: outer IPv6 alone. */
WF_INLINE void head_fill_home(struct wf_applied *e, const struct wf_way *way, __u16 sid,
			      _Bool is_v4)
{
	struct wf_ipv6 *outer = (void *)e->head;

	e->header_len = WF_IPV6_LEN;
	e->path = way->path_key;
	outer->vtf = wf_ipv6_vtf(0, way->flow_label);
	outer->next_header = is_v4 ? WF_PROTO_IPV4 : WF_PROTO_IPV6;
	outer->hop_limit = 64;
	wf_copy16(outer->src, here()->addr);
	wf_sid_make(outer->dst, here()->block, here()->node, WF_FN_ENDPOINT | sid, way->sid_arg);
}

/*
 * The template of a header longer than what the flow's entry holds of it, or NULL when the path was
 * replaced since: a header is never made of an old head and a new rest. (Headers of one length and
 * kind to one node whose first segment is the same have the same head.)
 */
WF_INLINE const struct wf_template *head_rest(const struct wf_applied *e)
{
	const struct wf_template *t = bpf_map_lookup_elem(&paths, &e->path);
	const wf_any32 *kind = (const void *)(e->head + WF_IPV6_LEN + 4); /* Last Entry, Flags */

	if (!t || t->len != e->header_len || !wf_equal16(t->header + 24, e->head + 24) ||
	    *(const wf_any32 *)(t->header + WF_IPV6_LEN + 4) != *kind)
		return (void *)0;
	return t;
}

/* Where the argument is in the opaque TLV, that TLV is in the rest. */
WF_INLINE _Bool head_patch_arg(struct __sk_buff *skb, const struct wf_template *t, __u64 arg)
{
	__u8 *p = (__u8 *)packet_data(skb) + L3 + (t->arg_offset & 0x1ff);

	if (p + 8 > (__u8 *)packet_end(skb))
		return 0;
	wf_store_be64(p, arg);
	return 1;
}

/* One packet in transit_every is marked, by a nonce of its own; any packet may be the one. */
WF_INLINE _Bool head_patch_transit(struct __sk_buff *skb, const struct wf_template *t)
{
	struct wf_transit_tlv *tlv = packet_data(skb) + L3 + (t->transit_offset & 0x1ff);
	__u64 nonce;

	if (t->transit_every > 1 && bpf_get_prandom_u32() % t->transit_every)
		return 1;
	if ((void *)(tlv + 1) > packet_end(skb))
		return 0;
	nonce = (__u64)bpf_get_prandom_u32() << 32;
	wf_store_be64(&tlv->nonce, nonce | bpf_get_prandom_u32());
	tlv->flags = WF_TRANSIT_MARKED;
	return 1;
}

/* ... of a header that was remembered before a function. */
WF_INLINE int proxied_store_rest(struct __sk_buff *skb, const struct wf_applied *e)
{
	const struct wf_proxied *m = proxied_find(e->port, &e->flow);
	__u32 len = e->header_len - WF_HEAD_MAX;

	if (!m || m->len != e->header_len)
		return WF_DROP_FUNCTION_FLOW;
	if (len - 1 >= WF_PROXIED_MAX_BYTES - WF_HEAD_MAX ||
	    bpf_skb_store_bytes(skb, L3 + WF_HEAD_MAX, m->header + WF_HEAD_MAX, len, 0))
		return WF_DROP_RESIZE;
	return WF_DROP_NONE;
}

static __noinline int head_store_rest(struct __sk_buff *skb, const struct wf_applied *e)
{
	__u32 len = e->header_len - WF_HEAD_MAX;
	const struct wf_template *t;

	if (e->is_proxied)
		return proxied_store_rest(skb, e);
	t = head_rest(e);
	if (!t)
		return WF_DROP_NO_PATH;
	if (len - 1 < WF_TEMPLATE_MAX - WF_HEAD_MAX &&
	    bpf_skb_store_bytes(skb, L3 + WF_HEAD_MAX, t->header + WF_HEAD_MAX, len, 0))
		return WF_DROP_RESIZE;
	if (!t->is_signed && t->arg_offset > WF_HEAD_MAX - 8 && !head_patch_arg(skb, t, e->sid_arg))
		return WF_DROP_RESIZE;
	if (t->transit_offset && !head_patch_transit(skb, t))
		return WF_DROP_RESIZE;
	return WF_DROP_NONE;
}

/* All behind the outer IPv6 header, up to @len, a compile-time constant. */
WF_INLINE enum wf_drop head_store_all(__u8 *data, const __u8 *end, const struct wf_applied *e,
				      __u32 len)
{
	if (data + L3 + len > end)
		return WF_DROP_RESIZE;
	wf_copy_words(data + L3 + WF_IPV6_LEN, e->head + WF_IPV6_LEN, len - WF_IPV6_LEN);
	return WF_DROP_NONE;
}

/*
 * The same of any header. Word by word where possible: the helper that copies any number of bytes
 * takes longer than a whole header does here.
 */
static __noinline int head_store_srh(struct __sk_buff *skb, const struct wf_applied *e)
{
	__u32 len = e->header_len < WF_HEAD_MAX ? e->header_len : WF_HEAD_MAX;
	const wf_any64 *from = (const void *)(e->head + WF_IPV6_LEN);
	__u8 *data = packet_data(skb);
	wf_any64 *to = (void *)(data + L3 + WF_IPV6_LEN);

	len -= WF_IPV6_LEN;
	if (data + L3 + WF_HEAD_MAX <= (__u8 *)packet_end(skb)) {
#pragma GCC unroll 11
		for (__u32 i = 0; i < (WF_HEAD_MAX - WF_IPV6_LEN) / 8 && i < len / 8; i++)
			to[i] = from[i];
	} else if (len - 1 >= WF_HEAD_MAX - WF_IPV6_LEN ||
		   bpf_skb_store_bytes(skb, L3 + WF_IPV6_LEN, from, len, 0)) {
		return WF_DROP_RESIZE;
	}
	return e->has_rest ? head_store_rest(skb, e) : WF_DROP_NONE;
}

/* The outer IPv6 header, with what a packet adds to the ready one, whose traffic class is 0. */
WF_INLINE void head_store_ipv6(struct wf_ipv6 *outer, const struct wf_applied *e, __u32 ip_len,
			       __be32 tc)
{
	const wf_any64 *from = (const void *)e->head;
	wf_any64 *to = (void *)outer;

	to[0] = from[0] | wf_pair(tc, 0);
	for (__u32 i = 1; i < WF_IPV6_LEN / 8; i++)
		to[i] = from[i];
	outer->payload_len = wf_htons((__u16)(e->header_len - WF_IPV6_LEN + ip_len));
}

/*
 * Stores Ethernet and outer header where there is room for them now. @ip_len: of the packet inside;
 * @tc: as wf_ipv6_tc_word(). RESIZE, NO_PATH.
 */
WF_INLINE enum wf_drop head_store(struct __sk_buff *skb, const struct wf_applied *e, __u32 ip_len,
				  __be32 tc)
{
	__u8 *data = packet_data(skb), *end = packet_end(skb);

	if (data + L3 + WF_IPV6_LEN > end)
		return WF_DROP_RESIZE;
	eth_store(data, e->eth);
	head_store_ipv6((void *)(data + L3), e, ip_len, tc);
	if (e->header_len == WF_IPV6_LEN)
		return WF_DROP_NONE;
	if (e->header_len == WF_HEAD_CSID)
		return head_store_all(data, end, e, WF_HEAD_CSID);
	if (e->header_len == WF_HEAD_SIGNED && !e->has_rest)
		return head_store_all(data, end, e, WF_HEAD_SIGNED);
	return head_store_srh(skb, e);
}

/* Makes room and stores Ethernet and outer header. RESIZE, NO_PATH. */
WF_INLINE enum wf_drop head_push(struct __sk_buff *skb, const struct wf_applied *e, __u32 ip_len,
				 __u8 tc)
{
	return packet_grow(skb, e->header_len) ? head_store(skb, e, ip_len, wf_ipv6_tc_word(tc))
					       : WF_DROP_RESIZE;
}

/* Sends an encapsulated packet to @e's next hop, or to the one just looked up. */
WF_INLINE int send_out(const struct wf_applied *e, const struct nexthop *nh)
{
	if (nh->is_here)
		return SENT_HERE;
	if (!nh->neigh.nh_family)
		return bpf_redirect(e->ifindex, 0);
	return bpf_redirect_neigh(e->ifindex, (void *)&nh->neigh, sizeof(nh->neigh), 0);
}
