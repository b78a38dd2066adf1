/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The second half of the promise: may what came out of the tunnel reach this endpoint?
 *
 * The includer says what a world is: dp/world.h or bpf/world.h, before this file.
 */
#pragma once

#include "dp/drops.h"
#include "dp/inner.h"
#include "dp/segment.h"
#include "dp/table.h"
#include "wire/flow.h"
#include "wire/sid.h"

/* Of each packet, whatever is remembered of its flow. ROUTING_HEADER, INNER_MALFORMED. */
WF_INLINE enum wf_drop wf_validate_check(const struct wf_inner *in)
{
	enum wf_drop drop = wf_inner_check(in);

	return drop == WF_DROP_MALFORMED ? WF_DROP_INNER_MALFORMED : drop;
}

/*
 * End.DT46 of the SID that @o has come to. Those of wf_validate_check(), UNKNOWN_SID,
 * UNKNOWN_TENANT, NESTED, NOT_HERE.
 */
WF_INLINE enum wf_drop wf_validate_decide(const struct wf_world *w, const struct wf_outer *o,
					  const struct wf_inner *in, const struct wf_dest **ret)
{
	const struct wf_sid_arg arg = wf_sid_arg_unpack(wf_sid_arg(o->dst));
	struct wf_dest_key key = {.tenant = arg.tenant};
	const __u64 head = wf_sid_head(o->dst);
	const struct wf_sid_entry *sid = wf_world_find(w, SID, &head);
	const struct wf_dest *dest;
	enum wf_drop drop = wf_validate_check(in);

	if (drop)
		return drop;
	if (!sid || sid->behavior != WF_BEHAVIOR_DT46)
		return WF_DROP_UNKNOWN_SID;
	if (!wf_world_find(w, TENANT, &key.tenant))
		return WF_DROP_UNKNOWN_TENANT;
	if (wf_load_be32(in->flow.dst) == w->config->block)
		return WF_DROP_NESTED;
	__builtin_memcpy(key.addr, in->flow.dst, sizeof(key.addr));
	dest = wf_world_find(w, DEST, &key);
	if (!dest || !dest->ifindex)
		return WF_DROP_NOT_HERE;
	*ret = dest;
	return WF_DROP_NONE;
}
