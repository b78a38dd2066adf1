// SPDX-License-Identifier: Apache-2.0
#include "compile/zones.h"

#include <string.h>

static const struct wf_prefix all_v4 = {.addr = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}},
					.len = 96};

static int zone_cmp(const void *a, const void *b)
{
	const struct wf_zone *x = a, *y = b;

	return wf_prefix_cmp(&x->prefix, &y->prefix);
}

static int add_named(struct wf_zones *z, const struct wf_selector *s)
{
	struct wf_zone zone = {.prefix = s->prefix, .is_named = true};

	return s->type == WF_SELECT_PREFIX ? wf_vec_push(z, zone) : 0;
}

static int add_own(struct wf_zones *z, const struct wf_prefix *p)
{
	struct wf_zone zone = {.prefix = *p, .is_own = true};

	return wf_vec_push(z, zone);
}

/* What takes IPv4 out of the IPv6 prefixes around it. */
static int add_border(struct wf_zones *z)
{
	struct wf_zone border = {.prefix = all_v4};

	wf_vec_each (zone, z)
		if (!wf_prefix_is_v4(&zone->prefix) && wf_prefix_has(&zone->prefix, &all_v4.addr))
			return wf_vec_push(z, border);
	return 0;
}

static int gather(const struct wf_tenant *tenant, struct wf_object *const *policies, size_t n,
		  struct wf_zones *z)
{
	int r = 0;

	for (unsigned int i = 0; i < tenant->n_prefixes && !r; i++)
		r = add_own(z, &tenant->prefixes[i]);
	for (size_t i = 0; i < n && !r; i++) {
		if (policies[i]->policy.id)
			r = add_named(z, &policies[i]->policy.from);
		if (policies[i]->policy.id && !r)
			r = add_named(z, &policies[i]->policy.to);
	}
	return r ? r : add_border(z);
}

/* Each once, as all that it was added as. */
static void merge_equal(struct wf_zones *z)
{
	size_t n = 0;

	wf_vec_sort(z, zone_cmp);
	for (size_t i = 0; i < z->n; i++) {
		if (!n || zone_cmp(&z->items[n - 1], &z->items[i]) != 0) {
			z->items[n++] = z->items[i];
			continue;
		}
		z->items[n - 1].is_named |= z->items[i].is_named;
		z->items[n - 1].is_own |= z->items[i].is_own;
	}
	z->n = n;
}

/* What a zone has of the wider one, unless that is of the other family. */
static uint32_t inherit(const struct wf_zones *z, const struct wf_zone *zone)
{
	const struct wf_zone *wider = zone->wider >= 0 ? &z->items[zone->wider] : NULL;

	if (!wider || wf_prefix_is_v4(&wider->prefix) != wf_prefix_is_v4(&zone->prefix))
		return 0;
	return wider->value;
}

/* In sorted order a wider prefix stands before all that it holds. */
static void nest(struct wf_zones *z)
{
	for (size_t i = 0; i < z->n; i++) {
		struct wf_zone *zone = &z->items[i];
		int wider = (int)i - 1;

		while (wider >= 0 && !wf_prefix_has(&z->items[wider].prefix, &zone->prefix.addr))
			wider = z->items[wider].wider;
		zone->wider = wider;
		zone->value = inherit(z, zone);
		if (zone->is_named)
			zone->value = (zone->value & WF_ZONE_INSIDE) | ++z->n_named;
		if (zone->is_own)
			zone->value |= WF_ZONE_INSIDE;
	}
}

int wf_zones_of(const struct wf_tenant *tenant, struct wf_object *const *policies, size_t n,
		struct wf_zones *ret)
{
	struct wf_zones z = {0};

	if (gather(tenant, policies, n, &z) < 0) {
		wf_zones_done(&z);
		return -ENOMEM;
	}
	merge_equal(&z);
	nest(&z);
	*ret = z;
	return 0;
}

void wf_zones_done(struct wf_zones *z)
{
	wf_vec_done(z);
}

/* The last that is not behind @a, or one around that. */
const struct wf_zone *wf_zones_find(const struct wf_zones *z, const struct wf_addr *a)
{
	size_t low = 0, high = z->n;
	int i;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (wf_addr_cmp(&z->items[middle].prefix.addr, a) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (i = (int)low - 1; i >= 0 && !wf_prefix_has(&z->items[i].prefix, a);)
		i = z->items[i].wider;
	return i >= 0 ? &z->items[i] : NULL;
}

size_t wf_zones_inside(const struct wf_zones *z, const struct wf_prefix *p, size_t *ret_n)
{
	const struct wf_zone like = {.prefix = *p};
	const struct wf_zone *zone = NULL;
	size_t first, end;

	if (z->n)
		zone = bsearch(&like, z->items, z->n, sizeof(*z->items), zone_cmp);
	first = end = zone ? (size_t)(zone - z->items) : 0;
	while (zone && end < z->n && wf_prefix_has(p, &z->items[end].prefix.addr))
		end++;
	*ret_n = end - first;
	return first;
}
