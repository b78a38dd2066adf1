// SPDX-License-Identifier: Apache-2.0
#include "compile/ways.h"

struct wf_ways wf_ways_of(const struct wf_view *v, struct wf_image *img)
{
	return (struct wf_ways){
		.paths = wf_paths_of(v, img),
		.arrivals = wf_arrivals_of(v, img),
	};
}

int wf_ways_hear(struct wf_ways *w, const struct wf_realm *realm)
{
	int r = wf_directs_hear(&w->directs, realm);

	for (size_t i = 0; i < realm->directions.n && !r; i++) {
		const struct wf_direction *d = &realm->directions.items[i];

		if (d->from->n_senders)
			r = wf_paths_add_direction(&w->paths, &realm->tenant->self, d);
	}
	return r ? r : wf_arrivals_hear(&w->arrivals, realm);
}

int wf_ways_add(struct wf_ways *w)
{
	int r = wf_paths_add_direct(&w->paths);

	if (!r)
		r = wf_directs_add(&w->directs, &w->paths);
	return r ? r : wf_arrivals_add(&w->arrivals);
}

void wf_ways_done(struct wf_ways *w)
{
	wf_directs_done(&w->directs);
	wf_arrivals_done(&w->arrivals);
}
