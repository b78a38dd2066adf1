/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The memory of a node's functions: which headers their packets had. */
#pragma once

#include "bpf/maps.h"
#include "bpf/packet.h"

/* What a packet of @flow that comes back from @port is to have, or NULL. */
WF_INLINE const struct wf_proxied *proxied_find(__u32 port, const struct wf_flow *flow)
{
	struct wf_proxied_key key = {.flow = *flow, .port = port};

	return bpf_map_lookup_elem(&proxied, &key);
}

/*
 * Remembers the packet's headers, of o->upper_off - L3 bytes, as the walk left them. Written only
 * when they are others than those of the flow's last packet. One that finds no place comes back as
 * a stranger, and is dropped there.
 */
__noinline int proxied_store(struct __sk_buff *skb, const struct wf_outer *o,
			     const struct wf_inner *in, __u32 port)
{
	struct wf_proxied_key key = {.port = port};
	const struct wf_proxied *was;
	struct wf_proxied *m;
	__u32 len, zero = 0;

	if (!o || !in)
		return WF_DROP_RESIZE;
	key.flow = in->flow;
	len = o->upper_off - L3;
	m = bpf_map_lookup_elem(&proxied_now, &zero);
	if (!m)
		return WF_DROP_RESIZE;
	WF_OPAQUE(len);
	if (len - 1 >= WF_PROXIED_MAX_BYTES || bpf_skb_load_bytes(skb, L3, m->header, len))
		return WF_DROP_RESIZE;
	m->len = (__u16)len;
	wf_proxied_settle(m, o);
	was = bpf_map_lookup_elem(&proxied, &key);
	if (!was || !wf_proxied_equal(was, m))
		bpf_map_update_elem(&proxied, &key, m, BPF_ANY);
	return WF_DROP_NONE;
}
