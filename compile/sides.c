// SPDX-License-Identifier: Apache-2.0
/*
 * One sort of what the members are, by identity and then by node, makes the identities and their
 * nodes; another one, of their labels, is the index by which they are selected.
 */
#include "compile/sides.h"

#include <string.h>

/* That a member has, or had, an identity. */
struct use {
	uint32_t home;
	uint32_t identity;
	const struct wf_labels *labels;
	uint16_t node;
	bool is_here;
	bool is_sent;
};

struct uses {
	struct use *items; /* owned */
	size_t n;
	size_t cap;
};

static int use_cmp(const void *a, const void *b)
{
	const struct use *x = a, *y = b;

	if (x->home != y->home)
		return x->home < y->home ? -1 : 1;
	if (x->identity != y->identity)
		return x->identity < y->identity ? -1 : 1;
	return (int)x->node - (int)y->node;
}

static bool is_same(const struct use *a, const struct use *b)
{
	return a->home == b->home && a->identity == b->identity;
}

/* An endpoint whose labels change has two, and sends with the old one until others know the new. */
static int add_uses(struct uses *uses, const struct wf_model *m, const struct wf_member *member)
{
	const struct wf_endpoint *e = &member->object->endpoint;
	struct use use = {
		.home = member->home,
		.identity = e->identity,
		.labels = &e->labels,
		.node = member->node,
		.is_here = member->is_here,
		.is_sent = member->is_here,
	};

	if (wf_vec_push(uses, use) < 0)
		return -ENOMEM;
	if (!e->identity_was)
		return 0;
	use.identity = e->identity_was;
	use.labels = wf_identity_labels(m, member->object->tenant, e->identity_was);
	use.is_sent = member->is_here && e->is_announced;
	return wf_vec_push(uses, use);
}

/* Uses are sorted: @at begins an identity; fills @side and returns where the next begins. */
static size_t group(struct wf_sides *s, const struct uses *uses, size_t at, size_t *n_nodes)
{
	struct wf_seen_side *side = &s->items[s->n++];
	size_t i = at;

	side->side = (struct wf_side){uses->items[at].home, uses->items[at].identity};
	side->first_node = *n_nodes;
	for (; i < uses->n && is_same(&uses->items[at], &uses->items[i]); i++) {
		const struct use *use = &uses->items[i];

		if (i == at || use->node != use[-1].node)
			s->nodes[(*n_nodes)++] = use->node;
		if (!side->labels)
			side->labels = use->labels;
		side->is_here |= use->is_here;
		side->is_sent |= use->is_sent;
	}
	side->n_nodes = *n_nodes - side->first_node;
	return i;
}

static size_t count_groups(const struct uses *uses)
{
	size_t n = uses->n > 0;

	for (size_t i = 1; i < uses->n; i++)
		n += !is_same(&uses->items[i - 1], &uses->items[i]);
	return n;
}

static int group_all(struct wf_sides *s, struct uses *uses, size_t n_zones)
{
	size_t n_nodes = 0;

	wf_vec_sort(uses, use_cmp);
	s->n_identities = count_groups(uses);
	s->items = calloc(WF_SIDES_FIXED + s->n_identities + n_zones, sizeof(*s->items));
	s->nodes = calloc(uses->n + 1, sizeof(*s->nodes));
	if (!s->items || !s->nodes)
		return -ENOMEM;
	s->items[WF_SIDE_AT_ANY].side.tenant = WF_SIDE_ANY;
	s->items[WF_SIDE_AT_INTERNET].side.tenant = WF_SIDE_INTERNET;
	s->n = WF_SIDES_FIXED;
	for (size_t at = 0; at < uses->n;)
		at = group(s, uses, at, &n_nodes);
	return 0;
}

static void add_zones(struct wf_sides *s, const struct wf_members *members,
		      const struct wf_zones *zones)
{
	struct wf_seen_side *first = &s->items[s->n];

	for (uint32_t i = 0; i < zones->n_named; i++)
		s->items[s->n++].side = (struct wf_side){WF_SIDE_ZONE, i + 1};
	wf_vec_each (zone, zones)
		if (zone->is_named && members->has_gateway_here && wf_zone_is_outside(zone))
			first[(zone->value & WF_ZONE_NUMBER) - 1].is_here = true;
	wf_vec_each (member, members) {
		const struct wf_endpoint *e = &member->object->endpoint;

		for (unsigned int i = 0; member->is_here && i < e->n_addrs; i++) {
			const struct wf_zone *zone = wf_zones_find(zones, &e->addrs[i]);
			uint32_t number = zone ? zone->value & WF_ZONE_NUMBER : 0;

			if (number)
				first[number - 1].is_here = true;
		}
	}
}

static int label_cmp(const struct wf_label *a, const struct wf_label *b)
{
	int c = strcmp(a->key, b->key);

	return c ? c : strcmp(a->value, b->value);
}

static int posting_cmp(const void *a, const void *b)
{
	const struct wf_posting *x = a, *y = b;
	int c;

	if (x->home != y->home)
		return x->home < y->home ? -1 : 1;
	c = label_cmp(x->label, y->label);
	return c ? c : (x->side > y->side) - (x->side < y->side);
}

static int add_postings(struct wf_sides *s)
{
	for (size_t i = WF_SIDES_FIXED; i < WF_SIDES_FIXED + s->n_identities; i++) {
		const struct wf_seen_side *side = &s->items[i];

		for (size_t l = 0; side->labels && l < side->labels->n; l++) {
			struct wf_posting posting = {.label = &side->labels->items[l],
						     .home = side->side.tenant,
						     .side = (uint32_t)i};

			if (wf_vec_push(&s->postings, posting) < 0)
				return -ENOMEM;
		}
	}
	wf_vec_sort(&s->postings, posting_cmp);
	return 0;
}

int wf_sides_of(const struct wf_model *m, const struct wf_members *members,
		const struct wf_zones *zones, struct wf_sides *ret)
{
	struct wf_sides s = {0};
	struct uses uses = {0};
	int r = 0;

	for (size_t i = 0; i < members->n && !r; i++)
		r = add_uses(&uses, m, &members->items[i]);
	if (!r)
		r = group_all(&s, &uses, zones->n_named);
	if (!r) {
		s.items[WF_SIDE_AT_INTERNET].is_here = members->has_gateway_here;
		add_zones(&s, members, zones);
		for (size_t i = 0; i < members->n_own; i++)
			s.items[WF_SIDE_AT_ANY].is_here |= members->items[i].is_here;
		r = add_postings(&s);
	}
	wf_vec_done(&uses);
	if (r < 0) {
		wf_sides_done(&s);
		return r;
	}
	*ret = s;
	return 0;
}

void wf_sides_take_all(struct wf_sides *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->items[i].is_here = true;
}

void wf_sides_done(struct wf_sides *s)
{
	free(s->items);
	free(s->nodes);
	wf_vec_done(&s->postings);
	memset(s, 0, sizeof(*s));
}

/* The first posting that is not before @like. */
static size_t bound(const struct wf_sides *s, const struct wf_posting *like)
{
	size_t low = 0, high = s->postings.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (posting_cmp(&s->postings.items[middle], like) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct postings {
	size_t first;
	size_t n;
};

/* The shortest list that all who have the labels must be in. */
static struct postings shortest(const struct wf_sides *s, uint32_t home,
				const struct wf_labels *labels)
{
	struct postings best = {.n = SIZE_MAX};

	for (size_t i = 0; i < labels->n; i++) {
		const struct wf_posting from = {&labels->items[i], home, 0};
		const struct wf_posting to = {&labels->items[i], home, UINT32_MAX};
		size_t first = bound(s, &from), n = bound(s, &to) - first;

		if (n < best.n)
			best = (struct postings){first, n};
	}
	return best;
}

static int select_all(const struct wf_sides *s, uint32_t home, struct wf_numbers *ret)
{
	int r = 0;

	for (size_t i = WF_SIDES_FIXED; i < WF_SIDES_FIXED + s->n_identities && !r; i++)
		if (s->items[i].side.tenant == home)
			r = wf_vec_push(ret, (uint32_t)i);
	return r;
}

int wf_sides_select(const struct wf_sides *s, uint32_t home, const struct wf_labels *labels,
		    struct wf_numbers *ret)
{
	struct postings postings;
	int r = 0;

	if (!labels->n)
		return select_all(s, home, ret);
	postings = shortest(s, home, labels);
	for (size_t i = 0; i < postings.n && !r; i++) {
		uint32_t side = s->postings.items[postings.first + i].side;

		if (wf_labels_have(s->items[side].labels, labels))
			r = wf_vec_push(ret, side);
	}
	return r;
}
