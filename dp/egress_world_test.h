/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A world for tests of gateways: what is inside, who is where, and who may.
 *
 *   tenant 7, inside 10.0.0.0/16 and fd00::/16; what its policies do not say is allowed to its own
 *   A fd00::1, 10.0.0.1 on this node, 1       B fd00::2 on node 2, a backend
 *   gateways: on this node (sid 11, fd00::9), on nodes 2 and 3 (sid 21, 31)
 *   a service fd00::100, tcp/80 -> B's 8080, that is published as 2001:db8::80
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dp/memory_test.h"
#include "dp/tables_test.h"
#include "dp/apply.h"
#include "dp/validate.h"

#define BLOCK	WF_DEFAULT_BLOCK
#define TENANT	7u
#define OTHER	8u
#define SET	1ull
#define POLICY	5
#define SERVICE 6
#define IF_A	9
#define IF_GW	15

#define S WF_TCP_SYN
#define A WF_TCP_ACK

#define BOTH (WF_EXIT_V4 | WF_EXIT_V6)

static const struct wf_config config = {.block = BLOCK, .node = 1};
static struct test_tables tables;
static struct test_memory memory;
static struct wf_world world = {.config = &config,
				.find = test_tables_find,
				.tables = &tables,
				.recall = test_memory_recall,
				.remember = test_memory_remember,
				.memory = &memory};

/* Addresses: a letter of this node's world, or somebody outside. */
struct addr {
	uint8_t a[16];
};

#define V4(...)                                               \
	{                                                     \
		{                                             \
			[10] = 0xff, [11] = 0xff, __VA_ARGS__ \
		}                                             \
	}
static const struct addr addr_a = {{0xfd, [15] = 1}}, addr_b = {{0xfd, [15] = 2}},
			 addr_gw = {{0xfd, [15] = 9}}, addr_none = {{0xfd, [15] = 77}},
			 addr_vip = {{0xfd, [14] = 1}},
			 addr_public = {{0x20, 1, 0x0d, 0xb8, [15] = 0x80}},
			 addr_out = {{0x20, 1, 0x0d, 0xb8, [15] = 7}},
			 addr_router = {{0x20, 1, 0x0d, 0xb8, [15] = 8}},
			 addr_link = {{0xfe, 0x80, [15] = 7}}, addr_group = {{0xff, 2, [15] = 1}},
			 addr_sid = {{0x5f, 0, 0, 0, [15] = 1}}, addr_a4 = V4([12] = 10, [15] = 1),
			 addr_out4 = V4([12] = 192, 0, 2, 7), addr_none4 = V4([12] = 10, [15] = 77),
			 addr_link4 = V4([12] = 169, 254, 169, 254);

static const struct wf_dest dest_a = {.home = TENANT, .identity = 1, .node = 1, .ifindex = IF_A};
static const struct wf_dest dest_b = {.home = TENANT, .identity = 2, .node = 2};
static const struct wf_dest dest_gw = {.home = TENANT, .identity = 3, .node = 1, .ifindex = IF_GW};

static const struct wf_exit exit_here = {.dest = {.home = TENANT, .node = 1, .ifindex = IF_GW},
					 .sid = 11,
					 .flags = BOTH},
			    exit_2 = {.dest = {.home = TENANT, .node = 2},
				      .sid = 21,
				      .flags = BOTH},
			    exit_3 = {.dest = {.home = TENANT, .node = 3},
				      .sid = 31,
				      .flags = BOTH};

static struct wf_port port_a = {.tenant = TENANT, .identity = 1, .n_addrs = 2};
static struct wf_port port_gw = {
	.tenant = TENANT, .identity = 3, .n_addrs = 1, .sid = 11, .is_gateway = 1};

static inline void put_dest(uint32_t tenant, const struct addr *addr, const struct wf_dest *dest)
{
	struct wf_dest_key key = {.tenant = tenant};

	memcpy(key.addr, addr->a, 16);
	test_tables_put(&tables, WF_TABLE_DEST, &key, dest);
}

static inline void put_exits(const struct wf_exit *exits, uint32_t n)
{
	struct wf_egress_entry entry = {.n = n};

	if (n)
		memcpy(entry.exits, exits, n * sizeof(*exits));
	test_tables_put(&tables, WF_TABLE_EGRESS, &(uint32_t){TENANT}, &entry);
}

static inline void put_set(struct wf_set set)
{
	const struct wf_tenant_entry entry = {.set = SET, .set_out = SET};

	test_tables_put(&tables, WF_TABLE_SET, &(uint64_t){SET}, &set);
	test_tables_put(&tables, WF_TABLE_TENANT, &(uint32_t){TENANT}, &entry);
}

/* All that @from sends to @to is allowed, by POLICY; by its way if @way. */
static inline void allow(struct wf_side from, struct wf_side to, _Bool way)
{
	const struct wf_verdict_key key = {.set = SET, .from = from, .to = to};
	const uint64_t number = (uint64_t)from.tenant << 32 | from.id << 8 | to.id;
	const struct wf_ranges list = {.n = 1,
				       .items = {{.last = WF_RANGE_LAST,
						  .policy = POLICY,
						  .way = way ? POLICY : 0,
						  .verdict = WF_VERDICT_ALLOW}}};

	test_tables_put(&tables, WF_TABLE_RANGES, &number, &list);
	test_tables_put(&tables, WF_TABLE_VERDICT, &key, &number);
}

static const struct wf_side internet = {WF_SIDE_INTERNET, 0}, side_a = {TENANT, 1},
			    side_b = {TENANT, 2};

static inline void put_inside(struct addr prefix, uint32_t bits)
{
	struct wf_zone_key key = {.prefix_len = WF_ZONE_SET_BITS + bits};
	const uint32_t inside = WF_ZONE_INSIDE;

	wf_store_be64(key.set, SET);
	memcpy(key.addr, prefix.a, 16);
	test_tables_put(&tables, WF_TABLE_ZONE, &key, &inside);
}

static inline void put_path(struct wf_path_key key, uint16_t len)
{
	const struct wf_template t = {.len = len};

	test_tables_put(&tables, WF_TABLE_PATH, &key, &t);
}

static inline void put_service(const struct addr *addr)
{
	const struct wf_service_entry entry = {
		.home = TENANT, .id = SERVICE, .target = 8080, .n_blocks = 1, .n_slots = 31};
	struct wf_service_key key = {.tenant = TENANT, .port = 80, .proto = 6};

	memcpy(key.addr, addr->a, 16);
	test_tables_put(&tables, WF_TABLE_SERVICE, &key, &entry);
}

/* B on @node with number @sid is the only backend. */
static inline void put_backend(uint16_t node, uint16_t sid)
{
	const struct wf_share_key share_key = {.tenant = TENANT, .service = SERVICE};
	const uint32_t key = (uint32_t)node << 16 | sid;
	struct wf_backend b = {.tenant = TENANT, .identity = 2};
	struct wf_share share = {0};

	for (int i = 0; i < WF_SHARE_SLOTS; i++)
		share.slots[i][0] = (struct wf_candidate){node, sid};
	memcpy(b.v6, addr_b.a, 16);
	test_tables_put(&tables, WF_TABLE_SHARE, &share_key, &share);
	test_tables_put(&tables, WF_TABLE_BACKEND, &key, &b);
}

static inline void put_sid(uint16_t function, uint32_t behavior, uint32_t tenant)
{
	const uint64_t head = wf_sid_head_make(BLOCK, 1, function);
	const struct wf_sid_entry sid = {
		.behavior = behavior, .tenant = tenant, .ifindex = tenant ? IF_GW : 0, .mac = {5}};

	test_tables_put(&tables, WF_TABLE_SID, &head, &sid);
}

static inline int fill(void **state)
{
	const struct wf_exit exits[] = {exit_here, exit_2, exit_3};

	(void)state;
	tables.n = 0;
	memory.n = 0;
	world.now_s = 1000;
	put_set((struct wf_set){.is_tracked = 1, .has_verdicts = 1, .has_zones = 1});
	put_inside((struct addr){{0xfd}}, 16);
	put_inside((struct addr)V4([12] = 10), 96 + 16);
	put_dest(TENANT, &addr_a, &dest_a);
	put_dest(TENANT, &addr_a4, &dest_a);
	put_dest(TENANT, &addr_b, &dest_b);
	put_dest(TENANT, &addr_gw, &dest_gw);
	put_exits(exits, 3);
	put_path((struct wf_path_key){.node = 1}, 0);
	put_path((struct wf_path_key){.node = 2}, 40);
	put_path((struct wf_path_key){.node = 2, .sid = 21}, 40);
	put_path((struct wf_path_key){.node = 3, .sid = 31}, 40);
	put_path((struct wf_path_key){.node = 2, .sid = 22}, 40);
	put_service(&addr_vip);
	put_service(&addr_public);
	put_backend(2, 22);
	put_sid(WF_FN_DT46, WF_BEHAVIOR_DT46, 0);
	put_sid(WF_FN_ENDPOINT | 11, WF_BEHAVIOR_DX_OUT, TENANT);
	memcpy(port_a.addrs[0], addr_a.a, 16);
	memcpy(port_a.addrs[1], addr_a4.a, 16);
	memcpy(port_gw.addrs[0], addr_gw.a, 16);
	return 0;
}

/* A packet of TCP, or an ICMP error that quotes one. */
struct sent {
	const struct addr *src, *dst;
	uint16_t sport, dport;
	uint8_t flags;
	const struct sent *quoted;
};

static inline struct wf_flow flow_of(const struct sent *p)
{
	struct wf_flow f = {.sport = wf_htons(p->sport),
			    .dport = wf_htons(p->dport),
			    .proto = WF_PROTO_TCP};

	memcpy(f.src, p->src->a, 16);
	memcpy(f.dst, p->dst->a, 16);
	return f;
}

static inline void read_case(const struct sent *p, struct wf_inner *in, struct wf_case *c)
{
	const uint8_t l4[WF_CASE_BYTES] = {p->quoted ? 1 : 0, [12] = 0x50, p->flags};

	*in = (struct wf_inner){.flow = flow_of(p), .l3_off = 14, .l4_off = 54, .ip_len = 140};
	if (p->quoted) {
		in->flow.proto = WF_PROTO_ICMPV6;
		in->flow.sport = 0;
		in->flow.dport = WF_BE16(1 << 8);
	}
	in->upper = in->flow.proto;
	if (wf_ipv6_is_v4mapped(p->src->a))
		in->flags = WF_INNER_V4;
	wf_case_fill(in, l4, WF_CASE_BYTES, c);
	if (!p->quoted)
		return;
	c->back.flow = flow_of(p->quoted);
	c->has_back = 1;
}

static struct wf_case last;
static struct wf_way way;

/* From @port's endpoint. */
static inline enum wf_drop leave(const struct wf_port *port, const struct sent *p)
{
	struct wf_inner in;

	read_case(p, &in, &last);
	return wf_apply_decide(&world, port, &in, &last, wf_flow_hash(&in.flow), &way);
}

/* At @function of this node, from @node by who claims @identity; the interface, or 0, to @ret. */
static inline enum wf_drop arrive(const struct sent *p, uint16_t function, uint16_t node,
				  uint32_t identity, uint32_t *ret)
{
	const struct wf_sid_arg arg = {.tenant = TENANT, .identity = identity};
	const struct wf_proof proof = {.arg = wf_sid_arg_pack(&arg), .source = node};
	const struct wf_dest *dest = NULL;
	struct wf_outer o = {0};
	struct wf_inner in;
	const struct wf_arrival a = {.outer = &o, .proof = &proof, .in = &in};
	enum wf_drop drop;

	read_case(p, &in, &last);
	wf_sid_make(o.dst, BLOCK, 1, function, proof.arg);
	drop = wf_validate_decide(&world, &a, &last, &dest);
	*ret = dest ? dest->ifindex : 0;
	return drop;
}

/* The connection that @p opened into @tenant, or NULL. */
static inline struct wf_conn *conn_of(const struct sent *p)
{
	const struct wf_conn_key key = {.flow = flow_of(p), .tenant = TENANT};

	return test_memory_recall(&memory, WF_MEMORY_CONN, &key);
}
