/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The first half of the promise: may this packet leave the container, and where does it go?
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/config.h"
#include "dp/egress.h"
#include "dp/gateway.h"
#include "dp/inner.h"
#include "dp/route.h"
#include "dp/static.h"
#include "dp/serve.h"
#include "wire/icmp.h"

WF_INLINE _Bool wf_port_has_address(const struct wf_port *port, const __u8 a[16])
{
	for (__u32 i = 0; i < WF_PORT_ADDRS; i++) {
		if (i >= port->n_addrs)
			break;
		if (wf_equal16(port->addrs[i], a))
			return 1;
	}
	return 0;
}

/*
 * What of the packet's own header forbids to route it. GATEWAY and ND say that it is for the
 * gateway, which may still answer it.
 */
WF_INLINE enum wf_drop wf_apply_check(const struct wf_world *w, const struct wf_port *port,
				      const struct wf_inner *in)
{
	const struct wf_flow *flow = &in->flow;
	enum wf_drop drop = wf_inner_check(in);

	if (drop)
		return drop;
	if (!wf_icmp_is_host(flow->dst))
		return flow->proto == WF_PROTO_ICMPV6 ? WF_DROP_ND : WF_DROP_MULTICAST;
	if (wf_is_gateway(flow->dst))
		return WF_DROP_GATEWAY;
	if (!wf_port_has_address(port, flow->src))
		return WF_DROP_SOURCE_ADDRESS;
	if (wf_load_be32(flow->dst) == w->config->block)
		return WF_DROP_SID_DESTINATION;
	if (wf_icmp_type_is_discovery(flow->proto, (__u8)(wf_ntohs(flow->dport) >> 8)))
		return WF_DROP_ND;
	return WF_DROP_NONE;
}

/*
 * The verdict on a packet of @from to @dest: c->ruling. A destination on this node is judged by the
 * set that it would be judged by if the packet came from another one.
 * Who is not known to another tenant cannot reach it, whatever prefixes its policies let in: at the
 * receiver that would be a false identity. One of both may have no home: it is outside.
 * UNKNOWN_TENANT, those of wf_verdict_decide().
 */
WF_INLINE enum wf_drop wf_apply_judge_party(const struct wf_world *w, const struct wf_party from,
					    const struct wf_dest *dest, struct wf_case *c)
{
	const struct wf_party to = {.home = dest->home, .identity = dest->identity};
	const __u32 tenant = to.home ? to.home : from.home;

	if (!wf_world_find(w, TENANT, &tenant))
		return WF_DROP_UNKNOWN_TENANT;
	if (from.home && tenant != from.home && !wf_dest_find(w, tenant, c->ahead.flow.src))
		return WF_DROP_DENIED;
	wf_case_parties(c, from, to, dest->ifindex ? WF_STAGE_IN : WF_STAGE_OUT);
	return wf_world_decide(w, c);
}

/* ... of @port's endpoint. */
WF_INLINE enum wf_drop wf_apply_judge(const struct wf_world *w, const struct wf_port *port,
				      const struct wf_dest *dest, struct wf_case *c)
{
	const struct wf_party from = {.home = port->tenant, .identity = port->identity};

	return wf_apply_judge_party(w, from, dest, c);
}

/*
 * Who gets what is sent to @dst: its endpoint, a service's backend, or who is outside, by an exit;
 * from there nothing goes out again. Those of wf_service_pick() and of wf_egress_pick().
 */
WF_INLINE enum wf_drop wf_apply_find(const struct wf_world *w, const struct wf_port *port,
				     const __u8 dst[16], struct wf_case *c,
				     const struct wf_dest **ret)
{
	enum wf_drop drop;

	*ret = wf_dest_find(w, port->tenant, dst);
	if (*ret)
		return WF_DROP_NONE;
	drop = wf_world_ask(w, c, port->tenant);
	if (!drop) {
		*ret = wf_dest_find(w, port->tenant, c->alias.addr);
		return *ret ? WF_DROP_NONE : WF_DROP_NO_BACKEND;
	}
	if (drop == WF_DROP_NO_ENDPOINT && !port->is_gateway) {
		*ret = &c->exit.dest;
		drop = wf_world_leave(w, c, port->tenant, port->sid);
	}
	if (drop)
		*ret = (void *)0;
	return drop;
}

/*
 * Whose packet it is that is from no address of @port's endpoint: c->from. Those of
 * wf_egress_enter() and of wf_static_sender().
 */
WF_INLINE enum wf_drop wf_apply_sender(const struct wf_world *w, const struct wf_port *port,
				       struct wf_case *c)
{
	if (port->is_gateway) {
		c->from = (struct wf_party){0};
		return wf_world_enter(w, c, port->tenant);
	}
	return wf_static_may(port->proxy) ? wf_world_speak(w, port, c) : WF_DROP_SOURCE_ADDRESS;
}

/* By which gateway a packet between @from and @dest leaves its tenant or comes in; 0: by none. */
WF_INLINE __u16 wf_apply_gateway(const struct wf_world *w, const struct wf_party *from,
				 const struct wf_dest *dest)
{
	if (!dest->home)
		return dest->node;
	return from->home ? 0 : w->config->node;
}

/*
 * All of it, for one packet of the endpoint behind @port. @c: as it was read; what it says of the
 * verdict is defined when ret->dest is there.
 */
WF_INLINE enum wf_drop wf_apply_decide(const struct wf_world *w, const struct wf_port *port,
				       const struct wf_inner *in, struct wf_case *c, __u64 hash,
				       struct wf_way *ret)
{
	enum wf_drop drop = wf_apply_check(w, port, in);
	struct wf_leg *leg;

	__builtin_memset(ret, 0, sizeof(*ret));
	c->anew = (struct wf_static){0};
	c->tells_of_others = port->is_gateway ? WF_TELLS_BY_GATEWAY
			     : port->proxy    ? WF_TELLS_FUNCTION
					      : WF_TELLS_NONE;
	c->from = (struct wf_party){.home = port->tenant, .identity = port->identity};
	if (drop == WF_DROP_SOURCE_ADDRESS)
		drop = wf_apply_sender(w, port, c);
	if (drop)
		return drop;
	drop = wf_apply_find(w, port, in->flow.dst, c, &ret->dest);
	if (drop)
		return drop;
	if (!wf_egress_is_own(port->tenant, c->from.home, ret->dest->home))
		return WF_DROP_DENIED;
	drop = wf_apply_judge_party(w, c->from, ret->dest, c);
	if (drop)
		return drop;
	leg = wf_case_leg(c, c->from.identity);
	drop = wf_static_leg(leg, &c->anew, port->proxy);
	if (!drop)
		drop = wf_world_route(w, leg, ret->dest, hash, ret);
	ret->source = c->anew.source;
	if (!drop && !wf_static_has_path(w, &c->anew, ret))
		drop = WF_DROP_NO_PATH;
	if (drop)
		return drop;
	wf_world_keep(w, c, ret->lane, wf_apply_gateway(w, &c->from, ret->dest));
	if (port->sid && !port->is_gateway && !c->backend.sid)
		wf_world_answer(w, c, port->tenant, port->sid);
	return WF_DROP_NONE;
}
