/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A backend's own address and port in a packet, and a service's virtual ones, in each other's
 * place. All sums stay right: those in the packet, also one that a NIC is still to make of it, and
 * the one that a NIC has made of all of it.
 *
 *   whole packet, first fragment    address and port; TCP, UDP, and SCTP whose ports stay
 *   later fragment                  address
 *   ICMP error                      address, and at the other end of what it quotes address and
 * port (not the sum of the quoted transport header: nobody can check it)
 */
#pragma once

#include "bpf/case.h"

/* In the helper's words: what is added to the sum of the pseudo header. */
#define ALIAS_PSEUDO BPF_F_PSEUDO_HDR

/* @new for the IPv4 address at @at. What that adds to a sum over it. */
WF_INLINE __u64 alias_put_v4(struct wf_ipv4 *ip, wf_any32 *at, __be32 new)
{
	const __be32 old = *at;

	ip->csum = wf_csum_update32(ip->csum, old, new);
	*at = new;
	return (__u64)(__u32)~old + new;
}

WF_INLINE __u64 alias_put_v6(__u8 *at, const __u8 new[16])
{
	const wf_any32 *o = (const void *)at, *n = (const void *)new;
	__u64 sum = 0;

	for (__u32 i = 0; i < 4; i++)
		sum += (__u64)(__u32)~o[i] + n[i];
	wf_copy16(at, new);
	return sum;
}

/* Source or destination of the IP packet at @off; -1: it is not there. */
WF_INLINE __s64 alias_put_addr(struct __sk_buff *skb, __u32 off, _Bool is_v4, _Bool is_src,
			       const struct wf_alias *a)
{
	__u8 *p = (__u8 *)packet_data(skb) + (off & WF_FLOW_OFF_MAX);
	struct wf_ipv4 *v4 = (void *)p;
	struct wf_ipv6 *v6 = (void *)p;
	const __be32 addr = *(const wf_any32 *)(a->addr + 12);

	if (p + (is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN) > (__u8 *)packet_end(skb))
		return -1;
	if (is_v4)
		return wf_csum_fold(alias_put_v4(v4, (void *)(is_src ? p + 12 : p + 16), addr));
	return wf_csum_fold(alias_put_v6(is_src ? v6->src : v6->dst, a->addr));
}

/* The 16 bits at @off; what that adds to a sum over them, or -1. */
WF_INLINE __s64 alias_put_port(struct __sk_buff *skb, __u32 off, __be16 new)
{
	__be16 old = 0;

	if (bpf_skb_load_bytes(skb, off, &old, sizeof(old)) ||
	    bpf_skb_store_bytes(skb, off, &new, sizeof(new), 0))
		return -1;
	return wf_csum_fold((__u64)(__u16)~old + new);
}

#define ALIAS_QUOTES (1 << 16) /* of alias_put_own(): | the sum of what it has put */

/* The other end of the packet that the ICMP error @in quotes, and the error's sum. @pseudo: what
 * its own address added. */
__noinline int alias_put_quote(struct __sk_buff *skb, const struct wf_inner *in,
			       const struct wf_alias *a, __u32 pseudo)
{
	struct wf_case *c = case_get();
	struct wf_inner *quoted = c ? &c->quoted : (void *)0;
	_Bool is_v4, is_src;
	__s64 addr, port = 0;
	__u32 sum_at;

	if (!in || !a)
		return WF_DROP_INNER_MALFORMED;
	is_v4 = in->flags & WF_INNER_V4;
	is_src = a->at == WF_ALIAS_TO;
	sum_at = in->l4_off + 2u;
	if (!quoted || parse_slow(skb, in->l4_off + WF_ICMP_LEN,
				  is_v4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6, quoted) != WF_FLOW_OK)
		return WF_DROP_INNER_MALFORMED;
	addr = alias_put_addr(skb, quoted->l3_off, is_v4, is_src, a);
	if (addr >= 0 && wf_flow_has_ports(quoted->upper) &&
	    !(quoted->flags & WF_INNER_LATER_FRAGMENT))
		port = alias_put_port(skb, quoted->l4_off + (is_src ? 0u : 2u), a->port);
	if (addr < 0 || port < 0)
		return WF_DROP_INNER_MALFORMED;
	if (is_v4) /* an IPv4 header's own sum cancels out */
		return bpf_l4_csum_replace(skb, sum_at, 0, (__u32)port, 0) ? WF_DROP_RESIZE
									   : WF_DROP_NONE;
	return bpf_l4_csum_replace(skb, sum_at, 0, wf_csum_fold((__u64)addr + (__u64)port), 0) ||
			       bpf_l4_csum_replace(skb, sum_at, 0, pseudo, ALIAS_PSEUDO)
		       ? WF_DROP_RESIZE
		       : WF_DROP_NONE;
}

/* The packet's own end; if that is all, or an enum wf_drop. */
__noinline int alias_put_own(struct __sk_buff *skb, const struct wf_inner *in,
			     const struct wf_alias *a)
{
	_Bool is_v4, is_src;
	__u64 flags;
	__u32 l4, sum_at;
	__s64 addr, port;

	if (!in || !a)
		return WF_DROP_INNER_MALFORMED;
	is_v4 = in->flags & WF_INNER_V4;
	is_src = a->at != WF_ALIAS_TO;
	l4 = in->l4_off;
	addr = alias_put_addr(skb, in->l3_off, is_v4, is_src, a);
	if (addr < 0)
		return WF_DROP_INNER_MALFORMED;
	if (!is_v4)
		bpf_csum_update(skb, (__u32)addr);
	if (in->flags & WF_INNER_LATER_FRAGMENT || in->upper == WF_PROTO_SCTP)
		return WF_DROP_NONE;
	if (in->upper != WF_PROTO_TCP && in->upper != WF_PROTO_UDP)
		return ALIAS_QUOTES | (int)addr;
	flags = in->upper == WF_PROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0;
	sum_at = l4 + (in->upper == WF_PROTO_UDP ? 6u : 16u);
	port = alias_put_port(skb, l4 + (is_src ? 0u : 2u), a->port);
	if (port < 0 || bpf_l4_csum_replace(skb, sum_at, 0, (__u32)port, flags) ||
	    bpf_l4_csum_replace(skb, sum_at, 0, (__u32)addr, flags | ALIAS_PSEUDO))
		return WF_DROP_RESIZE;
	return WF_DROP_NONE;
}

/*
 * Puts @a in the place of one end of the packet @in (a->at: the destination if it is TO, else the
 * source). May invalidate packet pointers. INNER_MALFORMED, RESIZE.
 */
WF_INLINE enum wf_drop alias_put(struct __sk_buff *skb, const struct wf_inner *in,
				 const struct wf_alias *a)
{
	const int ret = alias_put_own(skb, in, a);

	if (ret & ALIAS_QUOTES)
		return (enum wf_drop)alias_put_quote(skb, in, a, (__u32)ret & 0xffff);
	return (enum wf_drop)ret;
}
