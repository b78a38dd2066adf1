/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The mark that a packet must bear when it has passed its waypoints (wire/transit.h).
 *
 * A node that is on the list twice in a row marks once, as it walks both of its SIDs at once; and
 * the node where the path ends does not mark what it walks there itself.
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/config.h"
#include "dp/table.h"
#include "wire/transit.h"

/* The key of a waypoint, or NULL: this node does not hold it. */
WF_INLINE const struct wf_transit_entry *wf_transit_key(const struct wf_world *w, __u32 key,
							__u16 node)
{
	const struct wf_transit_key name = {.key = key, .node = node};

	return wf_world_find(w, TRANSIT, &name);
}

/* A chain in progress. */
struct wf_transit_chain {
	const struct wf_world *world;
	const struct wf_listed *list;
	__u64 nonce;
	__u64 digest;
	__u64 mark;	 /* after all nodes */
	__u64 mark_here; /* before the last that are this node */
	__u32 key;
	__u16 last; /* node */
	__u16 is_broken;
};

static long wf_transit_step(__u32 i, void *arg)
{
	struct wf_transit_chain *k = arg;
	const struct wf_transit_entry *entry;
	__u16 node;

	if (i >= WF_VIA_SID_MAX)
		return 1;
	node = k->list->nodes[i];
	if (node == k->last)
		return 0;
	k->last = node;
	entry = wf_transit_key(k->world, k->key, node);
	if (!entry) {
		k->is_broken = 1;
		return 1;
	}
	k->mark_here = k->mark;
	k->mark = wf_transit_mark(entry->k, k->nonce, k->mark, k->digest);
	return 0;
}

/* False: this node does not hold all keys that it takes. */
WF_INLINE _Bool wf_transit_expect(const struct wf_world *w, const struct wf_listed *list, __u32 key,
				  __u64 nonce, __u64 digest, __u64 *ret)
{
	struct wf_transit_chain chain = {
		.world = w,
		.list = list,
		.nonce = nonce,
		.digest = digest,
		.key = key,
	};
	__u32 n = list->n;

	if (n)
		wf_world_repeat(n, wf_transit_step, &chain);
	*ret = chain.last == w->config->node ? chain.mark_here : chain.mark;
	return !chain.is_broken;
}
