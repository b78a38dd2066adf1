/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* TCP (RFC 9293), as far as connections are followed; and how long transport headers are. */
#pragma once

#include "wire/ipv4.h"
#include "wire/ipv6.h"

#define WF_TCP_LEN	 20 /* without options */
#define WF_TCP_OFFSET_AT 12 /* the octet whose high half is the header's length in 4 bytes */
#define WF_TCP_FLAGS_AT	 13

#define WF_TCP_FIN (1 << 0)
#define WF_TCP_SYN (1 << 1)
#define WF_TCP_RST (1 << 2)
#define WF_TCP_ACK (1 << 4)

/* Those that open or end a connection. */
#define WF_TCP_STATE (WF_TCP_FIN | WF_TCP_SYN | WF_TCP_RST)

/*
 * How long the upper layer's header is that begins with the @n bytes at @p, bytes; 0: it hides
 * nothing that policies ask for. What @n does not reach counts as WF_TCP_LEN.
 */
WF_INLINE __u32 wf_upper_header_len(__u8 proto, const __u8 *p, __u32 n)
{
	switch (proto) {
	case WF_PROTO_TCP:
		return n > WF_TCP_OFFSET_AT ? (p[WF_TCP_OFFSET_AT] >> 4) * 4u : WF_TCP_LEN;
	case WF_PROTO_SCTP: /* the common header */
	case WF_PROTO_DCCP:
		return 12;
	case WF_PROTO_UDP:
	case WF_PROTO_ICMP:
	case WF_PROTO_ICMPV6:
		return 8;
	default:
		return 0;
	}
}
