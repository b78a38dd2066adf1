/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How decisions look things up, in user space: any sorted image, model or test table that can find
 * a value by its key. In the kernel the same name finds it in the maps (bpf/world.h).
 */
#pragma once

#include "dp/config.h"
#include "dp/table.h"

struct wf_world {
	const struct wf_config *config;
	const void *(*find)(const void *tables, enum wf_table table, const void *key);
	const void *tables;
};

/* A pointer to the value, or NULL. @id: of WF_TABLES, without its prefix. */
#define wf_world_find(world, id, key) \
	((const WF_VALUE_##id *)(world)->find((world)->tables, WF_TABLE_##id, key))

/* Calls @step(i, @arg) for i = 0 .. @n - 1, until it returns non-zero. */
#define wf_world_repeat(n, step, arg)                                \
	do {                                                         \
		for (__u32 _i = 0; _i < (n) && !step(_i, arg); _i++) \
			;                                            \
	} while (0)
