/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What some policies say of one pair of sides, by protocol and port: merged into ranges that follow
 * each other without gaps. In each a denial wins over permissions; the way is the one of the most
 * specific policy that allows, or that mirrors its ways there.
 */
#pragma once

#include "compile/directions.h"
#include "compile/image.h"

/* @speakers: highest precedence first, at least one. 0, -ENOMEM; -E2BIG: more than WF_RANGES_MAX.
 */
int wf_ranges_of(const struct wf_direction *const *speakers, size_t n, struct wf_ranges *ret);

static inline size_t wf_ranges_bytes(const struct wf_ranges *r)
{
	return offsetof(struct wf_ranges, items) + r->n * sizeof(*r->items);
}

/*
 * The lists of an image: each once, whoever speaks, by a number that is a hash of what it says.
 */
struct wf_listing {
	uint64_t number;	  /* 0: a free slot */
	struct wf_ranges *ranges; /* owned; as many bytes as it needs */
};

struct wf_ranges_pool {
	struct wf_image *img;
	struct wf_listing *slots; /* owned; a hash table */
	size_t n;
	size_t cap;
};

/* The number of the list, which is added to the image if it is new. 0, -ENOMEM, -E2BIG. */
int wf_ranges_pool_add(struct wf_ranges_pool *p, const struct wf_ranges *r, uint64_t *ret);
void wf_ranges_pool_done(struct wf_ranges_pool *p);
