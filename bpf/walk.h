/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The walk over this node's SIDs, and its memory: the same header arrives again and again, and
 * leads to the same place until something changes. This is the one for headers without TLVs and
 * with at most one segment; bpf/proof.h has the others.
 */
#pragma once

#include "bpf/packet.h"
#include "bpf/verdict.h"
#include "bpf/world.h"
#include "dp/headercache.h"
#include "dp/verify.h"

/* The memory of the packet's header, or NULL: it is not one that is remembered. */
WF_INLINE struct wf_walked *walked_find(const void *srh, const void *end, const struct wf_outer *o)
{
	__u32 slot;

	if (!o->segments_left || o->upper_off != L3 + WF_IPV6_LEN + WF_WALKED_SRH_LEN ||
	    srh + WF_WALKED_SRH_LEN > end)
		return (void *)0;
	slot = cpu_part(wf_walked_slot(o->dst, srh), WF_WALKED_SLOTS);
	return bpf_map_lookup_elem(&walked, &slot);
}

WF_INLINE int walked_recall(struct __sk_buff *skb, struct wf_outer *o, const struct wf_walked *m)
{
	wf_copy16(o->dst, m->to);
	o->segments_left = m->segments_left;
	o->is_moved = 1;
	count(skb, m->arrived_slot, skb->len - L3);
	return m->step;
}

WF_INLINE void walked_store(struct wf_walked *m, const struct wf_outer *o, enum wf_step step)
{
	wf_copy16(m->to, o->dst);
	m->arrived_slot = slot_of_sid(o->arrived);
	m->segments_left = o->segments_left;
	m->step = step;
}

/* A function of its own: what it needs of the stack is free again when the packet is acted on; and
 * where it leads is one step to the verifier, not as many as there are ways to it. */
__noinline int segment_walk(struct __sk_buff *skb, struct wf_outer *o, enum wf_drop *drop)
{
	const void *data = packet_data(skb), *end = packet_end(skb);
	const void *srh = data + L3 + WF_IPV6_LEN;
	const __u32 now = generation_now();
	struct wf_walked *m;
	enum wf_step step;

	if (!o || !drop)
		return WF_STEP_DROP;
	m = walked_find(srh, end, o);
	if (m && srh + WF_WALKED_SRH_LEN <= end) {
		if (m->generation == now && wf_walked_equal(m, o->dst, srh))
			return walked_recall(skb, o, m);
		m->generation = now - 1;
		wf_copy16(m->from, o->dst);
		wf_copy_words(m->srh, srh, WF_WALKED_SRH_LEN);
	}
	step = wf_segment_walk(WF_WORLD, data, end, o, drop);
	if (!o->is_moved)
		return step;
	count(skb, slot_of_sid(o->arrived), skb->len - L3);
	if (step == WF_STEP_FORWARD &&
	    wf_proof_is_wanted(WF_WORLD, wf_proof_final_arg(data, end, o))) {
		*drop = WF_DROP_HMAC_MISSING;
		return WF_STEP_DROP;
	}
	if (m && (step == WF_STEP_DECAP || step == WF_STEP_FORWARD)) {
		walked_store(m, o, step);
		m->generation = now;
	}
	return step;
}
