/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The first half of the promise: may this packet leave the container, and where does it go?
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/config.h"
#include "dp/inner.h"
#include "dp/route.h"
#include "wire/icmp.h"

WF_INLINE _Bool wf_is_gateway(const __u8 a[16])
{
	if (wf_ipv6_is_v4mapped(a))
		return wf_load_be32(a + 12) == WF_GATEWAY_V4;
	return wf_load_be64(a) == WF_GATEWAY_V6_HIGH && wf_load_be64(a + 8) == WF_GATEWAY_V6_LOW;
}

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
	return WF_DROP_NONE;
}

/* All of it, for one packet of the endpoint behind @port. */
WF_INLINE enum wf_drop wf_apply_decide(const struct wf_world *w, const struct wf_port *port,
				       const struct wf_inner *in, __u64 hash, struct wf_way *ret)
{
	const struct wf_sender from = {
		.tenant = port->tenant,
		.class = port->class,
		.identity = port->identity,
	};
	enum wf_drop drop = wf_apply_check(w, port, in);

	if (drop) {
		__builtin_memset(ret, 0, sizeof(*ret));
		return drop;
	}
	return wf_route_decide(w, &from, in->flow.dst, hash, ret);
}
