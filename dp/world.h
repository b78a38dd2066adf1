/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How decisions look things up, in user space: any sorted image, model or test table that can find
 * a value by its key. In the kernel the same name finds it in the maps (bpf/world.h).
 *
 * In the zone table find() is to find the longest prefix that holds the key, which says all bits of
 * an address, as a kernel's LPM trie does: wf_zone_longest() turns an exact search into that.
 */
#pragma once

#include "dp/config.h"
#include "dp/memory.h"
#include "dp/table.h"
#include "wire/hmac.h"
#include "wire/bytes.h"

struct wf_world {
	const struct wf_config *config;
	const void *(*find)(const void *tables, enum wf_table table, const void *key);
	const void *tables;

	/* Of dp/memory.h; NULL: nothing is remembered. The key is copied, and the value is. */
	void *(*recall)(void *memory, enum wf_memory what, const void *key);
	void (*remember)(void *memory, enum wf_memory what, const void *key, const void *value);
	void *memory;
	__u32 now_s; /* of any clock that never goes back */
};

/* A pointer to the value, or NULL. @id: of WF_TABLES, without its prefix. */
#define wf_world_find(world, id, key) \
	((const WF_VALUE_##id *)(world)->find((world)->tables, WF_TABLE_##id, key))

/* What was remembered, to be changed in place, or NULL. @id: of WF_MEMORIES, without its prefix. */
#define wf_world_recall(world, id, key)                                                     \
	((WF_RECALL_##id *)((world)->recall                                                 \
				    ? (world)->recall((world)->memory, WF_MEMORY_##id, key) \
				    : (void *)0))

#define wf_world_remember(world, id, key, value)                                        \
	do {                                                                            \
		if ((world)->remember)                                                  \
			(world)->remember((world)->memory, WF_MEMORY_##id, key, value); \
	} while (0)

#define wf_world_now_s(world) ((world)->now_s)

/* Calls of dp/route.h to dp/pick.h, and of dp/verdict.h to itself. */
#define wf_world_route(world, leg, dest, hash, ret) wf_route_decide(world, leg, dest, hash, ret)
#define wf_world_lane(world, leg, choice, key)	    wf_lane_pick(world, leg, choice, key)
#define wf_world_judge(world, c, is_back)	    wf_case_judge(world, c, is_back)
#define wf_world_decide(world, c)		    wf_verdict_decide(world, c)
#define wf_world_keep(world, c, lane, gateway)	    wf_case_keep(world, c, lane, gateway)

/* Of dp/apply.h to dp/static.h. */
#define wf_world_speak(world, port, c) wf_static_sender(world, port, c)

/* Of dp/apply.h and dp/validate.h to dp/service.h and dp/serve.h. */
#define wf_world_ask(world, c, tenant)	       wf_service_pick(world, c, tenant)
#define wf_world_answer(world, c, tenant, sid) wf_serve_answer(world, c, tenant, sid)
#define wf_world_recognise(world, c, tenant, node, claimed) \
	wf_service_recognise(world, c, tenant, node, claimed)

/* ... and to dp/egress.h. */
#define wf_world_leave(world, c, tenant, sid) wf_egress_pick(world, c, tenant, sid)
#define wf_world_enter(world, c, tenant)      wf_egress_enter(world, c, tenant)
#define wf_world_pass(world, c, sid)	      wf_egress_pass(world, c, sid)

/*
 * The longest prefix of a zone table that holds @key, for worlds whose @exact finds a value by its
 * whole key: prefixes are stored with the bits behind them zero.
 */
WF_INLINE const void *wf_zone_longest(const void *(*exact)(const void *tables, enum wf_table table,
							   const void *key),
				      const void *tables, const struct wf_zone_key *key)
{
	struct wf_zone_key k = *key;
	const void *value;
	__u32 bits;

	for (;;) {
		value = exact(tables, WF_TABLE_ZONE, &k);
		if (value || k.prefix_len == WF_ZONE_SET_BITS)
			return value;
		bits = --k.prefix_len - WF_ZONE_SET_BITS;
		k.addr[bits / 8] &= (__u8) ~(0xff >> bits % 8);
	}
}

/* Calls @step(i, @arg) for i = 0 .. @n - 1, until it returns non-zero. */
#define wf_world_repeat(n, step, arg)                                \
	do {                                                         \
		for (__u32 _i = 0; _i < (n) && !step(_i, arg); _i++) \
			;                                            \
	} while (0)

/* The next @n_blocks of job->text into job->state (wire/hmac.h). */
#define wf_world_hash(job, n_blocks)                                                       \
	do {                                                                               \
		const __u32 _n = (n_blocks);                                               \
		for (__u32 _i = 0; _i < _n; _i++)                                          \
			wf_sha256_compress((job)->state, (job)->text + 64 * _i, (job)->w); \
	} while (0)
