/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a loader does with the skeleton between opening and loading it, besides its config. */
#pragma once

#include <errno.h>
#include <bpf/libbpf.h>

#include "dp/config.h"
#include "dp/flowcache.h"
#include "dp/headercache.h"
#include "weft.skel.h"

/* Gives each CPU its part of the arrays that have one for each (bpf/maps.h). 0 or negative errno.
 */
static inline int wf_load_size_maps(struct weft_bpf *skel)
{
	const struct {
		struct bpf_map *map;
		__u32 n_slots;
	} arrays[] = {
		{skel->maps.counters, WF_COUNTER_SLOTS},
		{skel->maps.applied, WF_FLOWCACHE_SLOTS},
		{skel->maps.validated, WF_FLOWCACHE_SLOTS},
		{skel->maps.walked, WF_WALKED_SLOTS},
		{skel->maps.headers, WF_HEADER_SLOTS},
	};
	int n_cpus = libbpf_num_possible_cpus(), r = n_cpus < 0 ? n_cpus : 0;

	for (unsigned int i = 0; i < sizeof(arrays) / sizeof(*arrays) && !r; i++)
		r = bpf_map__set_max_entries(arrays[i].map, arrays[i].n_slots * n_cpus);
	return r;
}
