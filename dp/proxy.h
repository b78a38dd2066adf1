/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Functions that know nothing of SRv6, or little, and those that stand in for them:
 * draft-ietf-spring-sr-service-programming, sections 6 and 7.
 *
 *   End.AN  the function gets the packet as it is, with its next destination
 *   End.AS  headers off; what comes back gets new ones (dp/static.h)
 *   End.AD  headers off, remembered by the packet's flow; what comes back gets them again
 *   End.AM  headers on, the destination is the last segment; what comes back gets the next one
 *
 * What the function is given is remembered with its next destination and Segments Left, by the
 * interface that it comes back from and by the flow inside. AN and AM compare: a function passes
 * headers on as it got them, or not at all. Nothing else that it sends is taken for more than a
 * packet of its own.
 */
#pragma once

#include "dp/outer.h"
#include "dp/table.h"
#include "wire/csid.h"
#include "wire/flow.h"

#define WF_PROXIED_MAX	     65536
#define WF_PROXY_CSID_SHIFT  32 /* bits: node and function */
#define WF_PROXIED_MAX_BYTES WF_TEMPLATE_MAX

struct wf_proxied_key {
	struct wf_flow flow; /* inside */
	__u32 port;	     /* interface it comes back from */
	__u32 pad;
};

struct wf_proxied {
	__u16 len; /* of header[] */
	__u8 pad[6];
	/* Outer headers; payload length is zero, and but for frames traffic class. */
	__u8 header[WF_PROXIED_MAX_BYTES];
};

WF_SIZE_IS(struct wf_proxied_key, 48);
WF_SIZE_IS(struct wf_proxied, 8 + WF_PROXIED_MAX_BYTES);
_Static_assert(WF_PROXIED_MAX_BYTES % 8 == 0, "compared by words");

WF_INLINE _Bool wf_proxy_is(__u32 behavior)
{
	return behavior >= WF_BEHAVIOR_AN && behavior <= WF_BEHAVIOR_AM;
}

/* Does the packet keep its headers? */
WF_INLINE _Bool wf_proxy_is_open(__u32 behavior)
{
	return behavior == WF_BEHAVIOR_AN || behavior == WF_BEHAVIOR_AM;
}

/* What is inside, and how, that a function can be given? */
WF_INLINE _Bool wf_proxy_takes(__u32 behavior, const struct wf_outer *o)
{
	if (wf_proxy_is_open(behavior) && !o->srh_off)
		return 0;
	if (o->upper == WF_PROTO_ETHERNET)
		return behavior != WF_BEHAVIOR_AS; /* a frame has no sender that is known */
	return o->upper == WF_PROTO_IPV4 || o->upper == WF_PROTO_IPV6;
}

/* What a frame is known by: addresses and EtherType, where packets have others. */
WF_INLINE void wf_proxied_flow(const struct wf_eth *eth, struct wf_flow *ret)
{
	__builtin_memset(ret, 0, sizeof(*ret));
	__builtin_memcpy(ret->src, eth->src, sizeof(eth->src));
	__builtin_memcpy(ret->dst, eth->dst, sizeof(eth->dst));
	ret->sport = eth->proto;
	ret->proto = WF_PROTO_ETHERNET;
}

/* Behind node and function, in a container, there may be more C-SIDs. */
WF_INLINE _Bool wf_proxy_has_csid(const struct wf_outer *o)
{
	return wf_load_be16(o->dst + 8);
}

WF_INLINE void wf_proxy_shift(struct wf_outer *o)
{
	wf_csid_shift(o->dst);
	wf_csid_shift(o->dst);
	o->is_moved = 1;
}

/*
 * Of the headers of a packet that goes to a function, as they came, in m->header: those it comes
 * back with. @o: after the walk. One hop less: the node passes it on.
 */
WF_INLINE void wf_proxied_settle(struct wf_proxied *m, const struct wf_outer *o)
{
	struct wf_ipv6 *ip = (void *)m->header;
	struct wf_srh *srh = (void *)(ip + 1);

	ip->vtf = wf_ipv6_vtf(o->upper == WF_PROTO_ETHERNET ? o->tc : 0,
			      wf_ntohl(ip->vtf) & 0xfffff);
	ip->payload_len = 0;
	ip->hop_limit--;
	wf_copy16(ip->dst, o->dst);
	if (o->srh_off)
		srh->segments_left = o->segments_left;
}

WF_INLINE _Bool wf_proxied_equal(const struct wf_proxied *a, const struct wf_proxied *b)
{
	const wf_any64 *x = (const void *)a->header, *y = (const void *)b->header;
	__u64 differ = a->len ^ b->len;

	for (__u32 i = 0; i < WF_PROXIED_MAX_BYTES / 8; i++) {
		if (i >= a->len / 8u)
			break;
		differ |= x[i] ^ y[i];
	}
	return !differ;
}

/*
 * Does a packet come back with the headers it was given? @len: bytes of the SRH to look at, a
 * multiple of 8; not its mark of transit, which others of the flow have had since.
 */
WF_INLINE _Bool wf_proxied_is_srh(const struct wf_proxied *m, const __u8 *srh, const __u8 *end,
				  __u32 len)
{
	const wf_any64 *a = (const void *)(m->header + WF_IPV6_LEN), *b = (const void *)srh;
	__u64 differ = 0;

	if (len > m->len - (__u32)WF_IPV6_LEN || len > WF_PROXIED_MAX_BYTES - WF_IPV6_LEN)
		return 0;
	for (__u32 i = 0; i < (WF_PROXIED_MAX_BYTES - WF_IPV6_LEN) / 8; i++) {
		if (i >= len / 8)
			break;
		WF_OPAQUE(end);
		if ((const __u8 *)(b + i + 1) > end)
			return 0;
		differ |= a[i] ^ b[i];
	}
	return !differ;
}

/* ... from whom, and to where it was sent: the next destination or (AM) the last segment. */
WF_INLINE _Bool wf_proxied_is_ip(const struct wf_proxied *m, const struct wf_ipv6 *ip,
				 __u8 behavior)
{
	const struct wf_ipv6 *was = (const void *)m->header;
	const __u8 *last = m->header + WF_IPV6_LEN + WF_SRH_LEN;

	return wf_equal16(ip->src, was->src) &&
	       wf_equal16(ip->dst, behavior == WF_BEHAVIOR_AM ? last : was->dst);
}
