// SPDX-License-Identifier: Apache-2.0
#include "compile/ways.h"

#include "compile/lanes.h"
#include "compile/rests.h"

struct wf_ways wf_ways_of(const struct wf_view *v, struct wf_image *img,
			  const struct wf_targets *targets)
{
	return (struct wf_ways){
		.paths = wf_paths_of(v, img, targets),
		.arrivals = wf_arrivals_of(v, img, targets),
	};
}

/* What endpoints of this node send, and what a function here sends in others' names. */
static int add_direction(struct wf_ways *w, const struct wf_realm *realm,
			 const struct wf_direction *d)
{
	bool is_rest = realm->has_speaker_here && wf_policy_has_functions(&d->object->policy);
	int r = 0;

	if (d->from->n_senders || is_rest)
		r = wf_paths_add_direction(&w->paths, realm, d);
	return r || !is_rest ? r : wf_rests_add(&w->paths, realm, d);
}

int wf_ways_hear(struct wf_ways *w, const struct wf_realm *realm)
{
	int r = wf_directs_hear(&w->directs, realm);

	for (size_t i = 0; i < realm->directions.n && !r; i++)
		r = add_direction(w, realm, &realm->directions.items[i]);
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
