// SPDX-License-Identifier: Apache-2.0
/*
 * Arbitrary frames of the underlay: headers, walk, packet inside, decision. Each frame is looked at
 * as it is, and with each of the node's SIDs for a destination, or few would get far.
 */
#include "fuzz/target.h"

#include "fuzz/world.h"
#include "dp/apply.h"
#include "dp/segment.h"
#include "dp/serve.h"
#include "dp/validate.h"
#include "dp/verify.h"

/* End.DX: the backend takes it, or the next one is asked. */
static void check_served(const struct fuzz_world *w, const uint8_t *data, size_t size,
			 const struct wf_outer *o)
{
	const uint16_t proto = o->upper == WF_PROTO_IPV4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6;
	const uint16_t function = (uint16_t)wf_sid_head(o->dst);
	struct wf_inner in;
	struct wf_case c;

	MUST(function == (WF_FN_ENDPOINT | FUZZ_BACKEND));
	if (wf_flow_parse(data, data + size, o->upper_off, proto, &in) != WF_FLOW_OK ||
	    !wf_inner_fits(&in, (__u32)size))
		return;
	wf_case_read(data, data + size, &in, &c);
	if (wf_serve(&w->world, &c, FUZZ_TENANT, FUZZ_BACKEND, !o->segments_left) == WF_DROP_NONE)
		MUST(c.alias.at == WF_ALIAS_TO &&
		     wf_port_has_address(&w->ports[FUZZ_BACKEND], c.alias.addr));
}

/* Into a function: the headers, as they are remembered, are those that it comes back with. */
static void check_proxied(const uint8_t *data, size_t size, const struct wf_outer *o)
{
	struct wf_proxied m = {.len = (uint16_t)(o->upper_off - WF_OUTER_OFF)};
	struct wf_ipv6 ip;

	MUST(o->function > WF_FN_ENDPOINT && o->function <= (WF_FN_ENDPOINT | FUZZ_AM));
	MUST(o->upper_off <= size && o->upper_off >= WF_OUTER_OFF + WF_IPV6_LEN);
	if (m.len > sizeof(m.header))
		return;
	memcpy(m.header, data + WF_OUTER_OFF, m.len);
	wf_proxied_settle(&m, o);
	memcpy(&ip, m.header, sizeof(ip));
	MUST(wf_proxied_is_ip(&m, &ip, WF_BEHAVIOR_AD) && wf_equal16(ip.dst, o->dst));
	MUST(wf_proxied_is_srh(&m, m.header + WF_IPV6_LEN, m.header + m.len, m.len - WF_IPV6_LEN));
	MUST(!o->srh_off || m.header[WF_IPV6_LEN + 3] == o->segments_left);
}

static void check_inside(const struct fuzz_world *w, const uint8_t *data, size_t size,
			 const struct wf_outer *o)
{
	const uint16_t proto = o->upper == WF_PROTO_IPV4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6;
	const struct wf_dest *dest = NULL;
	struct wf_inner in;
	struct wf_proof proof;
	const struct wf_arrival arrival = {.outer = o, .proof = &proof, .in = &in};
	struct wf_case c;

	MUST(o->segments_left == 0 && o->upper_off <= size);
	MUST(o->upper == WF_PROTO_IPV4 || o->upper == WF_PROTO_IPV6);
	if (wf_flow_parse(data, data + size, o->upper_off, proto, &in) != WF_FLOW_OK ||
	    !wf_inner_fits(&in, (__u32)size))
		return;
	wf_proof_plain(o, &proof);
	wf_case_read(data, data + size, &in, &c);
	if (wf_validate_decide(&w->world, &arrival, &c, &dest) != WF_DROP_NONE)
		return;
	MUST(dest && dest->ifindex);
	MUST(dest->home ? dest->home == FUZZ_TENANT : dest->ifindex == FUZZ_IFINDEX + FUZZ_OUTSIDE);
	MUST(!(in.flags & WF_INNER_ROUTING));
	MUST(wf_sid_arg_unpack(wf_sid_arg(o->dst)).tenant == FUZZ_TENANT);
	MUST(in.l3_off + in.ip_len <= size);
}

static void check(const struct fuzz_world *w, const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	enum wf_drop drop = WF_DROP_NONE;
	struct wf_outer o;
	enum wf_step step;

	if (wf_outer_parse(data, end, &o) != WF_DROP_NONE)
		return;
	MUST(o.upper_off <= size);
	step = wf_segment_walk(&w->world, data, end, &o, &drop);
	if (step == WF_STEP_DECAP)
		check_inside(w, data, size, &o);
	if (step == WF_STEP_SERVE)
		check_served(w, data, size, &o);
	if (step == WF_STEP_PROXY)
		check_proxied(data, size, &o);
	if (step == WF_STEP_DROP)
		MUST(drop != WF_DROP_NONE && drop < WF_DROP_COUNT);
	if (step == WF_STEP_FORWARD)
		MUST(wf_load_be32(o.dst) != WF_DEFAULT_BLOCK || wf_load_be16(o.dst + 4) != 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t functions[] = {0,
					     1,
					     WF_FN_END,
					     WF_FN_DT46,
					     WF_FN_ENDPOINT | FUZZ_AN,
					     WF_FN_ENDPOINT | FUZZ_AS,
					     WF_FN_ENDPOINT | FUZZ_AD,
					     WF_FN_ENDPOINT | FUZZ_AM,
					     WF_FN_ENDPOINT | FUZZ_BACKEND,
					     WF_FN_ENDPOINT | FUZZ_OUTSIDE,
					     WF_FN_ENDPOINT | FUZZ_PASSED_BY,
					     WF_FN_ENDPOINT | FUZZ_DOWN};
	static const struct wf_sid_arg from_r = {.tenant = FUZZ_TENANT, .identity = 2};
	const struct fuzz_world *w = fuzz_world_get();
	uint8_t *copy;

	if (size < WF_OUTER_OFF + WF_IPV6_LEN)
		return 0;
	check(w, data, size);
	copy = malloc(size);
	MUST(copy);
	memcpy(copy, data, size);
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		wf_sid_node_addr(copy + WF_OUTER_OFF + 8, WF_DEFAULT_BLOCK, 2);
		wf_sid_make(copy + WF_OUTER_OFF + 24, WF_DEFAULT_BLOCK, 1, functions[i],
			    wf_sid_arg_pack(&from_r));
		check(w, copy, size);
	}
	free(copy);
	return 0;
}
