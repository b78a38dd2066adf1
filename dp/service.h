/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Services at the client's node: which backend is a flow to a virtual address for, and may an
 * answer from one be from who has sent it?
 *
 *   services  (tenant, address, protocol, port) -> service, port of its backends
 *   shares    (home, service, slot)             -> candidates: who owns the slot, and who did
 *   backends  (candidate)                       -> its own addresses
 *
 * The slot is the hash of the client's flow, so nothing of a flow has to be remembered, and an
 * answer is asked of the same slot: it is from one of the candidates, or forged. Policies speak of
 * backends: they are asked of the backend's identity, own address and port (c->alias).
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file. To pick and to
 * recognise are calls there, as in dp/verdict.h.
 */
#pragma once

#include "dp/lane.h"
#include "dp/share.h"
#include "dp/verdict.h"

/*
 * The flow of the client's packets, with real ports, to c->request, whose tenant the caller sets:
 * of this packet or (@is_answer) of what it answers. c->ahead.tenant is set. False: it cannot be
 * told.
 */
WF_INLINE _Bool wf_service_request(const struct wf_world *w, struct wf_case *c, _Bool is_answer)
{
	struct wf_flow *flow = &c->request.flow, *later = &c->judged;
	const struct wf_fragment *f;

	c->request.pad = 0;
	if (c->kind == WF_CASE_WHOLE && !is_answer)
		*flow = c->ahead.flow;
	else if (c->kind == WF_CASE_WHOLE || c->kind == WF_CASE_ERROR)
		*flow = c->back.flow;
	if (c->kind == WF_CASE_WHOLE)
		return !is_answer || c->has_back;
	if (c->kind == WF_CASE_ERROR) /* it quotes what came from the other end */
		return c->has_back && (is_answer || wf_flow_answer(&c->back.flow, flow));
	if (c->kind != WF_CASE_LATER)
		return 0;
	f = wf_fragment_find(w, c);
	if (!f)
		return 0;
	*later = c->ahead.flow;
	later->sport = f->sport;
	later->dport = f->dport;
	if (is_answer)
		return wf_flow_answer(later, flow);
	*flow = *later;
	return 1;
}

/* The service that c->request asks, or NULL. */
WF_INLINE const struct wf_service_entry *wf_service_find(const struct wf_world *w,
							 const struct wf_case *c)
{
	struct wf_service_key key = {.tenant = c->request.tenant,
				     .port = wf_ntohs(c->request.flow.dport),
				     .proto = c->request.flow.proto};

	__builtin_memcpy(key.addr, c->request.flow.dst, sizeof(key.addr));
	return wf_world_find(w, SERVICE, &key);
}

/* WF_CANDIDATES_MAX candidates for c->request, the owner first; NULL: the service has none. */
WF_INLINE const struct wf_candidate *wf_service_slot(const struct wf_world *w, struct wf_case *c,
						     const struct wf_service_entry *s)
{
	struct wf_flow *by = &c->judged;
	struct wf_share_key key = {.tenant = s->home, .service = s->id};
	const struct wf_share *share;
	__u16 slot;

	if (!s->n_slots)
		return (void *)0;
	*by = c->request.flow;
	if (s->is_by_client) {
		__builtin_memset(by, 0, sizeof(*by));
		wf_copy16(by->src, c->request.flow.src);
	}
	slot = wf_share_slot(wf_flow_hash(by), s->n_slots);
	key.block = (__u16)(slot / WF_SHARE_SLOTS);
	share = wf_world_find(w, SHARE, &key);
	return share ? share->slots[slot % WF_SHARE_SLOTS] : (void *)0;
}

/* The backend's own address, of the family that the client sends; NULL: it has none. */
WF_INLINE const __u8 *wf_backend_addr(const struct wf_backend *b, const struct wf_flow *request)
{
	const __u8 *addr = wf_ipv6_is_v4mapped(request->dst) ? b->v4 : b->v6;

	return wf_ipv6_is_unspecified(addr) ? (void *)0 : addr;
}

WF_INLINE const struct wf_backend *wf_backend_find(const struct wf_world *w,
						   struct wf_candidate candidate)
{
	const __u32 key = (__u32)candidate.node << 16 | candidate.sid;

	return candidate.sid ? wf_world_find(w, BACKEND, &key) : (void *)0;
}

/* SCTP's sum is over all of a packet: its ports stay. */
WF_INLINE _Bool wf_service_may_map(const struct wf_case *c, const struct wf_service_entry *s)
{
	return c->request.flow.proto != WF_PROTO_SCTP ||
	       s->target == wf_ntohs(c->request.flow.dport);
}

WF_INLINE void wf_service_alias(struct wf_case *c, const __u8 addr[16], __u16 port,
				enum wf_alias_at at)
{
	wf_copy16(c->alias.addr, addr);
	c->alias.port = wf_htons(port);
	c->alias.at = (__u8)at;
}

/*
 * The packet of @tenant in @c is to no endpoint: is it to a service? Then c->alias says whose
 * policies it needs, c->backend and c->others by which path it goes. NO_ENDPOINT: to none;
 * NO_BACKEND, HAIRPIN.
 */
WF_INLINE enum wf_drop wf_service_pick(const struct wf_world *w, struct wf_case *c, __u32 tenant)
{
	const struct wf_service_entry *s;
	const struct wf_candidate *slot;
	const struct wf_backend *backend;
	const __u8 *addr;

	c->ahead.tenant = c->request.tenant = tenant;
	if (!wf_service_request(w, c, 0))
		return WF_DROP_NO_ENDPOINT;
	s = wf_service_find(w, c);
	if (!s)
		return WF_DROP_NO_ENDPOINT;
	slot = wf_service_slot(w, c, s);
	backend = slot ? wf_backend_find(w, slot[0]) : (void *)0;
	addr = backend ? wf_backend_addr(backend, &c->request.flow) : (void *)0;
	if (!addr || !wf_service_may_map(c, s))
		return WF_DROP_NO_BACKEND;
	if (wf_equal16(addr, c->request.flow.src))
		return WF_DROP_HAIRPIN;
	c->backend = slot[0];
	c->others = wf_lane_of_candidates(slot);
	c->is_once |= c->kind != WF_CASE_WHOLE || c->is_first; /* flows of these have no ports */
	wf_service_alias(c, addr, s->target, WF_ALIAS_TO);
	return WF_DROP_NONE;
}

/*
 * The packet in @c has come from @node, and its source is no endpoint's: is it an answer of a
 * service of @tenant? Then c->alias is who must have sent it, of the candidates on that node the
 * one with the identity that it claims. SOURCE_NODE, IDENTITY; NONE: so it is, or of no service.
 */
WF_INLINE enum wf_drop wf_service_recognise(const struct wf_world *w, struct wf_case *c,
					    __u32 tenant, __u16 node, __u32 claimed)
{
	const struct wf_service_entry *s;
	const struct wf_candidate *slot;
	enum wf_drop drop = WF_DROP_SOURCE_NODE;

	c->ahead.tenant = c->request.tenant = tenant;
	if (!wf_service_request(w, c, 1))
		return WF_DROP_NONE;
	s = wf_service_find(w, c);
	if (!s)
		return WF_DROP_NONE;
	slot = wf_service_slot(w, c, s);
	c->is_once |= c->kind != WF_CASE_WHOLE || c->is_first;
	for (__u32 i = 0; slot && i < WF_CANDIDATES_MAX; i++) {
		const struct wf_backend *b = wf_backend_find(w, slot[i]);
		const __u8 *addr = b ? wf_backend_addr(b, &c->request.flow) : (void *)0;

		if (!addr || slot[i].node != node)
			continue;
		drop = WF_DROP_IDENTITY;
		if (claimed != b->identity && (!claimed || claimed != b->identity_was))
			continue;
		wf_service_alias(c, addr, s->target, WF_ALIAS_FROM);
		return WF_DROP_NONE;
	}
	return drop;
}
