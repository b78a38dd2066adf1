// SPDX-License-Identifier: Apache-2.0
#include "compile/ranges.h"

#include <string.h>

#include "wire/flow.h"

#define ALL_OF_PROTO 0xffffu

/* Of (protocol << 16 | port), both ends included. */
struct span {
	uint32_t first;
	uint32_t last;
};

static struct span span_of(uint8_t proto, uint32_t first, uint32_t last)
{
	return (struct span){(uint32_t)proto << 16 | first, (uint32_t)proto << 16 | last};
}

/* A range of ICMP is of types, with all their codes, and of both families: two spans. */
static unsigned int spans_of(const struct wf_port_range *r, struct span ret[2])
{
	if (!r->proto) {
		ret[0] = (struct span){0, WF_RANGE_LAST};
		return 1;
	}
	if (r->proto != WF_PROTO_ICMP) {
		ret[0] = span_of(r->proto, r->first, r->last);
		return 1;
	}
	ret[0] = span_of(WF_PROTO_ICMP, (uint32_t)r->first << 8, (uint32_t)r->last << 8 | 0xff);
	ret[1] = span_of(WF_PROTO_ICMPV6, (uint32_t)r->first << 8, (uint32_t)r->last << 8 | 0xff);
	return 2;
}

static bool names(const struct wf_policy *p, uint32_t point)
{
	struct span spans[2];

	for (unsigned int i = 0; i < p->n_ports; i++)
		for (unsigned int n = spans_of(&p->ports[i], spans); n; n--)
			if (spans[n - 1].first <= point && point <= spans[n - 1].last)
				return true;
	return !p->n_ports;
}

static int add_cuts(struct wf_numbers *cuts, const struct wf_policy *p)
{
	struct span spans[2];

	for (unsigned int i = 0; i < p->n_ports; i++)
		for (unsigned int n = spans_of(&p->ports[i], spans); n; n--)
			if (wf_vec_push(cuts, spans[n - 1].first) < 0 ||
			    wf_vec_push(cuts, spans[n - 1].last + 1) < 0)
				return -ENOMEM;
	return 0;
}

static int cut_cmp(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Where ranges can begin: sorted, each once, from 0 on, and WF_RANGE_LAST + 1. */
static int find_cuts(const struct wf_direction *const *speakers, size_t n, struct wf_numbers *cuts)
{
	size_t n_distinct = 0;
	int r = wf_vec_push(cuts, 0);

	if (!r)
		r = wf_vec_push(cuts, WF_RANGE_LAST + 1);
	for (size_t i = 0; i < n && !r; i++)
		r = add_cuts(cuts, &speakers[i]->object->policy);
	if (r < 0)
		return r;
	wf_vec_sort(cuts, cut_cmp);
	for (size_t i = 0; i < cuts->n; i++)
		if (!i || cuts->items[i] != cuts->items[i - 1])
			cuts->items[n_distinct++] = cuts->items[i];
	cuts->n = n_distinct;
	return 0;
}

static void take_way(struct wf_range *range, const struct wf_direction *d)
{
	if (range->way)
		return;
	range->way = d->object->policy.id;
	range->is_reverse = d->is_reverse;
	range->rank = wf_direction_rank(d);
}

static void take_verdict(struct wf_range *range, const struct wf_direction *d)
{
	const uint8_t verdict = d->object->policy.is_deny ? WF_VERDICT_DENY : WF_VERDICT_ALLOW;

	if (range->verdict >= verdict)
		return;
	range->verdict = verdict;
	range->policy = d->object->policy.id;
}

/* A mirrored policy speaks of the way only, and of ports not at all: those are the opener's. */
static struct wf_range judge(const struct wf_direction *const *speakers, size_t n, uint32_t point)
{
	struct wf_range range = {0};

	for (size_t i = 0; i < n; i++) {
		const struct wf_direction *d = speakers[i];

		if (!names(&d->object->policy, point))
			continue;
		if (!d->object->policy.is_deny)
			take_way(&range, d);
		if (!d->is_reverse)
			take_verdict(&range, d);
	}
	return range;
}

/* Do they say the same? */
static bool is_same(const struct wf_range *a, const struct wf_range *b)
{
	struct wf_range c = *b;

	c.last = a->last;
	return memcmp(a, &c, sizeof(c)) == 0;
}

static int add(struct wf_ranges *r, struct wf_range range, uint32_t last)
{
	range.last = last;
	if (r->n && is_same(&r->items[r->n - 1], &range)) {
		r->items[r->n - 1].last = last;
		return 0;
	}
	if (r->n == WF_RANGES_MAX)
		return -E2BIG;
	r->items[r->n++] = range;
	return 0;
}

int wf_ranges_of(const struct wf_direction *const *speakers, size_t n, struct wf_ranges *ret)
{
	struct wf_numbers cuts = {0};
	int r = find_cuts(speakers, n, &cuts);

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; !r && i + 1 < cuts.n; i++)
		r = add(ret, judge(speakers, n, cuts.items[i]), cuts.items[i + 1] - 1);
	wf_vec_done(&cuts);
	return r;
}
