/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What comes back from an End.AS. Nothing was remembered: the header is made anew as the sender's
 * node would, for the rest of the path, the one that goes on from the endpoint by which packets
 * enter the function. The sender is who has the source address.
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/ask.h"
#include "dp/config.h"
#include "dp/route.h"

/*
 * Whose packet it is that @port's endpoint does not send in its own name, and from where it goes
 * on. SOURCE_ADDRESS, ND, FUNCTION_FLOW.
 */
WF_INLINE enum wf_drop wf_static_sender(const struct wf_world *w, const struct wf_port *port,
					const struct wf_flow *flow, struct wf_party *ret_from,
					struct wf_static *ret)
{
	const struct wf_dest *source = wf_dest_find(w, port->tenant, flow->src);
	const __u64 head = wf_sid_head_make(w->config->block, w->config->node,
					    WF_FN_ENDPOINT | port->sid);
	const struct wf_port *other = (void *)0;
	const struct wf_sid_entry *sid;
	__u32 ifindex;

	if (!source)
		return WF_DROP_SOURCE_ADDRESS;
	if (wf_icmp_type_is_discovery(flow->proto, (__u8)(wf_ntohs(flow->dport) >> 8)))
		return WF_DROP_ND;
	sid = wf_world_find(w, SID, &head);
	if (sid) {
		ifindex = sid->ifindex_out; /* packets that come back here entered there */
		other = wf_world_find(w, PORT, &ifindex);
	}
	if (!other || !other->sid)
		return WF_DROP_FUNCTION_FLOW;
	*ret_from = (struct wf_party){.home = source->home, .identity = source->identity};
	ret->source = source->node;
	ret->entered = other->sid;
	return WF_DROP_NONE;
}

/* The leg of such a packet. FUNCTION_FLOW: its way does not lead through functions. */
WF_INLINE enum wf_drop wf_static_leg(struct wf_leg *leg, const struct wf_static *by)
{
	if (!by->source)
		return WF_DROP_NONE;
	leg->sid = by->entered;
	return leg->policy ? WF_DROP_NONE : WF_DROP_FUNCTION_FLOW;
}
