/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From the entries of the flow caches to the counters.
 *
 * The programs settle as they go, on their own CPU and undisturbed. The program "tally" does it for
 * whoever wants exact figures; it is run on each CPU in turn, and packets may come in between any
 * two of its instructions, so it takes and adds in one each. (If an entry becomes another flow's in
 * just that moment, the packets that it has had since are counted as the old one's.)
 */
#pragma once

#include "bpf/verdict.h"

WF_INLINE void settle_in(__u32 slot, const struct wf_counter *unsettled)
{
	struct wf_counter *c = counter_of(slot);

	if (!c)
		return;
	c->packets += unsettled->packets;
	c->bytes += unsettled->bytes;
}

/* A function of its own: there is little stack left where it is called. */
static __noinline int settle(struct wf_counter *unsettled, __u32 slot, __u32 other)
{
	settle_in(slot, unsettled);
	settle_in(other, unsettled);
	unsettled->packets = 0;
	unsettled->bytes = 0;
	return 0;
}

WF_INLINE void settle_applied(struct wf_applied *e)
{
	if (e->unsettled.packets)
		settle(&e->unsettled, e->tx_slot, e->path_slot);
}

WF_INLINE void settle_validated(struct wf_validated *e)
{
	if (e->unsettled.packets)
		settle(&e->unsettled, e->rx_slot, e->policy_slot);
}

WF_INLINE void tally_add(__u32 slot, __u64 packets, __u64 bytes)
{
	struct wf_counter *c = counter_of(slot);

	if (!c)
		return;
	__sync_fetch_and_add(&c->packets, packets);
	__sync_fetch_and_add(&c->bytes, bytes);
}

WF_INLINE void tally_take(struct wf_counter *unsettled, __u32 slot, __u32 other)
{
	__u64 packets, bytes;

	if (!unsettled->packets)
		return;
	packets = __sync_lock_test_and_set(&unsettled->packets, 0);
	bytes = __sync_lock_test_and_set(&unsettled->bytes, 0);
	tally_add(slot, packets, bytes);
	tally_add(other, packets, bytes);
}

/* Of this CPU, one entry of each cache. */
static long tally_step(__u32 i, void *arg)
{
	__u32 key = cpu_part(i, WF_FLOWCACHE_SLOTS);
	struct wf_applied *a = bpf_map_lookup_elem(&applied, &key);
	struct wf_validated *v = bpf_map_lookup_elem(&validated, &key);

	if (a)
		tally_take(&a->unsettled, a->tx_slot, a->path_slot);
	if (v)
		tally_take(&v->unsettled, v->rx_slot, v->policy_slot);
	return 0;
}
