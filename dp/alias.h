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
	__u8 pad[5];
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

/* 16 bytes at @at, or (IPv4) the last four: what their change adds to a sum over them. */
WF_INLINE __u64 wf_alias_put_addr(__u8 *at, const __u8 addr[16], _Bool is_v4)
{
	const wf_any32 *new = (const void *)(is_v4 ? addr + 12 : addr);
	wf_any32 *old = (void *)at;
	__u64 sum = 0;

	for (int i = 0; i < (is_v4 ? 1 : 4); i++) {
		sum += (__u64)(__u32)~old[i] + new[i];
		old[i] = new[i];
	}
	return sum;
}

/*
 * Puts @a in the place of one end of the everyday TCP or UDP packet at @p (dp/quick.h), of which
 * WF_ALIAS_L4_BYTES are there behind the IP header. The packet's sums stay right. What is to be
 * added to a sum over the whole packet: 16 bits, in the packet's byte order.
 */
WF_INLINE __u16 wf_alias_put(__u8 *p, const struct wf_alias *a, struct wf_alias_end end)
{
	struct wf_ipv4 *v4 = (void *)p;
	const _Bool is_udp = (end.is_v4 ? v4->proto : p[6]) == WF_PROTO_UDP;
	__u8 *addr_at = p + (end.is_v4 ? 12 : 8) + (end.is_src ? 0 : end.is_v4 ? 4 : 16);
	__u8 *l4 = p + (end.is_v4 ? WF_IPV4_LEN : WF_IPV6_LEN);
	wf_any16 *port = (void *)(l4 + (end.is_src ? 0 : 2));
	wf_any16 *csum = (void *)(l4 + (is_udp ? 6 : 16));
	const __u64 of_addr = wf_alias_put_addr(addr_at, a->addr, end.is_v4);
	const __u64 of_port = (__u64)(__u16) ~*port + a->port;
	const __u16 was = *csum;

	*port = a->port;
	if (end.is_v4)
		v4->csum = wf_csum_finish(of_addr + (__u16)~v4->csum);
	if (!is_udp || was) {
		*csum = end.is_partial ? wf_csum_fold(of_addr + was)
				       : wf_csum_finish(of_addr + of_port + (__u16)~was);
		if (is_udp && !*csum)
			*csum = 0xffff; /* 0 says that there is none */
	}
	return wf_csum_fold((end.is_v4 ? 0 : of_addr) + of_port + (__u16)~was + *csum);
}
