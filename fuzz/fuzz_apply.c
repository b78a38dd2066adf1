// SPDX-License-Identifier: Apache-2.0
/*
 * Arbitrary frames of a container, of functions, a backend and a gateway's room: what is sent on
 * has a right to be, and a way.
 */
#include "fuzz/target.h"

#include "fuzz/world.h"
#include "dp/apply.h"

#define L3 14

/* In another's name only a function may speak, and what comes from outside. */
static void check_source(const struct fuzz_world *w, const struct wf_port *port,
			 const struct wf_flow *flow, const struct wf_way *way)
{
	const struct wf_dest *source = wf_dest_find(&w->world, FUZZ_TENANT, flow->src);

	if (wf_port_has_address(port, flow->src))
		MUST(!way->source && way->sid_arg >> 16 << 40 == (uint64_t)port->identity << 40);
	else if (port->is_gateway)
		MUST(!source && !way->source && !(way->sid_arg >> 16 << 40));
	else
		MUST(wf_static_may(port->proxy) && source && way->source == source->node);
}

static void check_way(const struct fuzz_world *w, const struct wf_port *port,
		      const struct wf_inner *in, const struct wf_case *c, const struct wf_way *way)
{
	MUST(!(in->flags & WF_INNER_ROUTING));
	check_source(w, port, &in->flow, way);
	MUST(wf_load_be32(in->flow.dst) != WF_DEFAULT_BLOCK);
	MUST(!wf_is_gateway(in->flow.dst));
	MUST(way->dest && way->path && way->action != WF_ACTION_DROP);
	MUST(way->flow_label - 1 < 0xfffff);
	MUST(way->sid_arg >> 40 == FUZZ_TENANT);
	if (way->action == WF_ACTION_ENCAP)
		MUST(way->path->len >= 40 || (c->leg.sid && way->dest->ifindex));
	else
		MUST(way->dest->ifindex);
}

/* The function was given what this one answers. */
static void give(struct fuzz_world *w, uint32_t ifindex, const struct wf_case *c)
{
	static const struct wf_proxied header;
	struct wf_proxied_key key = {.port = ifindex};

	if (!c->has_back)
		return;
	key.flow = c->back.flow;
	test_memory_remember(&w->memory, WF_MEMORY_PROXIED, &key, &header);
}

static void check(struct fuzz_world *w, enum fuzz_end end, const uint8_t *data, size_t size,
		  uint16_t proto)
{
	const struct wf_port *port = &w->ports[end];
	struct wf_inner in;
	struct wf_case c;
	struct wf_way way;
	enum wf_drop drop;

	if (wf_flow_parse(data, data + size, L3, proto, &in) != WF_FLOW_OK ||
	    !wf_inner_fits(&in, (__u32)size))
		return;
	fuzz_forget(w);
	wf_case_read(data, data + size, &in, &c);
	if (end == FUZZ_AD)
		give(w, FUZZ_IFINDEX + end, &c);
	drop = wf_apply_decide(&w->world, port, &in, &c, wf_flow_hash(&in.flow), &way);
	MUST(drop < WF_DROP_COUNT);
	if (drop == WF_DROP_NONE)
		check_way(w, port, &in, &c, &way);
	else
		MUST(way.action == WF_ACTION_DROP);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_world *w = fuzz_world_get();

	if (size < L3)
		return 0;
	for (int end = 0; end < FUZZ_END_COUNT; end++) {
		check(w, (enum fuzz_end)end, data, size, WF_ETH_P_IPV4);
		check(w, (enum fuzz_end)end, data, size, WF_ETH_P_IPV6);
	}
	return 0;
}
