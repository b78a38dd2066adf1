/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a set of policies says of a packet: nine lookups, however many policies there are.
 *
 * Each end of the packet has up to three sides: its zone, its identity (or, of a sender or
 * destination outside, INTERNET), and ANY, the side of everybody in the tenant. Each pair of sides
 * may have a list of ranges; the pairs are asked from the most specific on:
 *
 *   a denial in any list wins; then an allowance in any; then the tenant's default
 *   the way is the one of the highest rank; of equal ones that of the first list
 *
 * The tenant's default is for its own: senders of other tenants and from outside need an allowance.
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/ask.h"
#include "dp/table.h"
#include "wire/flow.h"

#define WF_ASK_PAIRS 9
/* Sides of the pairs in order, two bits each, the first lowest. */
#define WF_ASK_FROM 0x2a450u /* zone zone id id zone id any any any */
#define WF_ASK_TO   0x24a44u /* zone id zone id any any zone id any */

/* The first range of @r that ends at @point or behind it. Without branches, for the verifier. */
WF_INLINE __u32 wf_ranges_find(const struct wf_ranges *r, __u32 point)
{
	__u32 at = 0, next;

	for (__u32 step = WF_RANGES_MAX / 2; step; step /= 2) {
		next = (at + step - 1) & (WF_RANGES_MAX - 1);
		at += step & (0 - (wf_bit_less(next, r->n & 0xffff) &
				   wf_bit_less(r->items[next].last, point)));
	}
	return at & (WF_RANGES_MAX - 1);
}

/* Does the range at @at hold all ports of the protocol of @point? */
WF_INLINE _Bool wf_ranges_has_ports(const struct wf_ranges *r, __u32 at, __u32 point)
{
	const __u32 first = point & ~0xffffu, last = point | 0xffff;

	if (r->items[at].last < last)
		return 1;
	return at && r->items[(at - 1) & (WF_RANGES_MAX - 1)].last >= first;
}

/* What the list @number says is added to the answer. A list that is not there says nothing. */
WF_INLINE void wf_ask_add(const struct wf_world *w, struct wf_ask *a, __u64 number)
{
	const struct wf_ranges *r = wf_world_find(w, RANGES, &number);
	struct wf_ruling *ruling = &a->ruling;
	const struct wf_range *range;
	__u32 at;

	if (!r)
		return;
	at = wf_ranges_find(r, a->point);
	range = &r->items[at];
	if (range->verdict > ruling->verdict) {
		ruling->verdict = range->verdict;
		ruling->policy = range->policy;
	}
	if (range->way && (!ruling->way || range->rank > a->rank)) {
		ruling->way = range->way;
		ruling->is_reverse = range->is_reverse;
		a->rank = range->rank;
	}
	ruling->by |= (wf_ranges_has_ports(r, at, a->point) ? WF_BY_PORT : 0) |
		      (r->n > 1 ? WF_BY_PROTO : 0);
}

_Static_assert(WF_VERDICT_NONE < WF_VERDICT_ALLOW && WF_VERDICT_ALLOW < WF_VERDICT_DENY,
	       "a higher verdict wins");

struct wf_ask_walk {
	const struct wf_world *world;
	struct wf_ask *ask;
};

/* One pair of sides; always 0: on to the next. */
static long wf_ask_step(__u32 i, void *arg)
{
	const struct wf_ask_walk *walk = arg;
	struct wf_ask *a = walk->ask;
	const __u32 shift = (i & 15) * 2;
	struct wf_verdict_key key = {.set = a->set};
	const __u64 *number;

	key.from = a->from[WF_ASK_FROM >> shift & 3];
	key.to = a->to[WF_ASK_TO >> shift & 3];
	if (!key.from.tenant || !key.to.tenant)
		return 0;
	number = wf_world_find(walk->world, VERDICT, &key);
	if (number)
		wf_ask_add(walk->world, a, *number);
	return 0;
}

/* Zone and WF_ZONE_INSIDE of an address; 0: nobody speaks of it. */
WF_INLINE __u32 wf_zone_find(const struct wf_world *w, __u64 set, const __u8 addr[16])
{
	struct wf_zone_key key = {.prefix_len = WF_ZONE_SET_BITS + 128};
	const __u32 *zone;

	wf_store_be32(key.set, (__u32)(set >> 32)); /* by halves: BPF's stack wants them aligned */
	wf_store_be32(key.set + 4, (__u32)set);
	__builtin_memcpy(key.addr, addr, sizeof(key.addr));
	zone = wf_world_find(w, ZONE, &key);
	return zone ? *zone : 0;
}

/* The sides of one end, whose zone is @zone. */
WF_INLINE void wf_ask_sides(const struct wf_ask *a, __u32 zone, const struct wf_party *party,
			    struct wf_side ret[WF_ASK_SIDES])
{
	const _Bool is_inside = party->home ? party->home == a->tenant : zone & WF_ZONE_INSIDE;

	__builtin_memset(ret, 0, WF_ASK_SIDES * sizeof(*ret));
	if (zone & WF_ZONE_NUMBER)
		ret[WF_ASK_ZONE] = (struct wf_side){WF_SIDE_ZONE, zone & WF_ZONE_NUMBER};
	if (is_inside)
		ret[WF_ASK_ANY] = (struct wf_side){WF_SIDE_ANY, 0};
	if (party->home)
		ret[WF_ASK_ID] = (struct wf_side){party->home, party->identity};
	else if (!is_inside)
		ret[WF_ASK_ID] = (struct wf_side){WF_SIDE_INTERNET, 0};
}

/*
 * Answers @a, of which set and tenant are given, for a packet of @flow: a->ruling. Ports and
 * protocol of the flow are the real ones. A set that is not there denies.
 */
WF_INLINE void wf_policy_judge(const struct wf_world *w, struct wf_ask *a,
			       const struct wf_flow *flow, const struct wf_party *from,
			       const struct wf_party *to)
{
	const __u64 number = a->set;
	const struct wf_set *set = wf_world_find(w, SET, &number);
	struct wf_ask_walk walk = {.world = w, .ask = a};

	__builtin_memset(&a->ruling, 0, sizeof(a->ruling));
	a->ruling.verdict = WF_VERDICT_DENY;
	if (!set)
		return;
	a->ruling.verdict = WF_VERDICT_NONE;
	a->ruling.is_tracked = set->is_tracked;
	a->rank = 0;
	a->point = (__u32)flow->proto << 16 | wf_ntohs(flow->dport);
	wf_ask_sides(a, set->has_zones ? wf_zone_find(w, number, flow->src) : 0, from, a->from);
	wf_ask_sides(a, set->has_zones ? wf_zone_find(w, number, flow->dst) : 0, to, a->to);
	if (set->has_verdicts)
		wf_world_repeat(WF_ASK_PAIRS, wf_ask_step, &walk);
	if (a->ruling.verdict == WF_VERDICT_NONE)
		a->ruling.verdict = a->from[WF_ASK_ANY].tenant && !set->is_deny_default
					    ? WF_VERDICT_ALLOW
					    : WF_VERDICT_DENY;
}
