/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A service's virtual address at one end of a packet, and who stands behind it. */
#pragma once

#include "wire/csum.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"

/* Which end of the packet has a service's virtual address. */
enum wf_alias_at {
	WF_ALIAS_NONE,
	WF_ALIAS_TO,
	WF_ALIAS_FROM,
	WF_ALIAS_ANSWER, /* none yet: it is the sender's, by which the packet is to leave */
};

/* Who it is instead: a backend, as the policies know it; for an answer, whom the client asked. */
struct wf_alias {
	__u8 addr[16];
	__be16 port;
	__u8 at; /* enum wf_alias_at */
	__u8 pad;
	__u16 addr_sum; /* what it adds to sums (wf_alias_prepare()) */
	__u16 port_sum;
};

#define WF_ALIAS_L4_BYTES 18 /* of TCP or UDP: as far as TCP's checksum */

/* Where the end of a packet is that an alias is put in place of. */
struct wf_alias_end {
	_Bool is_v4;
	_Bool is_src;
	_Bool is_partial; /* the transport's checksum is that of the pseudo header alone, not
			     complemented: the rest is still to be added (Linux's
			     CHECKSUM_PARTIAL) */
};

/* What an address of 16 bytes adds to a sum when it takes the place of @old: 16 bits. Of
 * IPv4-mapped ones that is what the IPv4 addresses add. */
WF_INLINE __u16 wf_alias_addr_sum(const __u8 addr[16], const __u8 old[16])
{
	const wf_any32 *n = (const void *)addr, *o = (const void *)old;
	__u64 sum = 0;

	for (int i = 0; i < 4; i++)
		sum += (__u64)(__u32)~o[i] + n[i];
	return wf_csum_fold(sum);
}

/* For wf_alias_put(): @a will always take the place of this address and port. */
WF_INLINE void wf_alias_prepare(struct wf_alias *a, const __u8 addr[16], __be16 port)
{
	a->addr_sum = wf_alias_addr_sum(a->addr, addr);
	a->port_sum = wf_csum_fold((__u64)(__u16)~port + a->port);
}

/*
 * Puts @a, which is prepared, in the place of one end of the everyday TCP or UDP packet at @p
 * (dp/quick.h), of which WF_ALIAS_L4_BYTES are there behind the IP header. The packet's sums stay
 * right. What is to be added to a sum over the whole packet: 16 bits, in the packet's byte order.
 */
WF_INLINE __u16 wf_alias_put(__u8 *p, const struct wf_alias *a, struct wf_alias_end end)
{
	struct wf_ipv4 *v4 = (void *)p;
	const _Bool is_udp = (end.is_v4 ? v4->proto : p[6]) == WF_PROTO_UDP;
	__u8 *addr_at = p + (end.is_v4 ? 12 : 8) + (end.is_src ? 0 : end.is_v4 ? 4 : 16);
	__u8 *l4 = p + (end.is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN);
	wf_any16 *csum = (void *)(l4 + (is_udp ? 6 : 16));
	const __u32 both = (__u32)a->addr_sum + a->port_sum;
	const __u16 was = *csum;

	*(wf_any16 *)(l4 + (end.is_src ? 0 : 2)) = a->port;
	if (end.is_v4) {
		*(wf_any32 *)addr_at = *(const wf_any32 *)(a->addr + 12);
		v4->csum = wf_csum_finish((__u64)a->addr_sum + (__u16)~v4->csum);
	} else {
		wf_copy16(addr_at, a->addr);
	}
	if (!is_udp || was) {
		*csum = end.is_partial ? wf_csum_fold((__u64)a->addr_sum + was)
				       : wf_csum_finish((__u64)both + (__u16)~was);
		if (is_udp && !*csum)
			*csum = 0xffff; /* 0 says that there is none */
	}
	return wf_csum_fold((__u64)(end.is_v4 ? a->port_sum : both) + (__u16)~was + *csum);
}
