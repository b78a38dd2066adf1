/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The zones of a tenant's set: the prefixes that its policies name, numbered in sorted order from
 * 1, and the tenant's own. An address is in the zone of the longest one that holds it.
 *
 * Prefixes lie inside one another or apart, so each knows the next wider one. ::/0 and its like are
 * of IPv6: an entry of value 0 takes the IPv4-mapped addresses out of them.
 */
#pragma once

#include "base/vec.h"
#include "dp/table.h"
#include "model/object.h"

struct wf_zone {
	struct wf_prefix prefix;
	int wider;	/* the smallest other one that holds this, or -1 */
	uint32_t value; /* as in the ZONE table */
	bool is_named;
	bool is_own;
};

struct wf_zones {
	struct wf_zone *items; /* owned; sorted by prefix, each once */
	size_t n;
	size_t cap;
	uint32_t n_named;
};

/* 0 or -ENOMEM. */
int wf_zones_of(const struct wf_tenant *tenant, struct wf_object *const *policies, size_t n,
		struct wf_zones *ret);
void wf_zones_done(struct wf_zones *z);

/* May addresses in it be outside of the tenant? */
static inline bool wf_zone_is_outside(const struct wf_zone *zone)
{
	return !(zone->value & WF_ZONE_INSIDE);
}

/* The smallest that holds @a, or NULL. */
const struct wf_zone *wf_zones_find(const struct wf_zones *z, const struct wf_addr *a);

/*
 * The named zones that a named prefix holds, itself included, are the *@ret_n items from the
 * returned one on that are named (and not IPv4, if @p is not).
 */
size_t wf_zones_inside(const struct wf_zones *z, const struct wf_prefix *p, size_t *ret_n);
