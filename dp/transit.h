/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The mark that a packet must bear when it has passed its waypoints (wire/transit.h).
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

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
	__u64 mark;
	__u32 key;
	__u32 is_broken;
};

static long wf_transit_step(__u32 i, void *arg)
{
	struct wf_transit_chain *k = arg;
	const struct wf_transit_entry *entry;

	if (i >= WF_VIA_SID_MAX)
		return 1;
	entry = wf_transit_key(k->world, k->key, k->list->nodes[i]);
	if (!entry) {
		k->is_broken = 1;
		return 1;
	}
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
	*ret = chain.mark;
	return !chain.is_broken;
}
