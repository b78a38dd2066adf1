/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names of lanes: 32 bits for the endpoints that a path goes through or may end at. Whoever makes a
 * path and whoever looks for it makes the same name, whatever else there is.
 */
#pragma once

#include "dp/table.h"
#include "wire/bytes.h"

/* A bijection of 32 bits that maps 0 to 0: MurmurHash3's finalizer (fmix32). */
WF_INLINE __u32 wf_lane_mix(__u32 x)
{
	x ^= x >> 16;
	x *= 0x85ebca6bu;
	x ^= x >> 13;
	x *= 0xc2b2ae35u;
	return x ^ x >> 16;
}

/*
 * Of the candidates of a slot, the owner first: of a path that ends at the owner (it is in the
 * path's key) and asks the others before. 0: there are no others. Two different lists with one
 * other each have different names, longer ones nearly always.
 */
WF_INLINE __u32 wf_lane_of_candidates(const struct wf_candidate c[WF_CANDIDATES_MAX])
{
	__u32 name = 0;

	for (__u32 i = 1; i < WF_CANDIDATES_MAX; i++) {
		if (!c[i].sid)
			break;
		name = wf_lane_mix(name + ((__u32)c[i].node << 16 | c[i].sid));
	}
	return name || !c[1].sid ? name : 1;
}

/* Of a path through the instances of @functions that asks @candidates behind them; 0: there are
 * none of these. */
WF_INLINE __u32 wf_lane_join(__u32 functions, __u32 candidates)
{
	const __u32 name = functions && candidates
				   ? wf_lane_mix(functions + wf_lane_mix(candidates))
				   : functions | candidates;

	return name || !functions ? name : 1;
}
