/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ECN through a tunnel (RFC 6040). At the entry, normal mode: the inner codepoint is copied out. At
 * the exit (section 4.2), what the inner packet leaves with:
 *
 *   inner \ outer  Not-ECT   ECT(0)    ECT(1)    CE
 *   Not-ECT        Not-ECT   Not-ECT   Not-ECT   drop
 *   ECT(0)         ECT(0)    ECT(0)    ECT(1)    CE
 *   ECT(1)         ECT(1)    ECT(1)    ECT(1)    CE
 *   CE             CE        CE        CE        CE
 */
#pragma once

#include "wire/bytes.h"

#define WF_ECN_NOT_ECT 0
#define WF_ECN_ECT1    1
#define WF_ECN_ECT0    2
#define WF_ECN_CE      3
#define WF_ECN_MASK    3

#define WF_ECN_DROP (-1)

/* The inner codepoint after decapsulation, or WF_ECN_DROP. Only the ECN bits of both are looked at.
 */
WF_INLINE int wf_ecn_decap(__u8 inner, __u8 outer)
{
	inner &= WF_ECN_MASK;
	outer &= WF_ECN_MASK;
	if (outer == WF_ECN_CE)
		return inner == WF_ECN_NOT_ECT ? WF_ECN_DROP : WF_ECN_CE;
	if (outer == WF_ECN_ECT1 && inner == WF_ECN_ECT0)
		return WF_ECN_ECT1;
	return inner;
}

/* The outer traffic class for an inner one: DSCP and ECN copied. */
WF_INLINE __u8 wf_ecn_encap_tc(__u8 inner_tc)
{
	return inner_tc;
}

/*
 * 0: the inner traffic class stays as it is, for the outer ECN has no bit that the inner has not.
 * Both, and what is returned, where the first word of an IPv6 header has them; other bits are let
 * be.
 */
WF_INLINE __be32 wf_ecn_touches(__be32 inner, __be32 outer)
{
	return outer & ~inner & WF_BE32((__u32)WF_ECN_MASK << 20);
}

/* The inner traffic class after decapsulation, its DSCP kept, or WF_ECN_DROP. */
WF_INLINE int wf_ecn_decap_tc(__u8 inner_tc, __u8 outer_tc)
{
	int ecn = wf_ecn_decap(inner_tc, outer_tc);

	return ecn < 0 ? WF_ECN_DROP : (inner_tc & ~WF_ECN_MASK) | ecn;
}
