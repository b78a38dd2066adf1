// SPDX-License-Identifier: Apache-2.0
#include "agent/slots.h"

#define WORD_BITS 64
#define N_WORDS	  (WF_COUNTER_SLOTS / WORD_BITS)

static bool is_used(const struct wf_slots *s, uint32_t number)
{
	return s->used[number / WORD_BITS] >> number % WORD_BITS & 1;
}

static int reserve(struct wf_slots *s)
{
	if (s->used)
		return 0;
	s->used = calloc(N_WORDS, sizeof(*s->used));
	if (!s->used)
		return -ENOMEM;
	s->used[0] = 1; /* slot 0 is everybody's */
	s->lowest = 1;
	return 0;
}

static void use(struct wf_slots *s, uint32_t number)
{
	s->used[number / WORD_BITS] |= 1ull << number % WORD_BITS;
}

int wf_slots_take(struct wf_slots *s, uint32_t *ret)
{
	if (reserve(s) < 0)
		return -ENOMEM;
	while (s->lowest < WF_COUNTER_SLOTS && is_used(s, s->lowest))
		s->lowest++;
	if (s->lowest == WF_COUNTER_SLOTS)
		return -ENOSPC;
	use(s, s->lowest);
	*ret = s->lowest;
	return 0;
}

void wf_slots_give(struct wf_slots *s, uint32_t number)
{
	s->used[number / WORD_BITS] &= ~(1ull << number % WORD_BITS);
	if (number < s->lowest)
		s->lowest = number;
}

int wf_slots_adopt(struct wf_slots *s, const struct wf_counter_key *key, uint32_t number)
{
	struct wf_slot slot = {.key = *key, .number = number};

	if (number == 0 || number >= WF_COUNTER_SLOTS)
		return -EINVAL;
	if (reserve(s) < 0)
		return -ENOMEM;
	if (is_used(s, number))
		return -EEXIST;
	if (wf_vec_push(s, slot) < 0)
		return -ENOMEM;
	use(s, number);
	return 0;
}

static int cmp(const void *a, const void *b)
{
	const struct wf_slot *x = a, *y = b;

	return memcmp(&x->key, &y->key, sizeof(x->key));
}

void wf_slots_sort(struct wf_slots *s)
{
	wf_vec_sort(s, cmp);
}

const struct wf_slot *wf_slots_find(const struct wf_slots *s, const struct wf_counter_key *key)
{
	struct wf_slot wanted = {.key = *key};

	return s->n ? bsearch(&wanted, s->items, s->n, sizeof(*s->items), cmp) : NULL;
}

void wf_slots_done(struct wf_slots *s)
{
	free(s->used);
	free(s->items);
	memset(s, 0, sizeof(*s));
}
