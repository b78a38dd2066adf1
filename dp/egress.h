/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where a tenant meets the Internet: by which gateway a packet leaves, and what may come in by one.
 *
 *   container --apply--> no endpoint, no service, outside: an exit ==SRv6==> End.DX of the
 * gateway's endpoint --> the tenant's room there (agent/room) --> outside, and back by the same
 * endpoint
 *
 * A connection stays with its gateway as long as that is an exit (struct wf_conn); another one
 * takes the exit for which a hash of flow and exit is highest (rendezvous, as lanes in dp/pick.h),
 * the same for both directions. Who is outside has no identity and no home: wherever a packet is
 * judged, that end is a struct wf_party of zeros, and the tenant whose policies are asked is the
 * other end's.
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file. To pick, to enter
 * and to pass are calls there, as in dp/verdict.h.
 */
#pragma once

#include "dp/pick.h"
#include "dp/route.h"
#include "dp/serve.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"

/* Of one link, of either family: nobody routes to or from it. */
WF_INLINE _Bool wf_addr_is_of_link(const __u8 a[16])
{
	if (wf_ipv6_is_v4mapped(a))
		return wf_load_be16(a + 12) == 0xa9fe; /* RFC 3927 */
	return wf_ipv6_is_link_local(a);
}

/* Is @addr, which no endpoint of @tenant has, outside of it? */
WF_INLINE _Bool wf_egress_is_outside(const struct wf_world *w, __u32 tenant, __u8 stage,
				     const __u8 addr[16])
{
	__u64 set = 0;

	return wf_icmp_is_host(addr) && !wf_addr_is_of_link(addr) &&
	       wf_load_be32(addr) != w->config->block && wf_set_of(w, tenant, stage, &set) &&
	       !(wf_zone_find(w, set, addr) & WF_ZONE_INSIDE);
}

/* The node by which the connection of c->request, of either direction, has left or come; 0: none.
 */
WF_INLINE __u16 wf_egress_pinned(const struct wf_world *w, struct wf_case *c)
{
	const struct wf_conn *conn = wf_conn_find(w, &c->request);

	if (!conn && wf_flow_answer(&c->request.flow, &c->judged)) {
		c->request.flow = c->judged;
		conn = wf_conn_find(w, &c->request);
	}
	return conn ? conn->gateway : 0;
}

/* What an exit for the packet must have, of WF_EXIT_*. @sid: of the sender; 0: no backend. */
WF_INLINE __u16 wf_egress_needs(const struct wf_world *w, struct wf_case *c, __u16 sid)
{
	if (sid && wf_service_request(w, c, 1) && wf_served_find(w, c))
		return WF_EXIT_ANSWERS;
	return wf_ipv6_is_v4mapped(c->ahead.flow.dst) ? WF_EXIT_V4 : WF_EXIT_V6;
}

struct wf_exit_search {
	const struct wf_egress_entry *entry;
	__u64 spread; /* wf_flow_spread() */
	__u64 score;  /* the best so far */
	__u32 best;   /* its index + 1; 0: none */
	__u16 needs;
	__u16 pinned;
};

static long wf_exit_step(__u32 i, void *arg)
{
	struct wf_exit_search *s = arg;
	const struct wf_exit *exit = &s->entry->exits[i & (WF_EXITS_MAX - 1)];
	const __u64 score = wf_lane_score(s->spread, (__u32)exit->dest.node << 16 | exit->sid);
	const _Bool is_pinned = exit->dest.node == s->pinned;

	if (!(exit->flags & s->needs) || (s->best && score <= s->score && !is_pinned))
		return 0;
	s->best = i + 1;
	s->score = score;
	return is_pinned;
}

/*
 * The packet of @tenant in @c is to no endpoint and no service: by which exit does it leave? That
 * becomes c->exit. @sid: of the sender, who may be a backend that answers. NO_ENDPOINT: none of the
 * tenant's packets does, or it is not to the outside; NO_GATEWAY.
 */
WF_INLINE enum wf_drop wf_egress_pick(const struct wf_world *w, struct wf_case *c, __u32 tenant,
				      __u16 sid)
{
	struct wf_exit_search s = {.entry = wf_world_find(w, EGRESS, &tenant)};

	if (!s.entry || !wf_egress_is_outside(w, tenant, WF_STAGE_OUT, c->ahead.flow.dst))
		return WF_DROP_NO_ENDPOINT;
	c->ahead.tenant = c->request.tenant = tenant;
	s.needs = wf_egress_needs(w, c, sid);
	if (!wf_service_request(w, c, 0))
		c->request.flow = c->ahead.flow;
	s.pinned = wf_egress_pinned(w, c);
	s.spread = wf_flow_spread(&c->request.flow);
	wf_world_repeat(s.entry->n, wf_exit_step, &s);
	if (!s.best)
		return WF_DROP_NO_GATEWAY;
	c->exit = s.entry->exits[(s.best - 1) & (WF_EXITS_MAX - 1)];
	c->exit.dest.home = 0;
	c->exit.dest.identity = 0;
	c->is_once |= c->kind != WF_CASE_WHOLE || c->is_first; /* flows of these have no ports */
	return WF_DROP_NONE;
}

/*
 * The packet in @c has come from a gateway's endpoint of @tenant, by none of its own addresses: is
 * it from outside, or does it only say so? ND, SOURCE_ADDRESS.
 */
WF_INLINE enum wf_drop wf_egress_enter(const struct wf_world *w, struct wf_case *c, __u32 tenant)
{
	const struct wf_flow *flow = &c->ahead.flow;

	if (wf_icmp_type_is_discovery(flow->proto, (__u8)(wf_ntohs(flow->dport) >> 8)))
		return WF_DROP_ND;
	if (!wf_egress_is_outside(w, tenant, WF_STAGE_IN, flow->src) ||
	    wf_dest_find(w, tenant, flow->src))
		return WF_DROP_SOURCE_ADDRESS;
	c->request.tenant = tenant;
	wf_copy16(c->request.flow.dst, flow->src);
	c->request.flow.dport = flow->sport;
	c->request.flow.proto = flow->proto;
	return wf_service_find(w, c) ? WF_DROP_SOURCE_ADDRESS : WF_DROP_NONE;
}

/* The packet in @c has come to @sid, of a gateway's endpoint: is it for the outside? c->exit is
 * that endpoint then. NOT_HERE. */
WF_INLINE enum wf_drop wf_egress_pass(const struct wf_world *w, struct wf_case *c,
				      const struct wf_sid_entry *sid)
{
	const __u8 *dst = c->ahead.flow.dst;

	if (!sid->ifindex || wf_dest_find(w, sid->tenant, dst) ||
	    !wf_egress_is_outside(w, sid->tenant, WF_STAGE_IN, dst))
		return WF_DROP_NOT_HERE;
	c->exit.dest = (struct wf_dest){.node = w->config->node, .ifindex = sid->ifindex};
	wf_copy6(c->exit.dest.mac, sid->mac);
	return WF_DROP_NONE;
}

/* The exit of @tenant that is on @node, or NULL. */
WF_INLINE const struct wf_exit *wf_egress_at(const struct wf_world *w, __u32 tenant, __u16 node)
{
	const struct wf_egress_entry *entry = wf_world_find(w, EGRESS, &tenant);

	for (__u32 i = 0; entry && i < WF_EXITS_MAX && i < entry->n; i++)
		if (entry->exits[i].dest.node == node)
			return &entry->exits[i];
	return (void *)0;
}

/*
 * The direct way out by @exit, of what the node sends in the name of an endpoint: @arg says whose.
 * As wf_route_decide(), but that an exit of this node is given the packet as it is.
 */
WF_INLINE enum wf_drop wf_egress_route(const struct wf_world *w, const struct wf_exit *exit,
				       const struct wf_sid_arg *arg, __u64 hash, struct wf_way *ret)
{
	const struct wf_set *set;
	__u64 number = 0;

	__builtin_memset(ret, 0, sizeof(*ret));
	ret->dest = &exit->dest;
	if (exit->dest.ifindex) {
		ret->action = WF_ACTION_DELIVER;
		return WF_DROP_NONE;
	}
	if (!wf_set_of(w, arg->tenant, WF_STAGE_OUT, &number))
		return WF_DROP_UNKNOWN_TENANT;
	ret->path_key.node = exit->dest.node;
	ret->path_key.sid = exit->sid;
	set = wf_world_find(w, SET, &number);
	if (set && set->has_direct)
		ret->path_key.tenant = arg->tenant;
	if (set && set->has_direct && set->needs & WF_NEED_HMAC)
		ret->path_key.identity = arg->identity;
	return wf_route_finish(w, arg, hash, ret);
}

/* If the Internet is at one end, the other must be of the tenant whose gateway it is. */
WF_INLINE _Bool wf_egress_is_own(__u32 tenant, __u32 from_home, __u32 to_home)
{
	return (from_home && to_home) || (from_home | to_home) == tenant;
}
