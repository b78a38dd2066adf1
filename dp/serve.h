/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Services at a backend's node: does the backend take the flow, and whom do its answers come from?
 *
 *   client -> virtual address   End.DX   client -> the backend's own address and port
 *   client <- virtual address   apply    client <- the backend's own address and port
 *
 * Where an owner of a slot changed, or may decline, the segment list names the candidates, and the
 * owner once more at the end: each takes what it knows and leaves the rest to the next (6LB).
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/service.h"

/* The counter of this node's backend @sid; NULL: there is no memory. */
WF_INLINE struct wf_load *wf_load_find(const struct wf_world *w, __u32 sid)
{
	const struct wf_load none = {0};
	struct wf_load *load = wf_world_recall(w, LOAD, &sid);

	if (load)
		return load;
	wf_world_remember(w, LOAD, &sid, &none);
	return wf_world_recall(w, LOAD, &sid);
}

/* A flow that the backend has not: does it take it? The last that is asked must. */
WF_INLINE _Bool wf_serve_is_willing(const struct wf_world *w, const struct wf_case *c,
				    const struct wf_service_entry *s, struct wf_load *load,
				    _Bool is_last)
{
	if (c->kind == WF_CASE_ERROR)
		return 0;
	if (is_last)
		return 1;
	return wf_tcp_is_first(&c->ahead.flow, c->tcp_flags) &&
	       (!s->is_least_loaded || wf_load_count(load, wf_world_now_s(w)) < s->capacity);
}

/*
 * Is the flow of c->request still the one that is @known? One that has ended is, for what is still
 * on its way, which after a reset is of no use to a backend: who begins anew by the same port, or
 * goes on, may be another one's.
 */
WF_INLINE _Bool wf_served_is_alive(const struct wf_served *known, const struct wf_case *c,
				   _Bool is_last, __u32 now_s)
{
	if (!wf_served_is_over(known))
		return wf_conn_is_alive(&known->conn, c->request.flow.proto, now_s);
	if (known->conn.state & WF_CONN_RESET && !is_last)
		return 0;
	return now_s - known->conn.seen_s <= WF_AGE_TCP_RESET &&
	       !wf_tcp_is_first(&c->ahead.flow, c->tcp_flags);
}

/* The flow of c->request, as the backend sees it, to the address and port of @ask. DECLINED. */
WF_INLINE enum wf_drop wf_serve_flow(const struct wf_world *w, struct wf_case *c,
				     const struct wf_service_entry *s, struct wf_served *ask,
				     __u32 sid, _Bool is_last)
{
	struct wf_served *known = wf_world_recall(w, SERVED, &c->request);
	struct wf_load *load = wf_load_find(w, sid);
	const __u32 now = wf_world_now_s(w);

	if (!load)
		return WF_DROP_DECLINED;
	if (known && !wf_served_is_alive(known, c, is_last, now)) {
		known->conn.state |= WF_CONN_RESET; /* nothing of it is on its way any more */
		known = (void *)0;
	}
	if (known && (!wf_equal16(known->addr, ask->addr) || known->port != ask->port)) {
		if (!wf_served_is_over(known))
			return WF_DROP_DECLINED;
		known = (void *)0;
	}
	if (known) {
		if (c->kind == WF_CASE_WHOLE)
			wf_served_touch(known, load, c->tcp_flags, 0, now);
		return WF_DROP_NONE;
	}
	if (!wf_serve_is_willing(w, c, s, load, is_last))
		return WF_DROP_DECLINED;
	ask->conn.seen_s = now;
	wf_load_turn(load, now / WF_LOAD_EPOCH_S);
	wf_load_add(load, ask, now / WF_LOAD_EPOCH_S);
	wf_world_remember(w, SERVED, &c->request, ask);
	return WF_DROP_NONE;
}

/*
 * A packet of @tenant that has come to the End.DX of this node's endpoint @sid. c->alias: what its
 * destination becomes. @is_last: nobody else is asked. NO_BACKEND, DECLINED, HAIRPIN; FRAGMENT: of
 * which the first was not taken here.
 */
WF_INLINE enum wf_drop wf_serve(const struct wf_world *w, struct wf_case *c, __u32 tenant,
				__u16 sid, _Bool is_last)
{
	const struct wf_candidate self = {.node = w->config->node, .sid = sid};
	const struct wf_backend *backend = wf_backend_find(w, self);
	const struct wf_service_entry *s;
	struct wf_served ask = {0};
	enum wf_drop drop;
	const __u8 *addr;

	if (!backend || backend->tenant != tenant)
		return WF_DROP_NO_BACKEND;
	c->ahead.tenant = c->request.tenant = tenant;
	if (!wf_service_request(w, c, 0))
		return c->kind == WF_CASE_ERROR ? WF_DROP_ICMP_UNRELATED : WF_DROP_FRAGMENT;
	s = wf_service_find(w, c);
	addr = wf_backend_addr(backend, &c->request.flow);
	if (!s || !addr || !wf_service_may_map(c, s))
		return WF_DROP_NO_BACKEND;
	if (wf_equal16(addr, c->request.flow.src))
		return WF_DROP_HAIRPIN;
	wf_service_alias(c, addr, s->target, WF_ALIAS_TO);
	wf_copy16(ask.addr, c->request.flow.dst);
	ask.port = c->request.flow.dport;
	wf_copy16(c->asked.addr, ask.addr);
	c->asked.port = ask.port;
	c->asked.at = WF_ALIAS_TO;
	wf_copy16(c->request.flow.dst, addr);
	c->request.flow.dport = c->alias.port;
	drop = wf_serve_flow(w, c, s, &ask, sid, is_last);
	if (drop)
		return c->kind == WF_CASE_ERROR ? WF_DROP_ICMP_UNRELATED : drop;
	if (c->kind == WF_CASE_WHOLE && c->is_first)
		wf_fragment_remember(w, c);
	return WF_DROP_NONE;
}

/* The flow of c->request, as its backend sees it, or NULL: nobody here has taken it. */
WF_INLINE struct wf_served *wf_served_find(const struct wf_world *w, const struct wf_case *c)
{
	struct wf_served *known = wf_world_recall(w, SERVED, &c->request);

	return known && wf_conn_is_alive(&known->conn, c->request.flow.proto, wf_world_now_s(w))
		       ? known
		       : (void *)0;
}

/*
 * The packet in @c is from this node's endpoint @sid of @tenant, and may pass: if it answers what
 * was asked of a service, c->alias is the address that it leaves by.
 */
WF_INLINE void wf_serve_answer(const struct wf_world *w, struct wf_case *c, __u32 tenant, __u16 sid)
{
	const __u32 now = wf_world_now_s(w);
	struct wf_served *known;
	struct wf_load *load;

	c->request.tenant = tenant;
	c->is_once |= c->kind != WF_CASE_WHOLE || c->is_first;
	if (!wf_service_request(w, c, 1))
		return;
	known = wf_served_find(w, c);
	load = wf_load_find(w, sid);
	if (!known || !load)
		return;
	if (c->kind == WF_CASE_WHOLE)
		wf_served_touch(known, load, c->tcp_flags, 1, now);
	wf_service_alias(c, known->addr, wf_ntohs(known->port), WF_ALIAS_ANSWER);
}

/*
 * c->request is of a client, to a service: which backend of this node has taken it? c->alias says.
 * False: none.
 */
WF_INLINE _Bool wf_serve_recall(const struct wf_world *w, struct wf_case *c)
{
	const struct wf_service_entry *s = wf_service_find(w, c);
	const struct wf_candidate *slot = s ? wf_service_slot(w, c, s) : (void *)0;

	for (__u32 i = 0; slot && i < WF_CANDIDATES_MAX; i++) {
		const struct wf_backend *b = wf_backend_find(w, slot[i]);
		const __u8 *addr = b ? wf_backend_addr(b, &c->request.flow) : (void *)0;

		if (!addr || slot[i].node != w->config->node)
			continue;
		c->back = c->request; /* as that sees it */
		c->back.tenant = b->tenant;
		c->back.flow.dport = wf_htons(s->target);
		wf_copy16(c->back.flow.dst, addr);
		if (!wf_world_recall(w, SERVED, &c->back))
			continue;
		wf_service_alias(c, addr, s->target, WF_ALIAS_TO);
		return 1;
	}
	return 0;
}
