/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which counter has which slot. A slot keeps its number while its counter lives; slot 0 counts what
 * has none. Sorted by key; the zeroed struct is empty.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "dp/table.h"

struct wf_slot {
	struct wf_counter_key key;
	uint32_t number;
};

struct wf_slots {
	struct wf_slot *items; /* owned; sorted by key */
	size_t n;
	size_t cap;
	uint64_t *used;	 /* owned; a bit for each slot; NULL while empty */
	uint32_t lowest; /* no slot below is free */
};

/* Adopts what the kernel has. -EEXIST: the slot is somebody's already; -EINVAL; -ENOMEM. */
int wf_slots_adopt(struct wf_slots *s, const struct wf_counter_key *key, uint32_t number);
/* The lowest free slot, which is then taken. -ENOSPC: none is left. */
int wf_slots_take(struct wf_slots *s, uint32_t *ret);
void wf_slots_give(struct wf_slots *s, uint32_t number);

/* After a series of wf_slots_adopt(), and before any find. */
void wf_slots_sort(struct wf_slots *s);
const struct wf_slot *wf_slots_find(const struct wf_slots *s, const struct wf_counter_key *key);
void wf_slots_done(struct wf_slots *s);
