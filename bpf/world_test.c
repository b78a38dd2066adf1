// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bpf/world_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "bpf/packet_test.h"
#include "dp/config.h"

#ifndef GOLDENS
#error "GOLDENS is the path of tests/goldens/encap.txt"
#endif

const uint8_t gateway_mac[6] = WF_GATEWAY_MAC;
const uint8_t mac_a[6] = {2, 0, 0, 0, 0, 0x0a};
const uint8_t mac_b[6] = {2, 0, 0, 0, 0, 0x0b};
const uint8_t mac_blue[6] = {2, 0, 0, 0, 0, 0x0c};
const uint8_t mac_underlay[6] = {2, 0, 0, 0, 1, 0};
const uint8_t mac_router[6] = {2, 0, 0, 0, 0, 0x99};

static unsigned int hex_read(const char *hex, uint8_t *bytes)
{
	unsigned int n = 0, byte;

	while (sscanf(hex + 2 * n, "%2x", &byte) == 1)
		bytes[n++] = (uint8_t)byte;
	return n;
}

void world_golden(const char *encoding, unsigned int n, const char *family, struct packet *ret)
{
	char line[1024], got_encoding[8], got_family[4], hex[800];
	FILE *file = fopen(GOLDENS, "r");
	unsigned int got_n;

	assert_non_null(file);
	ret->len = 0;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%7s %u %3s %799s", got_encoding, &got_n, got_family, hex) != 4)
			continue;
		if (strcmp(got_encoding, encoding) == 0 && got_n == n &&
		    strcmp(got_family, family) == 0)
			ret->len = hex_read(hex, ret->bytes);
	}
	fclose(file);
	assert_true(ret->len >= 40);
}

void world_template(const char *encoding, unsigned int n, struct wf_template *ret)
{
	struct packet golden;

	world_golden(encoding, n, "v4", &golden);
	memset(ret, 0, sizeof(*ret));
	assert_true(golden.len <= sizeof(ret->header));
	ret->len = (uint16_t)golden.len;
	ret->arg_offset = golden.len == 40 ? 32 : 56;
	ret->next_header_offset = golden.len == 40 ? 6 : 40;
	memcpy(ret->header, golden.bytes, golden.len);
	memset(ret->header + ret->arg_offset, 0, 8);
	ret->header[ret->next_header_offset] = 0;
}

void world_put_path(struct fixture *f, uint8_t alternative, const struct wf_template *t)
{
	struct wf_path_key key = {
		.tenant = RED, .policy = POLICY, .node = 2, .alternative = alternative};

	fixture_put(f, WF_TABLE_PATH, &key, t);
}

void world_put_dest(struct fixture *f, uint32_t tenant, const char *addr,
		    const struct wf_dest *dest)
{
	struct wf_dest_key key = {.tenant = tenant};

	addr_of(addr, key.addr);
	fixture_put(f, WF_TABLE_DEST, &key, dest);
}

static void put_port(struct fixture *f, uint32_t tenant, uint32_t identity, const uint8_t mac[6],
		     uint32_t ifindex, const char *v4, const char *v6)
{
	struct wf_port port = {.tenant = tenant, .identity = identity, .n_addrs = 2};
	struct wf_dest dest = {
		.home = tenant, .identity = identity, .node = TEST_NODE, .ifindex = ifindex};

	memcpy(port.mac, mac, 6);
	memcpy(dest.mac, mac, 6);
	addr_of(v4, port.addrs[0]);
	addr_of(v6, port.addrs[1]);
	fixture_put(f, WF_TABLE_PORT, &ifindex, &port);
	world_put_dest(f, tenant, v4, &dest);
	world_put_dest(f, tenant, v6, &dest);
}

static void put_direct(struct fixture *f, uint16_t node)
{
	struct wf_path_key key = {.node = node};
	struct wf_template t = {0};

	if (node != TEST_NODE)
		world_template("csid", 0, &t);
	if (node != TEST_NODE)
		wf_store_be16(t.header + 28, node);
	fixture_put(f, WF_TABLE_PATH, &key, &t);
}

static void put_sid(struct fixture *f, uint16_t function, uint32_t behavior)
{
	uint64_t head = wf_sid_head_make(TEST_BLOCK, TEST_NODE, function);
	struct wf_sid_entry entry = {.behavior = behavior};

	fixture_put(f, WF_TABLE_SID, &head, &entry);
}

void world_put_set(struct fixture *f, uint32_t tenant, uint64_t number, const struct wf_set *set)
{
	const struct wf_tenant_entry entry = {.set = number, .set_out = number};

	fixture_put(f, WF_TABLE_SET, &number, set);
	fixture_put(f, WF_TABLE_TENANT, &tenant, &entry);
}

void world_put_list(struct fixture *f, uint64_t set, struct wf_side from, struct wf_side to,
		    uint64_t number, const struct wf_range *items, uint32_t n)
{
	const struct wf_verdict_key key = {.set = set, .from = from, .to = to};
	struct wf_ranges ranges = {.n = n};

	memcpy(ranges.items, items, n * sizeof(*items));
	fixture_put(f, WF_TABLE_RANGES, &number, &ranges);
	fixture_put(f, WF_TABLE_VERDICT, &key, &number);
}

static void put_zone(struct fixture *f, uint64_t set, const char *prefix, uint32_t bits)
{
	const uint32_t inside = WF_ZONE_INSIDE;
	struct wf_zone_key key = {.prefix_len = WF_ZONE_SET_BITS + bits};

	wf_store_be64(key.set, set);
	addr_of(prefix, key.addr);
	fixture_put(f, WF_TABLE_ZONE, &key, &inside);
}

static void put_tenant(struct fixture *f, uint32_t tenant, uint64_t number)
{
	const struct wf_set set = {.has_verdicts = tenant == RED, .has_zones = 1};

	world_put_set(f, tenant, number, &set);
	put_zone(f, number, "10.0.0.0", 96 + 16);
	put_zone(f, number, "fd00::", 16);
}

static void put_policy(struct fixture *f)
{
	const struct wf_policy_key policy_key = {.set = RED_SET, .policy = POLICY};
	const struct wf_policy_entry policy = {0};
	const struct wf_side a = {RED, IDENTITY_A}, r = {RED, IDENTITY_R};
	const struct wf_range all = {.last = WF_RANGE_LAST,
				     .policy = POLICY,
				     .way = POLICY,
				     .verdict = WF_VERDICT_ALLOW};
	struct wf_choice_key choice_key = {.tenant = RED, .policy = POLICY, .node = 2};
	struct wf_choice choice = {.bound = {1}, .n = 1};
	struct wf_template t;

	fixture_put(f, WF_TABLE_POLICY, &policy_key, &policy);
	world_put_list(f, RED_SET, a, r, 1, &all, 1);
	fixture_put(f, WF_TABLE_CHOICE, &choice_key, &choice);
	world_template("csid", 2, &t);
	world_put_path(f, 0, &t);
}

static void put_counter(struct fixture *f, uint32_t kind, const void *name, size_t len,
			uint32_t slot)
{
	struct wf_counter_key key = {.kind = kind};

	memcpy(key.name, name, len);
	fixture_put(f, WF_TABLE_COUNTER, &key, &slot);
}

static void put_counters(struct fixture *f)
{
	const struct wf_path_key path = {.tenant = RED, .policy = POLICY, .node = 2};
	const struct wf_path_key home = {.node = TEST_NODE};
	const struct wf_policy_name by_policy = {RED, POLICY}, by_none = {RED, 0};
	struct wf_dest_key a = {.tenant = RED}, b = {.tenant = RED};

	addr_of("10.0.0.1", a.addr);
	addr_of("10.0.0.2", b.addr);
	put_counter(f, WF_COUNTER_ENDPOINT_TX, &a, sizeof(a), SLOT_A_TX);
	put_counter(f, WF_COUNTER_ENDPOINT_RX, &a, sizeof(a), SLOT_A_RX);
	put_counter(f, WF_COUNTER_ENDPOINT_RX, &b, sizeof(b), SLOT_B_RX);
	put_counter(f, WF_COUNTER_PATH, &path, sizeof(path), SLOT_PATH);
	put_counter(f, WF_COUNTER_PATH, &home, sizeof(home), SLOT_HOME);
	put_counter(f, WF_COUNTER_POLICY_IN, &by_policy, sizeof(by_policy), SLOT_RED_IN);
	put_counter(f, WF_COUNTER_POLICY_IN, &by_none, sizeof(by_none), SLOT_RED_IN_0);
	put_counter(f, WF_COUNTER_ENDPOINT_TX_DROP, &a, sizeof(a), SLOT_A_TX_DROP);
	put_counter(f, WF_COUNTER_ENDPOINT_RX_DROP, &a, sizeof(a), SLOT_A_RX_DROP);
	put_counter(f, WF_COUNTER_POLICY_DENY_IN, &by_none, sizeof(by_none), SLOT_RED_DENY_IN);
	put_counter(f, WF_COUNTER_POLICY_DENY_OUT, &by_none, sizeof(by_none), SLOT_RED_DENY_OUT);
}

void world_fill(struct fixture *f)
{
	const struct wf_dest red_r = {
		.home = RED, .identity = IDENTITY_R, .identity_was = IDENTITY_A, .node = 2};
	const struct wf_dest blue_r = {.home = BLUE, .node = 3};

	put_tenant(f, RED, RED_SET);
	put_tenant(f, BLUE, BLUE_SET);
	put_port(f, RED, IDENTITY_A, mac_a, f->ports[0], "10.0.0.1", "fd00::1");
	put_port(f, RED, IDENTITY_B, mac_b, f->ports[1], "10.0.0.2", "fd00::2");
	put_port(f, BLUE, IDENTITY_B, mac_blue, f->ports[2], "10.0.0.1", "fd00::1");
	world_put_dest(f, RED, "10.0.0.3", &red_r);
	world_put_dest(f, RED, "fd00::3", &red_r);
	world_put_dest(f, BLUE, "10.0.0.3", &blue_r);
	world_put_dest(f, BLUE, "fd00::3", &blue_r);
	for (uint16_t node = 1; node <= 3; node++)
		put_direct(f, node);
	put_sid(f, 0, WF_BEHAVIOR_UN);
	put_sid(f, WF_FN_END, WF_BEHAVIOR_END);
	put_sid(f, WF_FN_DT46, WF_BEHAVIOR_DT46);
	put_policy(f);
	put_counters(f);
}
