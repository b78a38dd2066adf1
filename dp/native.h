/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Endpoints that know SRv6 themselves and may send it: an outer header whose path ends at an
 * End.DT46 with their own tenant, by nodes of the domain and nothing else. What they cannot reach
 * without SRv6 they cannot reach with it.
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/apply.h"
#include "dp/segment.h"

/* End of a node, or C-SIDs of nodes (one: uN) and nothing behind them. */
WF_INLINE _Bool wf_native_is_node(const struct wf_config *here, const __u8 sid[16])
{
	__u64 high = wf_load_be64(sid), low = wf_load_be64(sid + 8);

	if (high >> 32 != here->block || !wf_sid_is_node((__u16)(high >> 16)))
		return 0;
	if ((__u16)high == WF_FN_END)
		return !low;
	for (__u32 i = 0; i < WF_CSID_PER_CONTAINER - 1; i++) {
		if (!(__u16)high)
			return !low;
		if (!wf_sid_is_node((__u16)high))
			return 0;
		high = low >> 48;
		low <<= 16;
	}
	return 1;
}

/* End.DT46 of a node, with @tenant in its argument. */
WF_INLINE _Bool wf_native_is_final(const struct wf_config *here, const __u8 sid[16], __u32 tenant)
{
	const __u64 head = wf_sid_head(sid);

	return head >> 32 == here->block && wf_sid_is_node((__u16)(head >> 16)) &&
	       (__u16)head == WF_FN_DT46 && wf_sid_arg_unpack(wf_sid_arg(sid)).tenant == tenant;
}

/* A look at all segments. */
struct wf_native_list {
	const struct wf_config *here;
	const void *data;
	const void *end;
	__u32 srh_off;
	__u32 tenant;
	_Bool is_foreign;
};

static long wf_native_step(__u32 i, void *arg)
{
	struct wf_native_list *k = arg;
	const __u8 *segment = wf_srh_segment(k->data, k->end, k->srh_off, i);

	k->is_foreign = !segment || !(i ? wf_native_is_node(k->here, segment)
					: wf_native_is_final(k->here, segment, k->tenant));
	return k->is_foreign;
}

/* The destination is the active segment; of a reduced header, which lacks that, a node's SID. */
WF_INLINE _Bool wf_native_is_at(const struct wf_config *here, const void *data, const void *end,
				const struct wf_outer *o)
{
	const __u8 *segment;

	if (o->segments_left > o->last_entry)
		return wf_native_is_node(here, o->dst);
	segment = wf_srh_segment(data, end, o->srh_off, o->segments_left);
	return segment && wf_equal16(segment, o->dst);
}

/*
 * May the endpoint send this? The IPv6 header has been found to lie within the packet, and to be
 * followed by a routing header. ROUTING_HEADER: not this endpoint, or not SRv6; SOURCE_ADDRESS,
 * FOREIGN_SID; those of wf_outer_parse().
 */
WF_INLINE enum wf_drop wf_native_check(const struct wf_world *w, const struct wf_port *port,
				       const void *data, const void *end, struct wf_outer *o)
{
	const struct wf_ipv6 *ip = (const void *)((const __u8 *)data + WF_OUTER_OFF);
	struct wf_native_list list = {
		.here = w->config, .data = data, .end = end, .tenant = port->tenant};
	enum wf_drop drop;

	if (!port->is_sr_aware || ip->next_header != WF_PROTO_ROUTING)
		return WF_DROP_ROUTING_HEADER;
	drop = wf_outer_parse(data, end, o);
	if (drop)
		return drop;
	if (!wf_port_has_address(port, ip->src))
		return WF_DROP_SOURCE_ADDRESS;
	if (o->upper != WF_PROTO_IPV4 && o->upper != WF_PROTO_IPV6)
		return WF_DROP_FOREIGN_SID;
	list.srh_off = o->srh_off;
	wf_world_repeat(o->last_entry + 1u, wf_native_step, &list);
	return list.is_foreign || !wf_native_is_at(w->config, data, end, o) ? WF_DROP_FOREIGN_SID
									    : WF_DROP_NONE;
}
