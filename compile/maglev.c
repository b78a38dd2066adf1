// SPDX-License-Identifier: Apache-2.0
#include "compile/maglev.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/own.h"
#include "compile/hash.h"

/* A backend while the table is filled. */
struct taker {
	uint64_t name;
	uint64_t
		due; /* the round of its next turn is the first whose number times weight is this */
	uint32_t weight;
	uint32_t at; /* its permutation: this slot next, then @skip further on */
	uint32_t skip;
	uint16_t index;
};

static int taker_cmp(const void *a, const void *b)
{
	const struct taker *x = a, *y = b;

	return (x->name > y->name) - (x->name < y->name);
}

static struct taker taker_of(const struct wf_maglev_backend *b, size_t index, uint16_t n_slots)
{
	const uint64_t words[2] = {b->name, 1};

	return (struct taker){
		.name = b->name,
		.weight = b->weight,
		.at = (uint32_t)(wf_hash_of(words, sizeof(words[0])) % n_slots),
		.skip = (uint32_t)(wf_hash_of(words, sizeof(words)) % (n_slots - 1u) + 1),
		.index = (uint16_t)index,
	};
}

/* Those with a weight, by name; returns how many. */
static size_t make_takers(const struct wf_maglev_backend *backends, size_t n, uint16_t n_slots,
			  struct taker *ret)
{
	size_t n_takers = 0;

	for (size_t i = 0; i < n; i++)
		if (backends[i].weight)
			ret[n_takers++] = taker_of(&backends[i], i, n_slots);
	if (n_takers)
		qsort(ret, n_takers, sizeof(*ret), taker_cmp);
	return n_takers;
}

static void take(struct taker *t, uint16_t n_slots, uint16_t *slots)
{
	while (slots[t->at] != WF_MAGLEV_NONE)
		t->at = (t->at + t->skip) % n_slots;
	slots[t->at] = t->index;
}

static uint32_t heaviest(const struct taker *takers, size_t n)
{
	uint32_t most = 0;

	for (size_t i = 0; i < n; i++)
		most = takers[i].weight > most ? takers[i].weight : most;
	return most;
}

int wf_maglev_fill(const struct wf_maglev_backend *backends, size_t n, uint16_t n_slots,
		   uint16_t *ret)
{
	_cleanup_free_ struct taker *takers = calloc(n + 1, sizeof(*takers));
	uint32_t n_free = n_slots, most;
	size_t n_takers;

	assert(n < WF_MAGLEV_NONE);
	if (!takers)
		return -ENOMEM;
	n_takers = make_takers(backends, n, n_slots, takers);
	most = heaviest(takers, n_takers);
	for (uint32_t i = 0; i < n_slots; i++)
		ret[i] = WF_MAGLEV_NONE;
	for (uint64_t round = 1; n_takers && n_free; round++)
		for (size_t i = 0; i < n_takers && n_free; i++) {
			if (round * takers[i].weight < takers[i].due)
				continue;
			takers[i].due += most;
			take(&takers[i], n_slots, ret);
			n_free--;
		}
	return 0;
}
