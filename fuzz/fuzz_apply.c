// SPDX-License-Identifier: Apache-2.0
/* Arbitrary frames of a container: what is sent on has a right to be, and a way. */
#include "fuzz/target.h"

#include "fuzz/world.h"
#include "dp/apply.h"

#define L3 14

static void check_way(const struct fuzz_world *w, const struct wf_inner *in,
		      const struct wf_way *way)
{
	MUST(!(in->flags & WF_INNER_ROUTING));
	MUST(wf_port_has_address(&w->port, in->flow.src));
	MUST(wf_load_be32(in->flow.dst) != WF_DEFAULT_BLOCK);
	MUST(!wf_is_gateway(in->flow.dst));
	MUST(way->dest && way->path && way->action != WF_ACTION_DROP);
	MUST(way->flow_label - 1 < 0xfffff);
	MUST(way->sid_arg >> 40 == FUZZ_TENANT);
	MUST(way->action == WF_ACTION_ENCAP ? way->path->len >= 40
					    : way->dest->ifindex == FUZZ_IFINDEX);
}

static void check(const struct fuzz_world *w, const uint8_t *data, size_t size, uint16_t proto)
{
	struct wf_inner in;
	struct wf_case c;
	struct wf_way way;
	enum wf_drop drop;

	if (wf_flow_parse(data, data + size, L3, proto, &in) != WF_FLOW_OK ||
	    !wf_inner_fits(&in, (__u32)size))
		return;
	wf_case_read(data, data + size, &in, &c);
	drop = wf_apply_decide(&w->world, &w->port, &in, &c, wf_flow_hash(&in.flow), &way);
	MUST(drop < WF_DROP_COUNT);
	if (drop == WF_DROP_NONE)
		check_way(w, &in, &way);
	else
		MUST(way.action == WF_ACTION_DROP);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fuzz_world *w = fuzz_world_get();

	if (size < L3)
		return 0;
	check(w, data, size, WF_ETH_P_IPV4);
	check(w, data, size, WF_ETH_P_IPV6);
	return 0;
}
