// SPDX-License-Identifier: Apache-2.0
#include "compile/sets.h"

#include <string.h>

#include "compile/hash.h"
#include "compile/extranets.h"
#include "compile/lanes.h"
#include "compile/needs.h"
#include "compile/verdicts.h"
#include "wire/bytes.h"

static bool is_outside(const struct wf_selector *s)
{
	return s->type == WF_SELECT_TENANT || s->type == WF_SELECT_INTERNET;
}

/* Does some reply pass only as one, or go only as one by its way, or by the same instances? */
static bool needs_tracking(const struct wf_policy *p)
{
	return p->is_deny || is_outside(&p->from) || is_outside(&p->to) ||
	       wf_policy_has_functions(p) || (wf_policy_is_symmetric(p) && p->n_ports);
}

/* Also where the tenant is a guest: replies to it come from those who are none of its own. So do
 * those that come by gateways. */
static bool is_tracked(const struct wf_sets *s, const struct wf_realm *realm)
{
	size_t n_hosts;

	if (realm->tenant->self.is_deny_default || realm->n_outlets ||
	    wf_extranets_find(s->view->extranets, realm->tenant, &n_hosts))
		return true;
	for (size_t i = 0; i < realm->n_policies; i++)
		if (realm->policies[i]->policy.id && needs_tracking(&realm->policies[i]->policy))
			return true;
	return false;
}

static struct wf_set describe(const struct wf_sets *s, const struct wf_realm *realm,
			      const struct wf_verdicts *verdicts)
{
	const struct wf_tenant *tenant = &realm->tenant->self;

	return (struct wf_set){
		.is_deny_default = tenant->is_deny_default,
		.is_tracked = is_tracked(s, realm),
		.has_verdicts = verdicts->n > 0,
		.needs = wf_needs_of(tenant, NULL),
		.is_verified_here = wf_tenant_is_verified_at(tenant, s->view->here->node),
		.has_zones = realm->zones.n > 0,
		.has_direct = wf_tenant_has_direct(tenant),
	};
}

static struct wf_policy_entry entry_of(const struct wf_tenant *tenant, const struct wf_policy *p)
{
	struct wf_policy_entry entry = {
		.needs = wf_needs_of(tenant, p),
		.is_symmetric = wf_policy_is_symmetric(p),
	};

	if (entry.needs & WF_NEED_TRANSIT)
		entry.transit_every = p->transit_every ? p->transit_every : 1;
	return entry;
}

static void hash_zones(struct wf_siphash *h, const struct wf_zones *zones)
{
	wf_vec_each (zone, zones) {
		const uint32_t words[2] = {zone->prefix.len, zone->value};

		wf_hash_add(h, words, sizeof(words));
		wf_hash_add(h, zone->prefix.addr.bytes, sizeof(zone->prefix.addr.bytes));
	}
}

static void hash_policies(struct wf_siphash *h, const struct wf_realm *realm)
{
	for (size_t i = 0; i < realm->n_policies; i++) {
		const struct wf_policy *p = &realm->policies[i]->policy;
		const struct wf_policy_entry entry = entry_of(&realm->tenant->self, p);

		if (!p->id)
			continue;
		wf_siphash_add(h, p->id);
		wf_hash_add(h, &entry, sizeof(entry));
	}
}

/* The lists of ranges are in it by their numbers, which are hashes themselves. */
static uint64_t hash(const struct wf_realm *realm, const struct wf_set *set,
		     const struct wf_verdicts *verdicts)
{
	struct wf_siphash h;

	wf_siphash_begin(&h, wf_hash_key);
	wf_siphash_add(&h, realm->tenant->self.id);
	wf_hash_add(&h, set, sizeof(*set));
	hash_zones(&h, &realm->zones);
	if (realm->members.is_here)
		hash_policies(&h, realm);
	wf_hash_add(&h, verdicts->items, verdicts->n * sizeof(*verdicts->items));
	return wf_hash_end(&h);
}

static uint64_t *find(const struct wf_taken *t, uint64_t number)
{
	size_t at = number & (t->cap - 1);

	while (t->slots[at] && t->slots[at] != number)
		at = (at + 1) & (t->cap - 1);
	return &t->slots[at];
}

/* At most half of the slots are taken. */
static int grow(struct wf_taken *t)
{
	struct wf_taken bigger = *t;

	if (2 * t->n < t->cap)
		return 0;
	bigger.cap = t->cap ? 2 * t->cap : 16;
	bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < t->cap; i++)
		if (t->slots[i])
			*find(&bigger, t->slots[i]) = t->slots[i];
	free(t->slots);
	*t = bigger;
	return 0;
}

/* The number, or the next one that no other set has. */
static int take(struct wf_taken *t, uint64_t *number)
{
	if (grow(t) < 0)
		return -ENOMEM;
	while (*find(t, *number))
		*number = wf_hash_next(*number);
	*find(t, *number) = *number;
	t->n++;
	return 0;
}

static int add_zones(struct wf_image *img, uint64_t number, const struct wf_zones *zones)
{
	int r = 0;

	for (size_t i = 0; i < zones->n && !r; i++) {
		const struct wf_zone *zone = &zones->items[i];
		struct wf_zone_key key = {.prefix_len = WF_ZONE_SET_BITS + zone->prefix.len};

		wf_store_be64(key.set, number);
		memcpy(key.addr, zone->prefix.addr.bytes, sizeof(key.addr));
		r = wf_image_add(img, WF_TABLE_ZONE, &key, &zone->value);
	}
	return r;
}

static int add_verdicts(struct wf_image *img, uint64_t number, const struct wf_verdicts *verdicts)
{
	int r = 0;

	for (size_t i = 0; i < verdicts->n && !r; i++) {
		struct wf_verdict_key key = verdicts->items[i].key;

		key.set = number;
		r = wf_image_add(img, WF_TABLE_VERDICT, &key, &verdicts->items[i].ranges);
	}
	return r;
}

static int add_policies(struct wf_image *img, uint64_t number, const struct wf_realm *realm)
{
	int r = 0;

	for (size_t i = 0; i < realm->n_policies && !r; i++) {
		const struct wf_policy *p = &realm->policies[i]->policy;
		const struct wf_policy_entry entry = entry_of(&realm->tenant->self, p);
		struct wf_policy_key key = {.set = number, .policy = p->id};

		if (p->id)
			r = wf_image_add(img, WF_TABLE_POLICY, &key, &entry);
	}
	return r;
}

static int add(struct wf_sets *s, const struct wf_realm *realm, const struct wf_verdicts *verdicts,
	       uint64_t *ret)
{
	const struct wf_set set = describe(s, realm, verdicts);
	uint64_t number = hash(realm, &set, verdicts);
	int r = take(&s->taken, &number);

	if (!r)
		r = wf_image_add(s->img, WF_TABLE_SET, &number, &set);
	if (!r)
		r = add_zones(s->img, number, &realm->zones);
	if (!r)
		r = add_verdicts(s->img, number, verdicts);
	if (!r && realm->members.is_here)
		r = add_policies(s->img, number, realm);
	*ret = number;
	return r;
}

int wf_sets_add(struct wf_sets *s, const struct wf_realm *realm, uint64_t *ret, struct wf_err *err)
{
	struct wf_verdicts verdicts = {0};
	int r = wf_verdicts_of(realm, &s->pool, &verdicts, err);

	if (!r)
		r = add(s, realm, &verdicts, ret);
	wf_verdicts_done(&verdicts);
	return r;
}

void wf_sets_done(struct wf_sets *s)
{
	wf_ranges_pool_done(&s->pool);
	free(s->taken.slots);
}
