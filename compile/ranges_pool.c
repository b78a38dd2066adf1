// SPDX-License-Identifier: Apache-2.0
/* Open addressing by the number; a number that another list has already is counted up. */
#include <string.h>

#include "compile/hash.h"
#include "compile/ranges.h"

static struct wf_listing *find(const struct wf_ranges_pool *p, uint64_t number)
{
	size_t at = number & (p->cap - 1);

	while (p->slots[at].number && p->slots[at].number != number)
		at = (at + 1) & (p->cap - 1);
	return &p->slots[at];
}

/* At most half of the slots are taken. */
static int grow(struct wf_ranges_pool *p)
{
	struct wf_ranges_pool bigger = *p;

	if (2 * p->n < p->cap)
		return 0;
	bigger.cap = p->cap ? 2 * p->cap : 256;
	bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < p->cap; i++)
		if (p->slots[i].number)
			*find(&bigger, p->slots[i].number) = p->slots[i];
	free(p->slots);
	*p = bigger;
	return 0;
}

static bool is_same(const struct wf_ranges *a, const struct wf_ranges *b)
{
	return a->n == b->n && memcmp(a, b, wf_ranges_bytes(a)) == 0;
}

static int add(struct wf_ranges_pool *p, struct wf_listing *slot, uint64_t number,
	       const struct wf_ranges *r)
{
	struct wf_ranges *copy = malloc(wf_ranges_bytes(r));

	if (!copy)
		return -ENOMEM;
	memcpy(copy, r, wf_ranges_bytes(r));
	*slot = (struct wf_listing){number, copy};
	p->n++;
	return wf_image_add(p->img, WF_TABLE_RANGES, &number, r);
}

int wf_ranges_pool_add(struct wf_ranges_pool *p, const struct wf_ranges *r, uint64_t *ret)
{
	uint64_t number = wf_hash_of(r, wf_ranges_bytes(r));
	struct wf_listing *slot;
	int e = grow(p);

	if (e < 0)
		return e;
	for (;; number = wf_hash_next(number)) {
		slot = find(p, number);
		if (!slot->number || is_same(slot->ranges, r))
			break;
	}
	if (!slot->number)
		e = add(p, slot, number, r);
	*ret = number;
	return e;
}

void wf_ranges_pool_done(struct wf_ranges_pool *p)
{
	for (size_t i = 0; i < p->cap; i++)
		free(p->slots[i].ranges);
	free(p->slots);
	memset(p, 0, sizeof(*p));
}
