/* SPDX-License-Identifier: Apache-2.0 */
/* A small fixed world for the fuzz targets of the data path: node 1, tenant 7, A here, R on node 2.
 */
#pragma once

#include "dp/tables_test.h"
#include "wire/sid.h"

#define FUZZ_TENANT  7u
#define FUZZ_IFINDEX 3u
#define FUZZ_SET     0x77ull

struct fuzz_world {
	struct wf_config config;
	struct test_tables tables;
	struct wf_world world;
	struct wf_port port;
};

static inline void fuzz_put_dest(struct test_tables *t, const uint8_t addr[16], uint16_t node)
{
	struct wf_dest_key key = {.tenant = FUZZ_TENANT};
	const struct wf_dest dest = {.home = FUZZ_TENANT,
				     .identity = node,
				     .node = node,
				     .ifindex = node == 1 ? FUZZ_IFINDEX : 0};

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
	const struct wf_set value = {.has_verdicts = 1, .is_tracked = 1};
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

/* The addresses of the sample frames, 10.0.0.1 and fd00::1 here, 10.0.0.2 and fd00::2 there. */
static inline const struct fuzz_world *fuzz_world_get(void)
{
	static struct fuzz_world w;
	uint8_t addr[4][16] = {{[10] = 0xff, 0xff, 10, 0, 0, 1},
			       {0xfd, [15] = 1},
			       {[10] = 0xff, 0xff, 10, 0, 0, 2},
			       {0xfd, [15] = 2}};

	if (w.tables.n)
		return &w;
	w.config.block = WF_DEFAULT_BLOCK;
	w.config.node = 1;
	w.port.tenant = FUZZ_TENANT;
	w.port.identity = 1;
	w.port.n_addrs = 2;
	memcpy(w.port.addrs, addr, sizeof(addr) / 2);
	for (int i = 0; i < 4; i++)
		fuzz_put_dest(&w.tables, addr[i], (uint16_t)(1 + i / 2));
	fuzz_put_policies(&w.tables);
	fuzz_put_sid(&w.tables, 0, WF_BEHAVIOR_UN);
	fuzz_put_sid(&w.tables, WF_FN_END, WF_BEHAVIOR_END);
	fuzz_put_sid(&w.tables, WF_FN_DT46, WF_BEHAVIOR_DT46);
	fuzz_put_paths(&w.tables);
	w.world = (struct wf_world){.config = &w.config,
				    .find = test_tables_find,
				    .tables = &w.tables};
	return &w;
}
