/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * May a packet pass, and by whose way? The same question at both ends.
 *
 *   the policies of its destination's tenant   say so of the packet itself; or
 *   a connection                               whose opening they allow now, and it is a reply; or
 *   what it quotes                             if it is an ICMP error of one who takes part in that
 *   the first fragment                         if it is a later one, and has no ports
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file. To judge and to
 * decide are calls there, wf_world_judge() and wf_world_decide(): in the kernel each is verified
 * once, and not wherever it is called.
 */
#pragma once

#include "dp/case.h"
#include "dp/drops.h"
#include "dp/policy.h"

/* The number of @tenant's set that is in force at @stage; false: there is no such tenant. */
WF_INLINE _Bool wf_set_of(const struct wf_world *w, __u32 tenant, __u8 stage, __u64 *ret)
{
	const struct wf_tenant_entry *entry = wf_world_find(w, TENANT, &tenant);

	if (!entry)
		return 0;
	*ret = stage == WF_STAGE_OUT   ? entry->set_out
	       : stage == WF_STAGE_WAS ? entry->set_was
				       : entry->set;
	return 1;
}

/*
 * @flow, of the packet's direction or (@is_back) of the other one, as the policies know its ends:
 * with the backend's own address and port.
 */
WF_INLINE const struct wf_flow *wf_case_unmask(struct wf_case *c, const struct wf_flow *flow,
					       _Bool is_back)
{
	struct wf_flow *f = &c->judged;
	const _Bool is_dst = (c->alias.at == WF_ALIAS_TO) != is_back;

	*f = *flow; /* also if it is the same: one place is one walk of the verifier */
	if (c->alias.at != WF_ALIAS_TO && c->alias.at != WF_ALIAS_FROM)
		return f;
	wf_copy16(is_dst ? f->dst : f->src, c->alias.addr);
	if (is_dst && wf_flow_has_ports(f->proto))
		f->dport = c->alias.port;
	return f;
}

/* What its policies say of the packet, or of what goes in the other direction: c->ask.ruling. */
WF_INLINE void wf_case_judge(const struct wf_world *w, struct wf_case *c, _Bool is_back)
{
	const struct wf_conn_key *key = is_back ? &c->back : &c->ahead;
	const struct wf_flow *flow;
	__u64 set = 0;

	__builtin_memset(&c->ask.ruling, 0, sizeof(c->ask.ruling));
	c->ask.ruling.verdict = WF_VERDICT_DENY;
	if (!wf_set_of(w, key->tenant, c->stage, &set))
		return;
	c->ask.set = set;
	c->ask.tenant = key->tenant;
	flow = wf_case_unmask(c, &key->flow, is_back);
	if (is_back)
		wf_policy_judge(w, &c->ask, flow, &c->to, &c->from);
	else
		wf_policy_judge(w, &c->ask, flow, &c->from, &c->to);
}

WF_INLINE _Bool wf_case_is_allowed(const struct wf_world *w, struct wf_case *c, _Bool is_back)
{
	wf_world_judge(w, c, is_back);
	return c->ask.ruling.verdict == WF_VERDICT_ALLOW;
}

/* The connection that @key opened, or NULL. */
WF_INLINE struct wf_conn *wf_conn_find(const struct wf_world *w, const struct wf_conn_key *key)
{
	struct wf_conn *conn = wf_world_recall(w, CONN, key);

	return conn && wf_conn_is_alive(conn, key->flow.proto, wf_world_now_s(w)) ? conn
										  : (void *)0;
}

/*
 * An allowed packet that is no reply: it belongs to a connection, or opens one. Where a policy
 * denies the other direction, what looks like an answer opens nothing: it may be one to what was
 * sent before the policy was there.
 */
WF_INLINE void wf_conn_open(const struct wf_world *w, struct wf_case *c)
{
	const struct wf_flow *flow = &c->ahead.flow;
	struct wf_conn *conn = wf_conn_find(w, &c->ahead);

	c->opened = (struct wf_conn){.seen_s = wf_world_now_s(w)};
	if (conn) {
		c->lanes[0] = conn->lanes[0];
		wf_conn_touch(conn, c->tcp_flags, 0, c->opened.seen_s);
		return;
	}
	if (!wf_conn_may_open(flow, c->tcp_flags))
		return;
	if (wf_flow_is_upward(flow) && !wf_tcp_is_first(flow, c->tcp_flags) &&
	    flow->proto != WF_PROTO_ICMP && flow->proto != WF_PROTO_ICMPV6 &&
	    !wf_case_is_allowed(w, c, 1) && c->ask.ruling.policy)
		return;
	if (flow->proto == WF_PROTO_TCP && !wf_tcp_is_first(flow, c->tcp_flags))
		c->opened.state = WF_CONN_ANSWERED; /* taken up */
	wf_world_remember(w, CONN, &c->ahead, &c->opened);
}

/* A reply without a way of its own goes back the way that the opener's packets come. */
WF_INLINE void wf_verdict_mirror(const struct wf_world *w, struct wf_case *c)
{
	const struct wf_policy_key key = {.set = c->ask.set, .policy = c->ask.ruling.way};
	const struct wf_policy_entry *policy;

	if (c->ruling.way || !key.policy || c->ahead.tenant != c->back.tenant)
		return;
	policy = wf_world_find(w, POLICY, &key);
	if (!policy || !policy->is_symmetric)
		return;
	c->ruling.way = key.policy;
	c->ruling.is_reverse = !c->ask.ruling.is_reverse;
}

/*
 * A reply of @conn, whose opening is allowed now: c->ask.ruling is that of the opening. NULL: of
 * one that nobody has followed here so far.
 */
WF_INLINE void wf_verdict_reply(const struct wf_world *w, struct wf_case *c, struct wf_conn *conn)
{
	c->is_answer = 1;
	c->opened = (struct wf_conn){.seen_s = wf_world_now_s(w), .state = WF_CONN_ANSWERED};
	if (conn) {
		c->lanes[0] = conn->lanes[0];
		c->lanes[1] = conn->lanes[1];
		wf_conn_touch(conn, c->tcp_flags, 1, c->opened.seen_s);
	} else {
		wf_world_remember(w, CONN, &c->back, &c->opened);
	}
	if (c->ruling.verdict != WF_VERDICT_ALLOW)
		c->ruling.policy = c->ask.ruling.policy;
	c->ruling.verdict = WF_VERDICT_ALLOW;
	c->ruling.is_tracked = 1;
	wf_verdict_mirror(w, c);
}

/* Are connections followed that the packet may belong to? */
WF_INLINE _Bool wf_verdict_is_followed(const struct wf_case *c)
{
	return c->ruling.is_tracked || (c->back.tenant && c->back.tenant != c->ahead.tenant);
}

/*
 * The answer of a service that leaves by a gateway, which need not be the one that has let the
 * question in: the backend's node has followed it, or it would not have the service's address.
 */
WF_INLINE _Bool wf_verdict_is_published(const struct wf_case *c)
{
	return c->alias.at == WF_ALIAS_FROM && !c->to.home;
}

/* A packet with its ports. */
WF_INLINE enum wf_drop wf_verdict_whole(const struct wf_world *w, struct wf_case *c)
{
	const _Bool is_allowed = c->ruling.verdict == WF_VERDICT_ALLOW;
	const _Bool may_reply = c->has_back && !wf_tcp_is_first(&c->ahead.flow, c->tcp_flags);
	struct wf_conn *conn = (void *)0;

	if (!wf_verdict_is_followed(c))
		return is_allowed ? WF_DROP_NONE : WF_DROP_DENIED;
	if (may_reply)
		conn = wf_conn_find(w, &c->back);
	if ((conn || (may_reply && wf_verdict_is_published(c))) && wf_case_is_allowed(w, c, 1)) {
		wf_verdict_reply(w, c, conn);
		return WF_DROP_NONE;
	}
	if (!is_allowed) {
		c->is_once = 1; /* the next one may be a reply */
		return WF_DROP_DENIED;
	}
	if (!conn && c->has_back && c->ruling.is_tracked)
		wf_conn_open(w, c);
	return WF_DROP_NONE;
}

/* The key by which the fragments of a packet find each other. */
WF_INLINE void wf_fragment_name(struct wf_case *c)
{
	wf_copy16(c->fragment.src, c->ahead.flow.src);
	wf_copy16(c->fragment.dst, c->ahead.flow.dst);
	c->fragment.tenant = c->ahead.tenant;
	c->fragment.id = c->fragment_id;
	c->fragment.proto = c->fragment_proto;
	__builtin_memset(c->fragment.pad, 0, sizeof(c->fragment.pad));
}

/* Those that follow an allowed first fragment have its ruling. */
WF_INLINE void wf_fragment_remember(const struct wf_world *w, struct wf_case *c)
{
	const struct wf_fragment f = {
		.seen_s = wf_world_now_s(w),
		.policy = c->ruling.policy,
		.way = c->ruling.way,
		.sport = c->ahead.flow.sport,
		.dport = c->ahead.flow.dport,
		.is_reverse = c->ruling.is_reverse,
	};

	c->is_once |= c->ruling.by || c->ruling.is_tracked;
	wf_fragment_name(c);
	wf_world_remember(w, FRAGMENT, &c->fragment, &f);
}

/* What the first one left behind, or NULL. */
WF_INLINE struct wf_fragment *wf_fragment_find(const struct wf_world *w, struct wf_case *c)
{
	struct wf_fragment *f;

	wf_fragment_name(c);
	f = wf_world_recall(w, FRAGMENT, &c->fragment);
	return f && wf_world_now_s(w) - f->seen_s <= WF_FRAGMENT_AGE_S ? f : (void *)0;
}

/* A fragment that is allowed without ports still takes the lane of its first. */
WF_INLINE void wf_fragment_follow(const struct wf_world *w, struct wf_case *c)
{
	const struct wf_fragment *f = (void *)0;

	if (c->ruling.way && c->ruling.is_tracked && c->kind == WF_CASE_LATER)
		f = wf_fragment_find(w, c);
	if (!f || !f->lane)
		return;
	c->lanes[0] = f->lane;
	c->is_once = 1;
}

/*
 * A fragment without ports: if they do not matter, it is judged without; else only a later one
 * passes, behind its first.
 */
WF_INLINE enum wf_drop wf_verdict_portless(const struct wf_world *w, struct wf_case *c)
{
	const _Bool is_blind = !(c->ruling.by & (c->is_vague ? WF_BY_PROTO : WF_BY_PORT));
	const struct wf_fragment *f;

	if (is_blind && c->ruling.verdict == WF_VERDICT_ALLOW) {
		wf_fragment_follow(w, c);
		return WF_DROP_NONE;
	}
	if (is_blind && !wf_verdict_is_followed(c))
		return WF_DROP_DENIED;
	c->is_once = 1;
	if (c->kind == WF_CASE_HIDDEN)
		return WF_DROP_FRAGMENT;
	f = wf_fragment_find(w, c);
	if (!f)
		return WF_DROP_FRAGMENT;
	c->lanes[0] = f->lane;
	c->ruling.verdict = WF_VERDICT_ALLOW;
	c->ruling.policy = f->policy;
	c->ruling.way = f->way;
	c->ruling.is_reverse = f->is_reverse;
	return WF_DROP_NONE;
}

/* Are connections into the tenant remembered? */
WF_INLINE _Bool wf_case_is_tracked(const struct wf_world *w, const struct wf_case *c)
{
	const struct wf_set *set;
	__u64 number = 0;

	if (c->ahead.tenant != c->back.tenant)
		return 1;
	if (!wf_set_of(w, c->ahead.tenant, c->stage, &number))
		return 0;
	set = wf_world_find(w, SET, &number);
	return set && set->is_tracked;
}

/*
 * The connection whose packet an error quotes: one that the error's destination opened, or
 * (*@ret_is_back: 0) answered. Of the latter c->ahead becomes the opener's flow.
 */
WF_INLINE _Bool wf_case_find_quoted(const struct wf_world *w, struct wf_case *c, _Bool *ret_is_back)
{
	const struct wf_conn *conn = wf_conn_find(w, &c->back);

	*ret_is_back = conn;
	if (!conn && wf_flow_answer(&c->back.flow, &c->ahead.flow))
		conn = wf_conn_find(w, &c->ahead);
	if (conn) {
		c->lanes[0] = conn->lanes[0];
		c->gateway = conn->gateway;
	}
	return conn;
}

/* Is a connection allowed that leads outside, which is told of by another than its other end? */
WF_INLINE enum wf_drop wf_verdict_beyond(const struct wf_world *w, struct wf_case *c, _Bool is_back)
{
	const struct wf_party teller = c->from;
	_Bool is_allowed;

	c->from = (struct wf_party){0};
	is_allowed = wf_case_is_allowed(w, c, is_back);
	c->from = teller;
	return is_allowed ? WF_DROP_NONE : WF_DROP_DENIED;
}

/*
 * An error of one whom what it quotes was not sent to: a function on the way there, a gateway or
 * somebody behind it. A function's own node knows it as one; where its receiver is, the connection
 * must go through functions (into the tenant that they, and the policy, are of). What comes by a
 * gateway is about a connection that goes through one, and is allowed now. ICMP_UNRELATED, DENIED.
 */
WF_INLINE enum wf_drop wf_verdict_on_the_way(const struct wf_world *w, struct wf_case *c)
{
	_Bool is_back;

	if (c->tells_of_others == WF_TELLS_NONE)
		return WF_DROP_ICMP_UNRELATED;
	if (c->tells_of_others != WF_TELLS_FUNCTION) {
		if (!wf_case_find_quoted(w, c, &is_back))
			return WF_DROP_ICMP_UNRELATED;
		if (c->gateway)
			return wf_verdict_beyond(w, c, is_back);
		if (c->tells_of_others == WF_TELLS_BY_GATEWAY || !c->lanes[0])
			return WF_DROP_ICMP_UNRELATED;
	}
	c->ruling = (struct wf_ruling){.verdict = WF_VERDICT_ALLOW};
	return WF_DROP_NONE;
}

/*
 * Does a function here say it in another's name (dp/static.h)? What it has translated or refused
 * never came out of it: of that no connection is known here.
 */
WF_INLINE _Bool wf_case_is_spoken(const struct wf_case *c)
{
	return c->tells_of_others == WF_TELLS_FUNCTION && c->anew.source;
}

/*
 * An ICMP error: about a packet that went the other way, between the same two, or of a function
 * between them. It passes if what it quotes is of a connection that is allowed now; where none are
 * remembered, of a tenant's own also if it is allowed itself or what it quotes is.
 */
WF_INLINE enum wf_drop wf_verdict_error(const struct wf_world *w, struct wf_case *c)
{
	_Bool is_back = 1;

	c->is_once = 1;
	if (!c->has_back || !wf_equal16(c->back.flow.src, c->ahead.flow.dst))
		return WF_DROP_ICMP_UNRELATED;
	if (!wf_equal16(c->back.flow.dst, c->ahead.flow.src))
		return wf_verdict_on_the_way(w, c);
	if (c->from.home && !wf_case_is_tracked(w, c)) {
		if (c->ruling.verdict == WF_VERDICT_ALLOW)
			return WF_DROP_NONE;
	} else if (!wf_case_find_quoted(w, c, &is_back)) {
		if (!wf_case_is_spoken(c))
			return WF_DROP_ICMP_UNRELATED;
		is_back = 1;
	}
	if (!wf_case_is_allowed(w, c, is_back))
		return WF_DROP_DENIED;
	if (is_back && wf_case_is_spoken(c))
		wf_verdict_mirror(w, c);
	return WF_DROP_NONE;
}

/* DENIED, FRAGMENT, ICMP_UNRELATED; c->ruling: by whose word, and by whose way. */
WF_INLINE enum wf_drop wf_verdict_decide(const struct wf_world *w, struct wf_case *c)
{
	enum wf_drop drop;

	wf_world_judge(w, c, 0);
	c->ruling = c->ask.ruling;
	if (c->kind == WF_CASE_ERROR)
		return wf_verdict_error(w, c);
	if (c->kind != WF_CASE_WHOLE)
		return wf_verdict_portless(w, c);
	drop = wf_verdict_whole(w, c);
	if (!drop && c->is_first)
		wf_fragment_remember(w, c);
	return drop;
}

/*
 * The packet's connection takes @lane from now on, and the fragments behind it do; it leaves the
 * tenant, or comes in, by the node @gateway. 0: not said.
 */
WF_INLINE void wf_case_keep(const struct wf_world *w, struct wf_case *c, __u32 lane, __u16 gateway)
{
	const __u32 side = c->is_answer ? 1 : 0;
	struct wf_conn *conn;
	struct wf_fragment *f;

	if (!(lane | gateway) || !c->ruling.is_tracked || c->kind != WF_CASE_WHOLE)
		return;
	conn = wf_conn_find(w, side ? &c->back : &c->ahead);
	if (conn && lane && conn->lanes[side] != lane)
		conn->lanes[side] = lane;
	if (conn && gateway && conn->gateway != gateway)
		conn->gateway = gateway;
	f = lane && c->is_first ? wf_fragment_find(w, c) : (void *)0;
	if (f)
		f->lane = lane;
}

/* What the receiver insists on of a packet by @way of the tenant's set at @stage: WF_NEED_*. */
WF_INLINE __u8 wf_verdict_needs(const struct wf_world *w, __u32 tenant, __u8 stage, __u16 way)
{
	struct wf_policy_key key = {.policy = way};
	const struct wf_policy_entry *policy;
	const struct wf_set *set;
	__u8 needs = 0;

	if (!wf_set_of(w, tenant, stage, &key.set))
		return 0;
	set = wf_world_find(w, SET, &key.set);
	if (set)
		needs = set->needs;
	policy = way ? wf_world_find(w, POLICY, &key) : (void *)0;
	return policy ? needs | policy->needs : needs;
}
