/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The segment endpoint behaviors: End, uN, functions, and where End.DT46 begins.
 *
 * A packet may have to pass several SIDs of one node in a row (a path that names it twice, a C-SID
 * container that ends here). They are walked on a copy of the two things that change, destination
 * address and Segments Left, and written to the packet only when it leaves again.
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/config.h"
#include "dp/outer.h"
#include "dp/proxy.h"
#include "dp/table.h"
#include "wire/csid.h"

/* Enough for WF_VIA_SID_MAX waypoints that are all this node, and the final SID. */
#define WF_SEGMENT_STEPS 40

enum wf_step {
	WF_STEP_DROP,
	WF_STEP_FORWARD, /* to dst, which is not on this node */
	WF_STEP_DECAP,	 /* End.DT46, or End.DX of a gateway's endpoint */
	WF_STEP_HOST,	 /* for the node's own address: the kernel's */
	WF_STEP_ECHO,	 /* a SID is pinged */
	WF_STEP_PROXY,	 /* into the function of o->function, dst is behind it */
	WF_STEP_SERVE,	 /* End.DX: the backend of a service, or the next one, takes it */
};

/* The path ends here: what is inside must be something that the SID takes. */
WF_INLINE enum wf_step wf_segment_final(const struct wf_outer *o, _Bool is_decap,
					enum wf_drop *ret_drop)
{
	if (o->segments_left) { /* only End takes another segment: RFC 8986 4.8 */
		*ret_drop = WF_DROP_SRH_SEGMENTS_LEFT;
		return WF_STEP_DROP;
	}
	if (o->upper == WF_PROTO_ICMPV6)
		return WF_STEP_ECHO;
	if (is_decap && (o->upper == WF_PROTO_IPV4 || o->upper == WF_PROTO_IPV6))
		return WF_STEP_DECAP;
	*ret_drop = WF_DROP_UPPER_LAYER;
	return WF_STEP_DROP;
}

/* End.DX: whether there is another segment is looked at when the backend is asked (dp/serve.h). */
WF_INLINE enum wf_step wf_segment_serve(const struct wf_outer *o, enum wf_drop *ret_drop)
{
	if (o->upper == WF_PROTO_IPV4 || o->upper == WF_PROTO_IPV6)
		return WF_STEP_SERVE;
	return wf_segment_final(o, 0, ret_drop);
}

/* End, RFC 8986 4.1: the next segment becomes the destination. */
WF_INLINE _Bool wf_segment_advance(const void *data, const void *end, struct wf_outer *o)
{
	const __u8 *segment;

	o->segments_left--;
	segment = wf_srh_segment(data, end, o->srh_off, o->segments_left);
	if (!segment)
		return 0;
	wf_copy16(o->dst, segment);
	o->is_moved = 1;
	return 1;
}

/* A walk in progress. */
struct wf_walk {
	const struct wf_world *world;
	const void *data;
	const void *end;
	struct wf_outer *outer;
	__u64 known; /* the SID that @behavior was looked up for */
	__u32 behavior;
	enum wf_step step; /* where it has led */
	enum wf_drop drop;
};

WF_INLINE long wf_walk_end(struct wf_walk *k, enum wf_step step)
{
	k->step = step;
	return 1;
}

WF_INLINE __u32 wf_walk_behavior(struct wf_walk *k, __u64 head)
{
	const struct wf_sid_entry *entry;

	if (head == k->known)
		return k->behavior;
	entry = wf_world_find(k->world, SID, &head);
	if (!k->outer->arrived)
		k->outer->arrived = head;
	k->known = head;
	k->behavior = entry ? entry->behavior : WF_BEHAVIOR_NONE;
	return k->behavior;
}

/*
 * The SID of a function, which is given the packet; if it may be passed by, its SID is End.
 * FUNCTION_DOWN; those of wf_segment_final().
 */
WF_INLINE long wf_walk_function(struct wf_walk *k, __u64 head)
{
	const struct wf_sid_entry *entry = wf_world_find(k->world, SID, &head);
	struct wf_outer *o = k->outer;

	k->drop = WF_DROP_UNKNOWN_SID;
	if (!entry)
		return wf_walk_end(k, WF_STEP_DROP);
	if (!wf_proxy_has_csid(o) && !o->segments_left)
		return wf_walk_end(k, wf_segment_final(o, 0, &k->drop));
	k->drop = WF_DROP_SRH_TRUNCATED;
	if (wf_proxy_has_csid(o))
		wf_proxy_shift(o);
	else if (!wf_segment_advance(k->data, k->end, o))
		return wf_walk_end(k, WF_STEP_DROP);
	if (entry->is_passed_by)
		return 0;
	k->drop = entry->ifindex ? WF_DROP_UPPER_LAYER : WF_DROP_FUNCTION_DOWN;
	o->arrived = head;
	o->function = (__u16)head;
	return wf_walk_end(k, entry->ifindex && wf_proxy_takes(entry->behavior, o) ? WF_STEP_PROXY
										   : WF_STEP_DROP);
}

/* One SID of this node. 0: go on with the next. */
static long wf_walk_step(__u32 i, void *arg)
{
	struct wf_walk *k = arg;
	struct wf_outer *o = k->outer;
	const struct wf_config *here = k->world->config;
	const __u64 locator = wf_sid_head_make(here->block, here->node, 0);
	__u64 head = wf_sid_head(o->dst);
	__u32 behavior;
	_Bool is_end;

	if (head >> 16 != locator >> 16)
		return wf_walk_end(k, WF_STEP_FORWARD);
	if (head == locator && wf_sid_arg(o->dst) == 1)
		return wf_walk_end(k, WF_STEP_HOST);
	/* A node id behind the node's own makes this the locator's SID, uN. */
	behavior = wf_walk_behavior(k, wf_sid_is_node((__u16)head) ? locator : head);
	if (behavior == WF_BEHAVIOR_NONE) {
		k->drop = WF_DROP_UNKNOWN_SID;
		return wf_walk_end(k, WF_STEP_DROP);
	}
	if (behavior == WF_BEHAVIOR_DX)
		return wf_walk_end(k, wf_segment_serve(o, &k->drop));
	if (wf_proxy_is(behavior))
		return wf_walk_function(k, head);
	if (behavior == WF_BEHAVIOR_UN && wf_csid_next(o->dst)) {
		wf_csid_shift(o->dst);
		o->is_moved = 1;
		return 0;
	}
	is_end = behavior == WF_BEHAVIOR_DT46 || behavior == WF_BEHAVIOR_DX_OUT;
	if (is_end || !o->segments_left)
		return wf_walk_end(k, wf_segment_final(o, is_end, &k->drop));
	return wf_segment_advance(k->data, k->end, o) ? 0 : wf_walk_end(k, WF_STEP_DROP);
}

/* Has the packet come to this node's End.DT46, as everyday packets have from the start? */
WF_INLINE _Bool wf_segment_is_dt46(const struct wf_config *here, const struct wf_outer *o)
{
	return wf_sid_head(o->dst) == wf_sid_head_make(here->block, here->node, WF_FN_DT46);
}

/*
 * Walks the SIDs of this node. WF_STEP_DROP: @ret_drop says why. The SRH, if any, has been checked.
 * End.DT46 without a detour, the everyday packet, is not looked up here: wf_validate_decide() does,
 * whose result is remembered.
 */
WF_INLINE enum wf_step wf_segment_walk(const struct wf_world *w, const void *data, const void *end,
				       struct wf_outer *o, enum wf_drop *ret_drop)
{
	struct wf_walk walk = {
		.world = w,
		.data = data,
		.end = end,
		.outer = o,
		.step = WF_STEP_DROP,
		.drop = WF_DROP_SRH_TRUNCATED,
	};
	enum wf_step step;

	if (wf_segment_is_dt46(w->config, o))
		return wf_segment_final(o, 1, ret_drop);
	wf_world_repeat(WF_SEGMENT_STEPS, wf_walk_step, &walk);
	step = walk.step;
	*ret_drop = walk.drop;
	return step;
}
