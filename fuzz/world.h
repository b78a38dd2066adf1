/* SPDX-License-Identifier: Apache-2.0 */
/* A small fixed world for the fuzz targets of the data path: node 1, tenant 7, A here, R on node 2.
 */
#pragma once

#include "dp/memory_test.h"
#include "dp/tables_test.h"
#include "dp/proxy.h"
#include "wire/sid.h"

#define FUZZ_TENANT  7u
#define FUZZ_IFINDEX 3u
#define FUZZ_SET     0x77ull

/* Endpoints here, and by these numbers their SIDs: arms of functions, a backend, a gateway's. */
enum fuzz_end {
	FUZZ_PLAIN, /* A, which has none */
	FUZZ_AN,
	FUZZ_AS,
	FUZZ_AD,
	FUZZ_AM,
	FUZZ_BACKEND,
	FUZZ_OUTSIDE,
	FUZZ_END_COUNT,
};

#define FUZZ_PASSED_BY 8u /* SIDs of functions that are down */
#define FUZZ_DOWN      9u

struct fuzz_world {
	struct wf_config config;
	struct test_tables tables;
	struct test_memory memory;
	struct wf_world world;
	struct wf_port ports[FUZZ_END_COUNT];
};

static inline void fuzz_put_dest(struct test_tables *t, const uint8_t addr[16], uint16_t node)
{
	struct wf_dest_key key = {.tenant = FUZZ_TENANT};
	const struct wf_dest dest = {.home = FUZZ_TENANT,
				     .identity = node,
				     .node = node,
				     .ifindex = node == 1 ? FUZZ_IFINDEX + FUZZ_PLAIN : 0};

	memcpy(key.addr, addr, sizeof(key.addr));
	test_tables_put(t, WF_TABLE_DEST, &key, &dest);
}

static inline void fuzz_put_sid(struct test_tables *t, uint16_t function, uint32_t behavior)
{
	const uint64_t head = wf_sid_head_make(WF_DEFAULT_BLOCK, 1, function);
	const struct wf_sid_entry entry = {.behavior = behavior};

	test_tables_put(t, WF_TABLE_SID, &head, &entry);
}

static inline void fuzz_put_paths(struct test_tables *t)
{
	const struct wf_choice_key choice_key = {.tenant = FUZZ_TENANT, .policy = 9, .node = 2};
	const struct wf_choice choice = {.bound = {3, 4}, .n = 2};
	struct wf_path_key key = {.node = 1};
	struct wf_template path = {.len = 0};

	test_tables_put(t, WF_TABLE_CHOICE, &choice_key, &choice);
	test_tables_put(t, WF_TABLE_PATH, &key, &path);
	key = (struct wf_path_key){.tenant = FUZZ_TENANT, .policy = 9, .node = 2};
	path.len = 64;
	for (; key.alternative < choice.n; key.alternative++)
		test_tables_put(t, WF_TABLE_PATH, &key, &path);
}

/* To R by policy 9, but by nothing from TCP port 443 on; connections are followed. */
static inline void fuzz_put_policies(struct test_tables *t)
{
	const uint64_t set = FUZZ_SET, list = 1;
	const struct wf_set value = {.has_verdicts = 1, .is_tracked = 1, .has_zones = 1};
	const struct wf_tenant_entry tenant = {.set = set, .set_out = set};
	const struct wf_verdict_key key = {.set = set,
					   .from = {WF_SIDE_ANY, 0},
					   .to = {FUZZ_TENANT, 2}};
	const struct wf_ranges ranges = {
		.n = 3,
		.items = {{.last = 6 << 16 | 442, .verdict = WF_VERDICT_ALLOW, .way = 9},
			  {.last = 6 << 16 | 0xffff, .verdict = WF_VERDICT_DENY},
			  {.last = WF_RANGE_LAST, .verdict = WF_VERDICT_ALLOW, .way = 9}}};

	test_tables_put(t, WF_TABLE_SET, &set, &value);
	test_tables_put(t, WF_TABLE_VERDICT, &key, &list);
	test_tables_put(t, WF_TABLE_RANGES, &list, &ranges);
	test_tables_put(t, WF_TABLE_TENANT, &(uint32_t){FUZZ_TENANT}, &tenant);
}

/* An endpoint here with 10.0.1.END and fd00::1:END. */
static inline void fuzz_put_end(struct fuzz_world *w, enum fuzz_end end)
{
	const uint32_t ifindex = FUZZ_IFINDEX + end;
	const struct wf_dest dest = {
		.home = FUZZ_TENANT, .identity = 10 + end, .node = 1, .ifindex = ifindex};
	struct wf_port *port = &w->ports[end];
	struct wf_dest_key key = {.tenant = FUZZ_TENANT};

	port->tenant = FUZZ_TENANT;
	port->identity = dest.identity;
	port->n_addrs = 2;
	port->sid = (uint16_t)end;
	port->is_gateway = end == FUZZ_OUTSIDE;
	memcpy(port->addrs[0], (uint8_t[16]){[10] = 0xff, 0xff, 10, 0, 1, (uint8_t)end}, 16);
	memcpy(port->addrs[1], (uint8_t[16]){0xfd, [13] = 1, [15] = (uint8_t)end}, 16);
	for (int i = 0; i < 2; i++) {
		memcpy(key.addr, port->addrs[i], sizeof(key.addr));
		test_tables_put(&w->tables, WF_TABLE_DEST, &key, &dest);
	}
}

/* ... and its SID; packets come back to functions where they went in. */
static inline void fuzz_put_end_sid(struct fuzz_world *w, enum fuzz_end end, uint32_t behavior)
{
	const uint64_t head = wf_sid_head_make(WF_DEFAULT_BLOCK, 1, WF_FN_ENDPOINT | end);
	const uint32_t ifindex = FUZZ_IFINDEX + end;
	const struct wf_sid_entry entry = {.behavior = behavior,
					   .tenant = FUZZ_TENANT,
					   .ifindex = ifindex,
					   .ifindex_out = ifindex};

	fuzz_put_end(w, end);
	w->ports[end].proxy = wf_proxy_is(behavior) ? (uint8_t)behavior : 0;
	test_tables_put(&w->tables, WF_TABLE_SID, &head, &entry);
	test_tables_put(&w->tables, WF_TABLE_PORT, &ifindex, &w->ports[end]);
}

/* By policy 9, from R to A and from there on behind each static or dynamic function. */
static inline void fuzz_put_rests(struct test_tables *t)
{
	const struct wf_choice_key choice_key = {.tenant = FUZZ_TENANT, .policy = 9, .node = 1};
	const struct wf_choice choice = {.bound = {1}, .n = 1, .has_lanes = 1};
	const struct wf_lanes_key lanes_key = {.tenant = FUZZ_TENANT, .policy = 9};
	const struct wf_lanes lanes = {.n = 2, .names = {0x11, 0x22}};
	const struct wf_verdict_key key = {.set = FUZZ_SET,
					   .from = {FUZZ_TENANT, 2},
					   .to = {WF_SIDE_ANY, 0}};
	const struct wf_ranges ranges = {
		.n = 1, .items = {{WF_RANGE_LAST, .verdict = WF_VERDICT_ALLOW, .way = 9}}};
	const struct wf_template path = {.len = 80};
	const uint64_t list = 2;

	test_tables_put(t, WF_TABLE_CHOICE, &choice_key, &choice);
	test_tables_put(t, WF_TABLE_LANES, &lanes_key, &lanes);
	test_tables_put(t, WF_TABLE_VERDICT, &key, &list);
	test_tables_put(t, WF_TABLE_RANGES, &list, &ranges);
	for (uint16_t sid = FUZZ_AS; sid <= FUZZ_AD; sid++) {
		const struct wf_path_key rest = {
			.tenant = FUZZ_TENANT, .policy = 9, .node = 1, .sid = sid, .lane = 0x22};

		test_tables_put(t, WF_TABLE_PATH, &rest, &path);
	}
}

/* tcp/80 of 10.0.0.100 and fd00::100 is spread over FUZZ_BACKEND and R's number 5. */
static inline void fuzz_put_service(struct fuzz_world *w)
{
	const struct wf_service_entry service = {
		.home = FUZZ_TENANT, .id = 3, .target = 8080, .n_blocks = 1, .n_slots = 31};
	const struct wf_share_key share_key = {.tenant = FUZZ_TENANT, .service = 3};
	const uint8_t there[2][16] = {{[10] = 0xff, 0xff, 10, 0, 0, 2}, {0xfd, [15] = 2}};
	struct wf_service_key key = {.tenant = FUZZ_TENANT, .port = 80, .proto = WF_PROTO_TCP};
	struct wf_share share = {0};

	for (int i = 0; i < 2; i++) {
		const uint32_t number = (uint32_t)(1 + i) << 16 | FUZZ_BACKEND;
		struct wf_backend backend = {.tenant = FUZZ_TENANT,
					     .identity = i ? 2 : 10 + FUZZ_BACKEND};

		memcpy(backend.v4, i ? there[0] : w->ports[FUZZ_BACKEND].addrs[0], 16);
		memcpy(backend.v6, i ? there[1] : w->ports[FUZZ_BACKEND].addrs[1], 16);
		memcpy(key.addr,
		       i ? (uint8_t[16]){0xfd, [14] = 1}
			 : (uint8_t[16]){[10] = 0xff, 0xff, 10, 0, 0, 100},
		       16);
		test_tables_put(&w->tables, WF_TABLE_SERVICE, &key, &service);
		test_tables_put(&w->tables, WF_TABLE_BACKEND, &number, &backend);
	}
	for (int i = 0; i < WF_SHARE_SLOTS; i++)
		share.slots[i][0] = (struct wf_candidate){(uint16_t)(1 + i % 2), FUZZ_BACKEND};
	test_tables_put(&w->tables, WF_TABLE_SHARE, &share_key, &share);
}

/* 10.0.0.0/8 and fd00::/16 are the tenant's; all else is outside, by node 2 or by FUZZ_OUTSIDE. */
static inline void fuzz_put_exits(struct test_tables *t)
{
	const uint32_t inside = WF_ZONE_INSIDE, tenant = FUZZ_TENANT;
	struct wf_zone_key zones[2] = {
		{.prefix_len = 64 + 96 + 8,
		 .set = {[7] = FUZZ_SET},
		 .addr = {[10] = 0xff, 0xff, 10}},
		{.prefix_len = 64 + 16, .set = {[7] = FUZZ_SET}, .addr = {0xfd}}};
	struct wf_egress_entry entry = {.n = 2};

	for (uint16_t i = 0; i < 2; i++) {
		entry.exits[i] =
			(struct wf_exit){.dest = {.home = FUZZ_TENANT,
						  .node = 2 - i,
						  .ifindex = i ? FUZZ_IFINDEX + FUZZ_OUTSIDE : 0},
					 .sid = FUZZ_OUTSIDE,
					 .flags = WF_EXIT_V4 | WF_EXIT_V6 | WF_EXIT_ANSWERS};
		test_tables_put(t, WF_TABLE_ZONE, &zones[i], &inside);
	}
	test_tables_put(t, WF_TABLE_EGRESS, &tenant, &entry);
}

static inline void fuzz_put_ends(struct fuzz_world *w)
{
	static const uint32_t behaviors[FUZZ_END_COUNT] = {
		[FUZZ_AN] = WF_BEHAVIOR_AN,	 [FUZZ_AS] = WF_BEHAVIOR_AS,
		[FUZZ_AD] = WF_BEHAVIOR_AD,	 [FUZZ_AM] = WF_BEHAVIOR_AM,
		[FUZZ_BACKEND] = WF_BEHAVIOR_DX, [FUZZ_OUTSIDE] = WF_BEHAVIOR_DX_OUT};

	for (int end = FUZZ_AN; end < FUZZ_END_COUNT; end++)
		fuzz_put_end_sid(w, (enum fuzz_end)end, behaviors[end]);
	for (uint64_t number = FUZZ_PASSED_BY; number <= FUZZ_DOWN; number++) {
		const uint64_t head = wf_sid_head_make(WF_DEFAULT_BLOCK, 1,
						       (uint16_t)(WF_FN_ENDPOINT | number));
		const struct wf_sid_entry entry = {.behavior = WF_BEHAVIOR_AD,
						   .tenant = FUZZ_TENANT,
						   .is_passed_by = number == FUZZ_PASSED_BY};

		test_tables_put(&w->tables, WF_TABLE_SID, &head, &entry);
	}
	fuzz_put_rests(&w->tables);
	fuzz_put_service(w);
	fuzz_put_exits(&w->tables);
}

/* Nothing is remembered of the packets before, but that the backend has no flows. */
static inline void fuzz_forget(struct fuzz_world *w)
{
	const uint32_t sid = FUZZ_BACKEND;
	const struct wf_load load = {0};

	w->memory.n = 0;
	test_memory_remember(&w->memory, WF_MEMORY_LOAD, &sid, &load);
}

/* The addresses of the sample frames, 10.0.0.1 and fd00::1 here, 10.0.0.2 and fd00::2 there. */
static inline struct fuzz_world *fuzz_world_get(void)
{
	static struct fuzz_world w;
	uint8_t addr[4][16] = {{[10] = 0xff, 0xff, 10, 0, 0, 1},
			       {0xfd, [15] = 1},
			       {[10] = 0xff, 0xff, 10, 0, 0, 2},
			       {0xfd, [15] = 2}};

	if (w.tables.n) {
		fuzz_forget(&w);
		return &w;
	}
	w.config.block = WF_DEFAULT_BLOCK;
	w.config.node = 1;
	w.ports[FUZZ_PLAIN] = (struct wf_port){.tenant = FUZZ_TENANT, .identity = 1, .n_addrs = 2};
	memcpy(w.ports[FUZZ_PLAIN].addrs, addr, sizeof(addr) / 2);
	for (int i = 0; i < 4; i++)
		fuzz_put_dest(&w.tables, addr[i], (uint16_t)(1 + i / 2));
	fuzz_put_policies(&w.tables);
	fuzz_put_sid(&w.tables, 0, WF_BEHAVIOR_UN);
	fuzz_put_sid(&w.tables, WF_FN_END, WF_BEHAVIOR_END);
	fuzz_put_sid(&w.tables, WF_FN_DT46, WF_BEHAVIOR_DT46);
	fuzz_put_paths(&w.tables);
	fuzz_put_ends(&w);
	fuzz_forget(&w);
	w.world = (struct wf_world){.config = &w.config,
				    .find = test_tables_find,
				    .tables = &w.tables,
				    .recall = test_memory_recall,
				    .remember = test_memory_remember,
				    .memory = &w.memory};
	return &w;
}
