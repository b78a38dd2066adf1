/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maglev tables (Eisenbud et al., NSDI 2016, section 3.4): which backend owns which slot.
 *
 * Each backend has a permutation of all slots, made of its name alone; the backends take turns and
 * take the next slot of their permutation that is free. So shares are equal to a slot, and when one
 * backend comes or goes, nearly all slots of the others stay. With weights (the heaviest takes a
 * turn in each round, the others in proportion) shares are right to two slots.
 *
 * The table depends on names and weights alone, not on the order in which they are given.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct wf_maglev_backend {
	uint64_t name; /* each another one */
	uint32_t weight;
};

#define WF_MAGLEV_NONE 0xffff /* nobody's slot */

/*
 * The owner of each slot, as an index of @backends, or WF_MAGLEV_NONE of all when no weight is
 * above 0. @n_slots: a prime
 * (wf_slots_for()); @n < WF_MAGLEV_NONE; @ret: so many. 0 or -ENOMEM.
 */
int wf_maglev_fill(const struct wf_maglev_backend *backends, size_t n, uint16_t n_slots,
		   uint16_t *ret);
