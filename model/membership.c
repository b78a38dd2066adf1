// SPDX-License-Identifier: Apache-2.0
#include "model/membership.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_EACH 100

static const uint16_t sizes[] = {1021, 4093, 16381, WF_SLOTS_MAX};
#define N_SIZES (sizeof(sizes) / sizeof(*sizes))

uint16_t wf_slots_for(unsigned int n)
{
	size_t i = 0;

	while (i + 1 < N_SIZES && sizes[i] < (uint64_t)n * SLOTS_EACH)
		i++;
	return sizes[i];
}

bool wf_slots_is_valid(uint32_t n_slots)
{
	for (size_t i = 0; i < N_SIZES; i++)
		if (sizes[i] == n_slots)
			return true;
	return false;
}

int wf_seat_cmp(const struct wf_seat *a, const struct wf_seat *b)
{
	int c = (int)a->node - (int)b->node;

	return c ? c : (int)a->sid - (int)b->sid;
}

static int cmp(const void *a, const void *b)
{
	return wf_seat_cmp(a, b);
}

const struct wf_seat *wf_membership_find(const struct wf_membership *m, uint16_t node, uint16_t sid)
{
	const struct wf_seat wanted = {.node = node, .sid = sid};

	return m->n_seats ? bsearch(&wanted, m->seats, m->n_seats, sizeof(wanted), cmp) : NULL;
}

bool wf_membership_equal(const struct wf_membership *a, const struct wf_membership *b)
{
	if (a->n_slots != b->n_slots || a->n_seats != b->n_seats)
		return false;
	for (unsigned int i = 0; i < a->n_seats; i++)
		if (wf_seat_cmp(&a->seats[i], &b->seats[i]) != 0 ||
		    a->seats[i].weight != b->seats[i].weight)
			return false;
	return true;
}

int wf_membership_copy(const struct wf_membership *from, struct wf_membership *ret)
{
	struct wf_membership copy = *from;

	copy.seats = NULL;
	if (from->n_seats) {
		copy.seats = reallocarray(NULL, from->n_seats, sizeof(*copy.seats));
		if (!copy.seats)
			return -ENOMEM;
		memcpy(copy.seats, from->seats, from->n_seats * sizeof(*copy.seats));
	}
	*ret = copy;
	return 0;
}

void wf_membership_done(struct wf_membership *m)
{
	free(m->seats);
	*m = (struct wf_membership){0};
}

static void take_out(struct wf_history *h, unsigned int i)
{
	wf_membership_done(&h->items[i]);
	h->n--;
	memmove(&h->items[i], &h->items[i + 1], (h->n - i) * sizeof(*h->items));
}

/* Makes room for another one at the front. */
static int make_room(struct wf_history *h)
{
	struct wf_membership *items;

	if (h->n == WF_MEMBERSHIPS_MAX)
		take_out(h, h->n - 1);
	items = reallocarray(h->items, h->n + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	memmove(items + 1, items, h->n * sizeof(*items));
	h->items = items;
	h->n++;
	return 0;
}

int wf_history_begin(struct wf_history *h, const struct wf_membership *now)
{
	uint32_t serial = h->n ? h->items[0].serial + 1 : 1;
	struct wf_membership copy;

	if (wf_membership_copy(now, &copy) < 0)
		return -ENOMEM;
	for (unsigned int i = h->n; i--;)
		if (wf_membership_equal(&h->items[i], now))
			take_out(h, i);
	if (make_room(h) < 0) {
		wf_membership_done(&copy);
		return -ENOMEM;
	}
	copy.serial = serial ? serial : 1;
	copy.is_drained = false;
	h->items[0] = copy;
	return 0;
}

/* The place of a former one; the number of all: there is no such one. */
static unsigned int find_former(const struct wf_history *h, uint32_t serial)
{
	unsigned int i = 1;

	while (i < h->n && h->items[i].serial != serial)
		i++;
	return i;
}

void wf_history_drain(struct wf_history *h, uint32_t serial)
{
	unsigned int i = find_former(h, serial);

	if (i < h->n)
		h->items[i].is_drained = true;
}

void wf_history_forget(struct wf_history *h, uint32_t serial)
{
	unsigned int i = find_former(h, serial);

	if (i < h->n)
		take_out(h, i);
}

int wf_history_copy(const struct wf_history *from, struct wf_history *ret)
{
	struct wf_history copy = {0};

	copy.items = from->n ? calloc(from->n, sizeof(*copy.items)) : NULL;
	if (from->n && !copy.items)
		return -ENOMEM;
	for (; copy.n < from->n; copy.n++)
		if (wf_membership_copy(&from->items[copy.n], &copy.items[copy.n]) < 0) {
			wf_history_done(&copy);
			return -ENOMEM;
		}
	*ret = copy;
	return 0;
}

bool wf_history_equal(const struct wf_history *a, const struct wf_history *b)
{
	for (unsigned int i = 0; i < a->n && i < b->n; i++)
		if (a->items[i].serial != b->items[i].serial ||
		    a->items[i].is_drained != b->items[i].is_drained ||
		    !wf_membership_equal(&a->items[i], &b->items[i]))
			return false;
	return a->n == b->n;
}

void wf_history_done(struct wf_history *h)
{
	for (unsigned int i = 0; i < h->n; i++)
		wf_membership_done(&h->items[i]);
	free(h->items);
	*h = (struct wf_history){0};
}
