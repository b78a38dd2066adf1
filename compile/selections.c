// SPDX-License-Identifier: Apache-2.0
/*
 * Each distinct selector is looked up once: labels in the index of the sides, prefixes in the
 * sorted addresses of all members. So many policies cost what they select, not policies times
 * identities.
 */
#include "compile/selections.h"

#include <string.h>

struct place {
	struct wf_addr addr;
	const struct wf_member *member;
};

#define NODE_WORDS (UINT16_MAX / 64 + 1)

struct work {
	const struct wf_electorate *e;
	WF_VEC(struct place) places; /* of all members, sorted; empty if no selector is a prefix */
	struct wf_numbers sides;     /* of the selector at hand */
	struct wf_numbers senders;
	uint64_t nodes[NODE_WORDS]; /* a bit for each */
};

static void work_done(struct work *w)
{
	wf_vec_done(&w->places);
	wf_vec_done(&w->sides);
	wf_vec_done(&w->senders);
}

static int labels_cmp(const struct wf_labels *a, const struct wf_labels *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++) {
		int c = strcmp(a->items[i].key, b->items[i].key);

		if (!c)
			c = strcmp(a->items[i].value, b->items[i].value);
		if (c)
			return c;
	}
	return (a->n > b->n) - (a->n < b->n);
}

static int selector_cmp(const struct wf_selector *a, const struct wf_selector *b)
{
	int c = (int)a->type - (int)b->type;

	if (c)
		return c;
	switch (a->type) {
	case WF_SELECT_PREFIX:
		return wf_prefix_cmp(&a->prefix, &b->prefix);
	case WF_SELECT_TENANT:
		c = strcmp(a->tenant, b->tenant);
		return c ? c : labels_cmp(&a->labels, &b->labels);
	case WF_SELECT_LABELS:
		return labels_cmp(&a->labels, &b->labels);
	default:
		return 0;
	}
}

static int place_cmp(const void *a, const void *b)
{
	return wf_addr_cmp(&((const struct place *)a)->addr, &((const struct place *)b)->addr);
}

static int find_places(struct work *w)
{
	wf_vec_each (member, w->e->members) {
		const struct wf_endpoint *e = &member->object->endpoint;

		for (unsigned int i = 0; i < e->n_addrs; i++) {
			struct place place = {.addr = e->addrs[i], .member = member};

			if (wf_vec_push(&w->places, place) < 0)
				return -ENOMEM;
		}
	}
	wf_vec_sort(&w->places, place_cmp);
	return 0;
}

static void add_node(struct work *w, uint16_t id)
{
	w->nodes[id / 64] |= (uint64_t)1 << id % 64;
}

static int add_member(struct work *w, const struct wf_member *member)
{
	const struct wf_endpoint *e = &member->object->endpoint;

	add_node(w, member->node);
	if (!member->is_here)
		return 0;
	if (wf_vec_push(&w->senders, e->identity) < 0)
		return -ENOMEM;
	return e->is_announced && e->identity_was ? wf_vec_push(&w->senders, e->identity_was) : 0;
}

/* What is outside comes and goes by the gateways' nodes, and is sent in nobody's name. */
static int add_outside(struct work *w)
{
	const struct wf_members *members = w->e->members;

	for (size_t i = 0; i < members->n_own; i++)
		if (members->items[i].object->endpoint.is_gateway)
			add_node(w, members->items[i].node);
	return members->has_gateway_here ? wf_vec_push(&w->senders, 0) : 0;
}

static int select_any(struct work *w)
{
	const struct wf_members *members = w->e->members;
	int r = wf_vec_push(&w->sides, WF_SIDE_AT_ANY);

	for (size_t i = 0; i < members->n_own && !r; i++)
		r = add_member(w, &members->items[i]);
	return r;
}

static int select_labels(struct work *w, const struct wf_object *home,
			 const struct wf_labels *labels)
{
	const struct wf_sides *sides = w->e->sides;
	int r = home ? wf_sides_select(sides, home->self.id, labels, &w->sides) : 0;

	for (size_t i = 0; i < w->sides.n && !r; i++) {
		const struct wf_seen_side *side = &sides->items[w->sides.items[i]];

		for (size_t k = 0; k < side->n_nodes; k++)
			add_node(w, sides->nodes[side->first_node + k]);
		if (side->is_sent)
			r = wf_vec_push(&w->senders, side->side.id);
	}
	return r;
}

/* The first place that is not before @a. */
static size_t bound(const struct work *w, const struct wf_addr *a)
{
	size_t low = 0, high = w->places.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (wf_addr_cmp(&w->places.items[middle].addr, a) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int select_places(struct work *w, const struct wf_prefix *prefix)
{
	const bool is_v4 = wf_prefix_is_v4(prefix);
	int r = 0;

	for (size_t i = bound(w, &prefix->addr); i < w->places.n && !r; i++) {
		const struct place *place = &w->places.items[i];

		if (!wf_prefix_has(prefix, &place->addr))
			break;
		if (wf_addr_is_v4(&place->addr) == is_v4)
			r = add_member(w, place->member);
	}
	return r;
}

static int select_prefix(struct work *w, const struct wf_prefix *prefix)
{
	const struct wf_sides *sides = w->e->sides;
	const size_t first_zone = sides->n - w->e->zones->n_named;
	const bool is_v4 = wf_prefix_is_v4(prefix);
	size_t n, first = wf_zones_inside(w->e->zones, prefix, &n);
	int r = 0;

	for (size_t i = first; i < first + n && !r; i++) {
		const struct wf_zone *zone = &w->e->zones->items[i];
		uint32_t number = zone->value & WF_ZONE_NUMBER;

		if (zone->is_named && wf_prefix_is_v4(&zone->prefix) == is_v4)
			r = wf_vec_push(&w->sides, (uint32_t)first_zone + number - 1);
	}
	if (!r && n && wf_zone_is_outside(&w->e->zones->items[first]))
		r = add_outside(w);
	return r ? r : select_places(w, prefix);
}

static int select_internet(struct work *w)
{
	int r = wf_vec_push(&w->sides, WF_SIDE_AT_INTERNET);

	return r ? r : add_outside(w);
}

static int look_up(struct work *w, const struct wf_selector *s)
{
	switch (s->type) {
	case WF_SELECT_ANY:
		return select_any(w);
	case WF_SELECT_LABELS:
		return select_labels(w, w->e->tenant, &s->labels);
	case WF_SELECT_TENANT:
		return select_labels(w, wf_model_find(w->e->model, WF_KIND_TENANT, NULL, s->tenant),
				     &s->labels);
	case WF_SELECT_PREFIX:
		return select_prefix(w, &s->prefix);
	case WF_SELECT_INTERNET:
		return select_internet(w);
	default:
		return 0;
	}
}

static int take_sides(struct work *w, struct wf_selection *s)
{
	s->sides = calloc(w->sides.n + 1, sizeof(*s->sides));
	if (!s->sides)
		return -ENOMEM;
	for (int is_here = 1; is_here >= 0; is_here--) {
		wf_vec_each (side, &w->sides)
			if (w->e->sides->items[*side].is_here == is_here)
				s->sides[s->n_sides++] = *side;
		if (is_here)
			s->n_here = s->n_sides;
	}
	return 0;
}

static int take_nodes(struct work *w, struct wf_selection *s)
{
	size_t n = 0;

	for (size_t i = 0; i < NODE_WORDS; i++)
		n += (size_t)__builtin_popcountll(w->nodes[i]);
	s->nodes = calloc(n + 1, sizeof(*s->nodes));
	if (!s->nodes)
		return -ENOMEM;
	for (size_t i = 0; i < NODE_WORDS; i++)
		for (uint64_t word = w->nodes[i]; word; word &= word - 1)
			s->nodes[s->n_nodes++] = (uint16_t)(i * 64 + (size_t)__builtin_ctzll(word));
	return 0;
}

static int number_cmp(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int take_senders(struct work *w, struct wf_selection *s)
{
	wf_vec_sort(&w->senders, number_cmp);
	s->senders = calloc(w->senders.n + 1, sizeof(*s->senders));
	if (!s->senders)
		return -ENOMEM;
	for (size_t i = 0; i < w->senders.n; i++)
		if (!i || w->senders.items[i] != w->senders.items[i - 1])
			s->senders[s->n_senders++] = w->senders.items[i];
	return 0;
}

static int fill(struct work *w, struct wf_selection *s)
{
	int r;

	w->sides.n = w->senders.n = 0;
	memset(w->nodes, 0, sizeof(w->nodes));
	r = look_up(w, s->selector);
	if (!r)
		r = take_sides(w, s);
	if (!r)
		r = take_nodes(w, s);
	return r ? r : take_senders(w, s);
}

/* Where a selector stands. */
struct mention {
	const struct wf_selector *selector;
	size_t at; /* in wf_selections.of */
};

static int mention_cmp(const void *a, const void *b)
{
	return selector_cmp(((const struct mention *)a)->selector,
			    ((const struct mention *)b)->selector);
}

static struct mention *mentions_of(struct wf_object *const *policies, size_t n)
{
	struct mention *mentions = calloc(2 * n + 1, sizeof(*mentions));

	for (size_t i = 0; mentions && i < n; i++) {
		mentions[2 * i] = (struct mention){&policies[i]->policy.from, 2 * i};
		mentions[2 * i + 1] = (struct mention){&policies[i]->policy.to, 2 * i + 1};
	}
	if (mentions)
		qsort(mentions, 2 * n, sizeof(*mentions), mention_cmp);
	return mentions;
}

static int fill_all(struct work *w, const struct mention *mentions, size_t n,
		    struct wf_selections *s)
{
	struct wf_selection *last = NULL;

	for (size_t i = 0; i < n; i++) {
		int r = 0;

		if (!last || selector_cmp(last->selector, mentions[i].selector) != 0) {
			last = &s->items[s->n++];
			last->selector = mentions[i].selector;
			r = fill(w, last);
		}
		if (r < 0)
			return r;
		s->of[mentions[i].at] = last;
	}
	return 0;
}

static bool has_prefix(const struct mention *mentions, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (mentions[i].selector->type == WF_SELECT_PREFIX)
			return true;
	return false;
}

int wf_selections_of(const struct wf_electorate *e, struct wf_object *const *policies, size_t n,
		     struct wf_selections *ret)
{
	_cleanup_free_ struct mention *mentions = mentions_of(policies, n);
	struct wf_selections s = {0};
	struct work w = {.e = e};
	int r = 0;

	s.items = calloc(2 * n + 1, sizeof(*s.items));
	s.of = calloc(2 * n + 1, sizeof(*s.of));
	if (!mentions || !s.items || !s.of)
		r = -ENOMEM;
	if (!r && has_prefix(mentions, 2 * n))
		r = find_places(&w);
	if (!r)
		r = fill_all(&w, mentions, 2 * n, &s);
	work_done(&w);
	if (r < 0) {
		wf_selections_done(&s);
		return r;
	}
	*ret = s;
	return 0;
}

void wf_selections_done(struct wf_selections *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->items[i].sides);
		free(s->items[i].nodes);
		free(s->items[i].senders);
	}
	free(s->items);
	free(s->of);
	memset(s, 0, sizeof(*s));
}
