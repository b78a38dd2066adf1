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
#include "dp/table.h"
#include "wire/hmac.h"
#include "wire/bytes.h"

struct wf_world {
	const struct wf_config *config;
	const void *(*find)(const void *tables, enum wf_table table, const void *key);
	const void *tables;
};

/* A pointer to the value, or NULL. @id: of WF_TABLES, without its prefix. */
#define wf_world_find(world, id, key) \
	((const WF_VALUE_##id *)(world)->find((world)->tables, WF_TABLE_##id, key))

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
