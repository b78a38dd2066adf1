/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a function sends in the name of others, without a header that was remembered for it. The
 * header is made anew as the sender's node would, for the rest of the path, the one that goes on
 * from the endpoint by which packets enter the function. The sender is who has the source address.
 *
 *   End.AS  whatever policies lead through it: nothing is remembered there
 *   End.AD  answers, and errors, to flows that it was given: it has translated those to an address
 *           of its own, or answers them itself, as a firewall that resets a connection
 *
 *        D > S       +----------+  own > S
 *      ---------- in | function | out ----------      S > D was not given, but D > S was, and to
 *      ----------    | (NAT)    |     ----------      come back by `out`
 *        S > D       +----------+  S > own
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/ask.h"
#include "dp/config.h"
#include "dp/route.h"

/* Was the function given @flow, to come back by the interface @port? */
WF_INLINE _Bool wf_static_was_given(const struct wf_world *w, struct wf_case *c,
				    const struct wf_flow *flow, __u32 port)
{
	struct wf_proxied_key *key = &c->given;

	key->flow = *flow;
	key->port = port;
	key->pad = 0;
	if (wf_world_recall(w, PROXIED, key))
		return 1;
	key->flow.sport = key->flow.dport = 0; /* in fragments, perhaps */
	key->flow.is_fragment = 1;
	return wf_world_recall(w, PROXIED, key) != (void *)0;
}

/*
 * Does @c's packet answer one that the function was given, to come back by @port, or tell of it?
 * Then the connection is remembered here as well: what was given has opened it. @home: of who is
 * answered for.
 */
WF_INLINE _Bool wf_static_is_answer(const struct wf_world *w, struct wf_case *c, __u32 home,
				    __u32 port)
{
	c->ahead.tenant = home;
	c->back.tenant = home;
	c->ahead.pad = c->back.pad = 0;
	if (c->kind == WF_CASE_LATER)
		return wf_fragment_find(w, c) != (void *)0;
	if (!c->has_back || !wf_static_was_given(w, c, &c->back.flow, port))
		return 0;
	c->opened = (struct wf_conn){.seen_s = wf_world_now_s(w)};
	if (!wf_conn_find(w, &c->back))
		wf_world_remember(w, CONN, &c->back, &c->opened);
	return 1;
}

/* May what comes back from a function be another's than its own, without a header for it? */
WF_INLINE _Bool wf_static_may(__u32 behavior)
{
	return behavior == WF_BEHAVIOR_AS || behavior == WF_BEHAVIOR_AD;
}

/*
 * Whose packet it is that @port's endpoint does not send in its own name, and from where it goes
 * on: c->from, c->anew. SOURCE_ADDRESS, ND, FUNCTION_FLOW.
 */
WF_INLINE enum wf_drop wf_static_sender(const struct wf_world *w, const struct wf_port *port,
					struct wf_case *c)
{
	const struct wf_flow *flow = &c->ahead.flow;
	const struct wf_dest *source = wf_dest_find(w, port->tenant, flow->src);
	const __u64 head = wf_sid_head_make(w->config->block, w->config->node,
					    WF_FN_ENDPOINT | port->sid);
	const struct wf_port *other;
	const struct wf_sid_entry *sid;
	__u32 ifindex = 0;

	if (!source)
		return WF_DROP_SOURCE_ADDRESS;
	if (wf_icmp_type_is_discovery(flow->proto, (__u8)(wf_ntohs(flow->dport) >> 8)))
		return WF_DROP_ND;
	sid = wf_world_find(w, SID, &head);
	if (sid)
		ifindex = sid->ifindex_out; /* packets that come back here entered there */
	if (port->proxy == WF_BEHAVIOR_AD && !wf_static_is_answer(w, c, source->home, ifindex))
		return WF_DROP_SOURCE_ADDRESS;
	other = wf_world_find(w, PORT, &ifindex);
	if (!other || !other->sid)
		return WF_DROP_FUNCTION_FLOW;
	c->from = (struct wf_party){.home = source->home, .identity = source->identity};
	c->anew.source = source->node;
	c->anew.entered = other->sid;
	return WF_DROP_NONE;
}

/*
 * The leg of such a packet, after the function of @behavior. FUNCTION_FLOW: its way does not lead
 * through functions. That of an answer need not: what it answers was led there.
 */
WF_INLINE enum wf_drop wf_static_leg(struct wf_leg *leg, const struct wf_static *by, __u32 behavior)
{
	if (!by->source)
		return WF_DROP_NONE;
	if (leg->policy)
		leg->sid = by->entered;
	return leg->policy || behavior == WF_BEHAVIOR_AD ? WF_DROP_NONE : WF_DROP_FUNCTION_FLOW;
}

/* Nobody signs for another node: then there is no such path. */
WF_INLINE _Bool wf_static_has_path(const struct wf_world *w, const struct wf_static *by,
				   const struct wf_way *way)
{
	return !by->source || by->source == w->config->node || !way->path->is_signed;
}
