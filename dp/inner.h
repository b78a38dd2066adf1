/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is asked of each packet inside the overlay, not of its flow: a remembered decision does not
 * answer it, because a flow's key does not tell such packets from others.
 */
#pragma once

#include "dp/drops.h"
#include "wire/flow.h"

/*
 * ROUTING_HEADER; FRAGMENT: one that could change the flags of a TCP header that has been judged
 * (RFC 3128); MALFORMED: an IPv6 packet with IPv4-mapped addresses, which are IPv4's here.
 */
WF_INLINE enum wf_drop wf_inner_check(const struct wf_inner *in)
{
	if (in->flags & WF_INNER_TINY_FRAGMENT && in->flow.proto == WF_PROTO_TCP)
		return WF_DROP_FRAGMENT;
	if (in->flags & WF_INNER_V4)
		return WF_DROP_NONE;
	if (in->flags & WF_INNER_ROUTING)
		return WF_DROP_ROUTING_HEADER;
	if (wf_ipv6_is_v4mapped(in->flow.src) || wf_ipv6_is_v4mapped(in->flow.dst))
		return WF_DROP_MALFORMED;
	return WF_DROP_NONE;
}
