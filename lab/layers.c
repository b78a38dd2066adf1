// SPDX-License-Identifier: Apache-2.0
#include "lab/layers.h"

#include <string.h>

#define SWEEPS	    8
#define RELAXATIONS 40

struct sorter {
	double key;
	unsigned int item;
};

/* From the outside, if there is one, into the domain. */
static unsigned int first_of(const struct wf_lab *lab)
{
	return lab->n_inside < lab->hosts.n ? lab->n_inside : 0;
}

static void hop_counts(const struct wf_lab *lab, unsigned int *hops)
{
	bool has_changed = true;

	for (size_t i = 0; i < lab->hosts.n; i++)
		hops[i] = i == first_of(lab) ? 0 : WF_LAB_HOSTS_MAX;
	while (has_changed) {
		has_changed = false;
		wf_vec_each (l, &lab->links) {
			for (int end = 0; end < 2; end++) {
				unsigned int *near = &hops[l->ends[end]],
					     *far = &hops[l->ends[!end]];

				if (*near + 1 < *far) {
					*far = *near + 1;
					has_changed = true;
				}
			}
		}
	}
}

/* A link points away from the first host; between equally far ones as the file has them. */
static bool is_before(const unsigned int *hops, unsigned int a, unsigned int b)
{
	return hops[a] != hops[b] ? hops[a] < hops[b] : a < b;
}

/* The longest way of links that point to a host is its layer. */
static void find_layers(const struct wf_lab *lab, const unsigned int *hops, struct wf_layers *l)
{
	bool has_changed = true;

	while (has_changed) {
		has_changed = false;
		wf_vec_each (link, &lab->links) {
			int first = is_before(hops, link->ends[0], link->ends[1]) ? 0 : 1;
			struct wf_layer_item *from = &l->items.items[link->ends[first]];
			struct wf_layer_item *to = &l->items.items[link->ends[!first]];

			if (to->layer < from->layer + 1) {
				to->layer = from->layer + 1;
				has_changed = true;
			}
		}
	}
	wf_vec_each (i, &l->items)
		if (i->layer + 1 > l->n_layers)
			l->n_layers = i->layer + 1;
}

static int add_edges(const struct wf_lab *lab, const unsigned int *hops, struct wf_layers *l)
{
	wf_vec_each (link, &lab->links) {
		int first = is_before(hops, link->ends[0], link->ends[1]) ? 0 : 1;
		unsigned int at = link->ends[first], last = link->ends[!first];

		while (l->items.items[at].layer + 1 < l->items.items[last].layer) {
			struct wf_layer_item pass = {.host = -1,
						     .layer = l->items.items[at].layer + 1,
						     .degree = 2};
			struct wf_layer_edge e = {at, (unsigned int)l->items.n};

			if (l->items.n >= WF_LAYERS_ITEMS_MAX)
				return -E2BIG;
			if (wf_vec_push(&l->items, pass) < 0 || wf_vec_push(&l->edges, e) < 0)
				return -ENOMEM;
			at = e.to;
		}
		if (wf_vec_push(&l->edges, ((struct wf_layer_edge){at, last})) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* What hangs off a host hardly moves it; what stands in a chain pulls to be straight. */
static double weight_of(const struct wf_layer_item *i)
{
	return i->degree <= 1 ? 0.02 : i->degree == 2 ? 8 : 1;
}

static double same_weight(const struct wf_layer_item *i)
{
	return 1;
}

/* The mean y of the neighbors in the layer before or after (@side -1, 1) or both (0). */
static double mean_of_neighbors(const struct wf_layers *l, unsigned int item, int side,
				double (*weigh)(const struct wf_layer_item *i))
{
	double sum = 0, weights = 0;

	wf_vec_each (e, &l->edges) {
		bool is_right = e->from == item;
		const struct wf_layer_item *other = &l->items.items[is_right ? e->to : e->from];
		double weight = weigh(other);

		if ((!is_right && e->to != item) || (side < 0 && is_right) ||
		    (side > 0 && !is_right))
			continue;
		sum += other->y * weight;
		weights += weight;
	}
	return weights > 0 ? sum / weights : l->items.items[item].y;
}

static int by_key(const void *a, const void *b)
{
	const struct sorter *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->item < y->item ? -1 : 1;
}

/* The items of a layer, sorted by y. Returns how many. */
static size_t sort_layer(const struct wf_layers *l, unsigned int layer, struct sorter *ret)
{
	size_t n = 0;

	for (unsigned int i = 0; i < l->items.n; i++)
		if (l->items.items[i].layer == layer)
			ret[n++] = (struct sorter){l->items.items[i].y, i};
	qsort(ret, n, sizeof(*ret), by_key);
	return n;
}

static void order_layer(struct wf_layers *l, unsigned int layer, int side, struct sorter *s)
{
	size_t n = sort_layer(l, layer, s);

	for (size_t i = 0; i < n; i++)
		s[i].key = mean_of_neighbors(l, s[i].item, side, same_weight);
	qsort(s, n, sizeof(*s), by_key);
	for (size_t i = 0; i < n; i++)
		l->items.items[s[i].item].y = (double)i;
}

/*
 * Moves the items of a layer towards their neighbors, in the same order and at least 1 apart, all
 * together as little as can be (isotonic regression: items that would overlap become one block,
 * which stands where the mean of its items wants to be).
 */
static void relax_layer(struct wf_layers *l, unsigned int layer, struct sorter *s)
{
	struct block {
		double sum, weight;
		size_t n;
	} blocks[WF_LAYERS_ITEMS_MAX], *top = blocks;
	size_t n = sort_layer(l, layer, s), i;

	for (i = 0; i < n; i++) {
		const struct wf_layer_item *item = &l->items.items[s[i].item];
		double weight = weight_of(item);
		double wanted = mean_of_neighbors(l, s[i].item, 0, weight_of) - (double)i;

		*top++ = (struct block){wanted * weight, weight, 1};
		while (top - blocks > 1 &&
		       top[-2].sum / top[-2].weight > top[-1].sum / top[-1].weight) {
			top[-2].sum += top[-1].sum;
			top[-2].weight += top[-1].weight;
			top[-2].n += top[-1].n;
			top--;
		}
	}
	i = 0;
	for (struct block *b = blocks; b < top; b++)
		for (size_t in_block = 0; in_block < b->n; in_block++, i++)
			l->items.items[s[i].item].y = b->sum / b->weight + (double)i;
}

/* Rows are half units of y; those that nothing stands on are left out. */
static void number_rows(struct wf_layers *l, struct sorter *s)
{
	unsigned int row = 0;
	long last = 0;

	for (unsigned int i = 0; i < l->items.n; i++) {
		double halves = (l->items.items[i].y + WF_LAYERS_ITEMS_MAX) * 2;

		s[i] = (struct sorter){(double)(long)(halves + 0.5), i};
	}
	qsort(s, l->items.n, sizeof(*s), by_key);
	for (size_t i = 0; i < l->items.n; i++) {
		if (i && (long)s[i].key != last)
			row++;
		last = (long)s[i].key;
		l->items.items[s[i].item].row = row;
	}
	l->n_rows = row + 1;
}

static void find_rows(struct wf_layers *l)
{
	struct sorter s[WF_LAYERS_ITEMS_MAX];

	for (unsigned int i = 0; i < l->items.n; i++)
		l->items.items[i].y = i;
	for (int sweep = 0; sweep < SWEEPS; sweep++)
		for (unsigned int i = 0; i < l->n_layers; i++)
			order_layer(l, sweep % 2 ? l->n_layers - 1 - i : i, sweep % 2 ? 1 : -1, s);
	for (int round = 0; round < RELAXATIONS; round++)
		for (unsigned int i = 0; i < l->n_layers; i++)
			relax_layer(l, round % 2 ? l->n_layers - 1 - i : i, s);
	number_rows(l, s);
}

int wf_layers_build(const struct wf_lab *lab, struct wf_layers *ret)
{
	unsigned int hops[WF_LAB_HOSTS_MAX];
	int r;

	memset(ret, 0, sizeof(*ret));
	hop_counts(lab, hops);
	for (size_t i = 0; i < lab->hosts.n; i++)
		if (wf_vec_push(&ret->items, ((struct wf_layer_item){.host = (int)i})) < 0)
			return -ENOMEM;
	wf_vec_each (link, &lab->links) {
		ret->items.items[link->ends[0]].degree++;
		ret->items.items[link->ends[1]].degree++;
	}
	find_layers(lab, hops, ret);
	r = add_edges(lab, hops, ret);
	if (r < 0)
		return r;
	find_rows(ret);
	return 0;
}

void wf_layers_stagger(struct wf_layers *l)
{
	wf_vec_each (i, &l->items)
		i->row = i->row * 2 + i->layer % 2;
	l->n_rows *= 2;
}

void wf_layers_done(struct wf_layers *l)
{
	wf_vec_done(&l->items);
	wf_vec_done(&l->edges);
}
