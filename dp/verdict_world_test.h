/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A world in which nothing passes but what a test allows: a and b of a tenant that follows
 * connections, and a guest, of another one that does not. Packets are judged one after the other.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dp/memory_test.h"
#include "dp/tables_test.h"
#include "dp/verdict.h"

#define TENANT 7u
#define GUEST  8u /* another tenant, whose endpoints may come */
#define SET    1ull
#define SET_8  2ull
#define POLICY 5

#define S (WF_TCP_SYN)
#define A (WF_TCP_ACK)
#define F (WF_TCP_FIN | WF_TCP_ACK)
#define R (WF_TCP_RST)

static const struct wf_config config = {.block = WF_DEFAULT_BLOCK, .node = 1};
static struct test_tables tables;
static struct test_memory memory;
static struct wf_world world = {.config = &config,
				.find = test_tables_find,
				.tables = &tables,
				.recall = test_memory_recall,
				.remember = test_memory_remember,
				.memory = &memory};

static const struct wf_party a = {TENANT, 1}, b = {TENANT, 2}, guest = {GUEST, 1};
static const struct wf_side side_a = {TENANT, 1}, side_b = {TENANT, 2}, side_guest = {GUEST, 1};

static inline void put_set(uint32_t tenant, uint64_t number, struct wf_set set)
{
	const struct wf_tenant_entry entry = {.set = number, .set_out = number};

	test_tables_put(&tables, WF_TABLE_SET, &number, &set);
	test_tables_put(&tables, WF_TABLE_TENANT, &tenant, &entry);
}

/* Of @from's packets to @to: what @list says; its number is that of its first policy. */
static inline void put_list(struct wf_side from, struct wf_side to, const struct wf_ranges *list)
{
	const struct wf_verdict_key key = {.set = SET, .from = from, .to = to};
	const uint64_t number = (uint64_t)from.tenant << 32 | from.id << 8 | to.id;

	test_tables_put(&tables, WF_TABLE_RANGES, &number, list);
	test_tables_put(&tables, WF_TABLE_VERDICT, &key, &number);
}

static inline void put_all(struct wf_side from, struct wf_side to, uint8_t verdict)
{
	const struct wf_ranges list = {.n = 1,
				       .items = {{.last = WF_RANGE_LAST,
						  .policy = POLICY,
						  .way = verdict == WF_VERDICT_ALLOW ? POLICY : 0,
						  .verdict = verdict}}};

	put_list(from, to, &list);
}

/* TCP and UDP port 80 alone. */
static inline void put_port_80(struct wf_side from, struct wf_side to)
{
	static const uint32_t lasts[] = {6 << 16 | 79, 6 << 16 | 80, 17 << 16 | 79, 17 << 16 | 80,
					 WF_RANGE_LAST};
	struct wf_ranges list = {.n = 5};

	for (uint32_t i = 0; i < list.n; i++) {
		list.items[i].last = lasts[i];
		if (i % 2)
			list.items[i] = (struct wf_range){.last = lasts[i],
							  .policy = POLICY,
							  .way = POLICY,
							  .verdict = WF_VERDICT_ALLOW};
	}
	put_list(from, to, &list);
}

static inline void put_policy(uint8_t is_symmetric)
{
	const struct wf_policy_key key = {.set = SET, .policy = POLICY};
	const struct wf_policy_entry entry = {.is_symmetric = is_symmetric};

	test_tables_put(&tables, WF_TABLE_POLICY, &key, &entry);
}

/* Only what policies allow; nothing yet. */
static inline int fill(void **state)
{
	tables.n = 0;
	memory.n = 0;
	world.now_s = 1000;
	put_set(TENANT, SET,
		(struct wf_set){.is_deny_default = 1, .is_tracked = 1, .has_verdicts = 1});
	put_set(GUEST, SET_8, (struct wf_set){0});
	put_policy(0);
	return 0;
}

static struct wf_case last;

/* Judges what @l4 bytes of the upper layer make of @in. */
static inline enum wf_drop judge(const struct wf_inner *in, const uint8_t l4[WF_CASE_BYTES],
				 uint32_t n, const struct wf_party *from, const struct wf_party *to,
				 uint32_t id)
{
	wf_case_fill(in, l4, n, &last);
	last.fragment_id = id;
	wf_case_parties(&last, *from, *to, WF_STAGE_IN);
	return wf_verdict_decide(&world, &last);
}

/* The address of a party: fd00::tenant:identity. */
static inline void addr_of(const struct wf_party *p, uint8_t ret[16])
{
	memset(ret, 0, 16);
	ret[0] = 0xfd;
	ret[14] = (uint8_t)p->home;
	ret[15] = (uint8_t)p->identity;
}

static inline struct wf_inner inner_of(const struct wf_party *from, const struct wf_party *to,
				       uint8_t proto)
{
	struct wf_inner in = {.flow = {.proto = proto},
			      .l3_off = 14,
			      .l4_off = 54,
			      .ip_len = 140,
			      .upper = proto};

	addr_of(from, in.flow.src);
	addr_of(to, in.flow.dst);
	return in;
}

static inline enum wf_drop packet(const struct wf_party *from, uint16_t sport,
				  const struct wf_party *to, uint16_t dport, uint8_t proto,
				  uint8_t tcp_flags)
{
	const uint8_t l4[WF_CASE_BYTES] = {[12] = 0x50, tcp_flags};
	struct wf_inner in = inner_of(from, to, proto);

	in.flow.sport = wf_htons(sport);
	in.flow.dport = wf_htons(dport);
	return judge(&in, l4, WF_CASE_BYTES, from, to, 0);
}

static inline enum wf_drop tcp(const struct wf_party *from, uint16_t sport,
			       const struct wf_party *to, uint16_t dport, uint8_t flags)
{
	return packet(from, sport, to, dport, 6, flags);
}

static inline enum wf_drop udp(const struct wf_party *from, uint16_t sport,
			       const struct wf_party *to, uint16_t dport)
{
	return packet(from, sport, to, dport, 17, 0);
}

static inline enum wf_drop icmp(const struct wf_party *from, const struct wf_party *to,
				uint8_t type, uint16_t id)
{
	return packet(from, id, to, (uint16_t)(type << 8), 58, 0);
}
