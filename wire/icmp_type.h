/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Types and codes of ICMPv4 (RFC 792, 1812) and ICMPv6 (RFC 4443). */
#pragma once

#include "wire/bytes.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"

#define WF_ICMP4_ECHO_REPLY	   0
#define WF_ICMP4_UNREACHABLE	   3
#define WF_ICMP4_UNREACHABLE_NET   0
#define WF_ICMP4_UNREACHABLE_HOST  1
#define WF_ICMP4_UNREACHABLE_PORT  3
#define WF_ICMP4_UNREACHABLE_FRAG  4 /* fragmentation needed; info = MTU */
#define WF_ICMP4_UNREACHABLE_ADMIN 13
#define WF_ICMP4_SOURCE_QUENCH	   4
#define WF_ICMP4_REDIRECT	   5
#define WF_ICMP4_ECHO		   8
#define WF_ICMP4_TIME_EXCEEDED	   11
#define WF_ICMP4_PARAMETER	   12

#define WF_ICMP6_UNREACHABLE	     1
#define WF_ICMP6_UNREACHABLE_ROUTE   0
#define WF_ICMP6_UNREACHABLE_ADMIN   1
#define WF_ICMP6_UNREACHABLE_ADDRESS 3
#define WF_ICMP6_UNREACHABLE_PORT    4
#define WF_ICMP6_TOO_BIG	     2 /* info = MTU */
#define WF_ICMP6_TIME_EXCEEDED	     3
#define WF_ICMP6_PARAMETER	     4 /* info = pointer */
#define WF_ICMP6_PARAMETER_FIELD     0
#define WF_ICMP6_PARAMETER_SID	     4 /* SR upper-layer header error (RFC 8986 section 10.3) */
#define WF_ICMP6_INFORMATIONAL	     128
#define WF_ICMP6_ECHO		     128
#define WF_ICMP6_ECHO_REPLY	     129
#define WF_ICMP6_ROUTER_SOLICIT	     133
#define WF_ICMP6_REDIRECT	     137

/* Does a message of @type, of either ICMP, have an identifier that its answer bears, too? */
WF_INLINE _Bool wf_icmp_has_id(__u8 proto, __u8 type)
{
	if (proto == WF_PROTO_ICMPV6)
		return type == WF_ICMP6_ECHO || type == WF_ICMP6_ECHO_REPLY;
	return type == WF_ICMP4_ECHO || type == WF_ICMP4_ECHO_REPLY;
}

/* Errors quote the packet that they are about, behind their header of 8 bytes. */
WF_INLINE _Bool wf_icmp_type_is_error(__u8 proto, __u8 type)
{
	if (proto == WF_PROTO_ICMPV6)
		return type < WF_ICMP6_INFORMATIONAL;
	return type == WF_ICMP4_UNREACHABLE || type == WF_ICMP4_SOURCE_QUENCH ||
	       type == WF_ICMP4_REDIRECT || type == WF_ICMP4_TIME_EXCEEDED ||
	       type == WF_ICMP4_PARAMETER;
}

/* Neighbor discovery (RFC 4861), which has no business beyond its link. */
WF_INLINE _Bool wf_icmp_type_is_discovery(__u8 proto, __u8 type)
{
	return proto == WF_PROTO_ICMPV6 && type >= WF_ICMP6_ROUTER_SOLICIT &&
	       type <= WF_ICMP6_REDIRECT;
}
