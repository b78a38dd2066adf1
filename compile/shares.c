// SPDX-License-Identifier: Apache-2.0
#include "compile/shares.h"

#include <string.h>

#include "compile/maglev.h"
#include "dp/lane.h"

#define N_PARTNERS 4 /* of each owner: its slots have them in turn */
#define NOBODY	   WF_MAGLEV_NONE

/* A membership's table. */
struct table {
	const struct wf_membership *membership; /* borrowed */
	bool is_present;
	struct wf_seat *seats; /* owned */
	bool *is_up;	       /* owned; by seat: it may be asked */
	size_t n_seats;
	uint16_t *owners;		  /* owned; by slot: index of a seat, or NOBODY */
	uint16_t (*partners)[N_PARTNERS]; /* owned; by seat; NULL: they have none */
};

static void table_done(struct table *t)
{
	free(t->seats);
	free(t->is_up);
	free(t->owners);
	free(t->partners);
}

static uint32_t name_of(const struct wf_seat *seat)
{
	return (uint32_t)seat->node << 16 | seat->sid;
}

/* @ret: by slot. */
static int share_out(const struct table *t, bool is_all, uint16_t *ret)
{
	_cleanup_free_ struct wf_maglev_backend *backends = calloc(t->n_seats + 1,
								   sizeof(*backends));

	if (!backends)
		return -ENOMEM;
	for (size_t i = 0; i < t->n_seats; i++)
		backends[i] = (struct wf_maglev_backend){
			.name = name_of(&t->seats[i]),
			.weight = is_all || t->is_up[i] ? t->seats[i].weight : 0,
		};
	return wf_maglev_fill(backends, t->n_seats, t->membership->n_slots, ret);
}

static bool is_whole(const struct table *t)
{
	for (size_t i = 0; i < t->n_seats; i++)
		if (!t->is_up[i])
			return false;
	return true;
}

/* Who cannot own a slot is stood in for by who would own it in a table of those that can. */
static int stand_in(struct table *t)
{
	const uint16_t n_slots = t->membership->n_slots;
	_cleanup_free_ uint16_t *others = calloc(n_slots, sizeof(*others));
	int r = others ? share_out(t, false, others) : -ENOMEM;

	for (uint32_t i = 0; i < n_slots && !r; i++)
		if (t->owners[i] != NOBODY && !t->is_up[t->owners[i]])
			t->owners[i] = others[i];
	return r;
}

static int fill_owners(struct table *t)
{
	int r;

	t->owners = calloc(t->membership->n_slots, sizeof(*t->owners));
	if (!t->owners)
		return -ENOMEM;
	r = share_out(t, true, t->owners);
	return r || !t->is_present || is_whole(t) ? r : stand_in(t);
}

/* The one of highest weight for this owner and place, so that it stays while others come and go. */
static uint16_t find_partner(const struct table *t, size_t owner, uint32_t place)
{
	const uint32_t seed = wf_lane_mix(name_of(&t->seats[owner]) + place);
	uint32_t highest = 0;
	uint16_t best = NOBODY;

	for (size_t i = 0; i < t->n_seats; i++) {
		uint32_t weight = wf_lane_mix(seed ^ wf_lane_mix(name_of(&t->seats[i])));

		if (i == owner || (t->is_present && !t->is_up[i]))
			continue;
		if (best == NOBODY || weight > highest) {
			highest = weight;
			best = (uint16_t)i;
		}
	}
	return best;
}

static int fill_partners(struct table *t)
{
	t->partners = calloc(t->n_seats + 1, sizeof(*t->partners));
	if (!t->partners)
		return -ENOMEM;
	for (size_t i = 0; i < t->n_seats; i++)
		for (uint32_t place = 0; place < N_PARTNERS; place++)
			t->partners[i][place] = find_partner(t, i, place);
	return 0;
}

static bool is_up(const struct wf_seats *seats, const struct wf_seat *seat)
{
	const struct wf_seated *seated = wf_seats_find(seats, seat->node, seat->sid);

	return seated && seated->is_up;
}

/* @seats NULL: all of them, whether they work or not. */
static int fill_seats(struct table *t, const struct wf_seats *seats, const struct wf_history *h)
{
	const struct wf_membership *m = t->membership, *present = &h->items[0];

	t->seats = calloc(m->n_seats + 1, sizeof(*t->seats));
	t->is_up = calloc(m->n_seats + 1, sizeof(*t->is_up));
	if (!t->seats || !t->is_up)
		return -ENOMEM;
	for (unsigned int i = 0; i < m->n_seats; i++) {
		const struct wf_seat *seat = &m->seats[i];

		t->is_up[i] = (!seats || is_up(seats, seat)) &&
			      (!m->is_drained ||
			       wf_membership_find(present, seat->node, seat->sid));
		t->seats[i] = *seat;
	}
	t->n_seats = m->n_seats;
	return 0;
}

static int table_init(struct table *t, const struct wf_seats *seats,
		      const struct wf_service *service, unsigned int membership)
{
	int r;

	t->membership = &service->history.items[membership];
	t->is_present = membership == 0;
	r = fill_seats(t, seats, &service->history);
	if (!r)
		r = fill_owners(t);
	if (!r && service->is_least_loaded)
		r = fill_partners(t);
	return r;
}

/* Adds a backend to a list, if it works and there is room. */
static void offer(struct wf_candidate list[WF_CANDIDATES_MAX], const struct table *t, uint16_t seat)
{
	const struct wf_seat *s = &t->seats[seat];

	if (seat == NOBODY || !t->is_up[seat])
		return;
	for (unsigned int i = 0; i < WF_CANDIDATES_MAX; i++) {
		if (list[i].node == s->node && list[i].sid == s->sid)
			return;
		if (list[i].sid)
			continue;
		list[i] = (struct wf_candidate){s->node, s->sid};
		return;
	}
}

/* @at: a slot of @t's own. */
static void offer_slot(struct wf_candidate list[WF_CANDIDATES_MAX], const struct table *t,
		       uint32_t at)
{
	uint16_t owner = t->owners[at];

	offer(list, t, owner);
	if (owner != NOBODY && t->partners)
		offer(list, t, t->partners[owner][at % N_PARTNERS]);
}

/* The slots of a table of @n that flows of slot @i of @of have there, the last one excluded: of one
 * of the same size the same slot. As dp/share.h scales them. */
static uint32_t first_at(uint32_t i, uint32_t n, uint32_t of)
{
	return (uint32_t)((uint64_t)i * n / of);
}

static uint32_t end_at(uint32_t i, uint32_t n, uint32_t of)
{
	return (uint32_t)(((uint64_t)(i + 1) * n + of - 1) / of);
}

static void fill_slot(struct wf_shares *s, const struct table *tables, unsigned int n, uint32_t i)
{
	for (unsigned int k = 0; k < n; k++) {
		const uint32_t size = tables[k].membership->n_slots;

		for (uint32_t at = first_at(i, size, s->n_slots); at < end_at(i, size, s->n_slots);
		     at++)
			offer_slot(s->slots[i], &tables[k], at);
	}
}

int wf_candidates_cmp(const struct wf_candidate *a, const struct wf_candidate *b)
{
	int c = 0;

	for (unsigned int i = 0; i < WF_CANDIDATES_MAX && !c; i++) {
		c = (int)a[i].node - (int)b[i].node;
		if (!c)
			c = (int)a[i].sid - (int)b[i].sid;
	}
	return c;
}

static int list_cmp(const void *a, const void *b)
{
	return wf_candidates_cmp(a, b);
}

typedef struct wf_candidate list_of[WF_CANDIDATES_MAX];

/* The different lists of several, sorted; returns how many. @ret: as many as there are slots. */
static size_t find_hunts(const struct wf_shares *s, list_of *ret)
{
	size_t n = 0, n_unique = 0;

	for (uint32_t i = 0; i < s->n_slots; i++)
		if (s->slots[i][1].sid)
			memcpy(ret[n++], s->slots[i], sizeof(*ret));
	if (n)
		qsort(ret, n, sizeof(*ret), list_cmp);
	for (size_t i = 0; i < n; i++)
		if (!n_unique || list_cmp(ret[n_unique - 1], ret[i]) != 0)
			memmove(ret[n_unique++], ret[i], sizeof(*ret));
	return n_unique;
}

static int limit_hunts(struct wf_shares *s)
{
	_cleanup_free_ list_of *hunts = calloc(s->n_slots, sizeof(*hunts));

	if (!hunts)
		return -ENOMEM;
	if (find_hunts(s, hunts) <= WF_HUNTS_MAX)
		return 0;
	for (uint32_t i = 0; i < s->n_slots; i++)
		if (list_cmp(s->slots[i], hunts[WF_HUNTS_MAX]) >= 0)
			memset(&s->slots[i][1], 0, sizeof(*s->slots) - sizeof(**s->slots));
	return 0;
}

static int make(const struct table *tables, unsigned int n, struct wf_shares *ret)
{
	struct wf_shares s = {.n_slots = tables[0].membership->n_slots};
	int r;

	s.slots = calloc(s.n_slots, sizeof(*s.slots));
	if (!s.slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < s.n_slots; i++)
		fill_slot(&s, tables, n, i);
	r = limit_hunts(&s);
	if (r)
		wf_shares_done(&s);
	else
		*ret = s;
	return r;
}

int wf_shares_of(const struct wf_seats *s, const struct wf_service *service, struct wf_shares *ret)
{
	struct table tables[WF_MEMBERSHIPS_MAX] = {0};
	const unsigned int n = service->history.n;
	int r = 0;

	*ret = (struct wf_shares){0};
	for (unsigned int i = 0; i < n && !r; i++)
		r = table_init(&tables[i], s, service, i);
	if (n && !r)
		r = make(tables, n, ret);
	for (unsigned int i = 0; i < n; i++)
		table_done(&tables[i]);
	return r;
}

int wf_shares_before(const struct wf_service *service, struct wf_shares *ret)
{
	struct table table = {0};
	int r = 0;

	*ret = (struct wf_shares){0};
	if (service->history.n < 2)
		return 0;
	r = table_init(&table, NULL, service, 1);
	if (!r)
		r = make(&table, 1, ret);
	table_done(&table);
	return r;
}

void wf_shares_done(struct wf_shares *s)
{
	free(s->slots);
	*s = (struct wf_shares){0};
}

unsigned int wf_shares_count(const struct wf_shares *s, uint16_t node, uint16_t sid)
{
	unsigned int n = 0;

	for (uint32_t i = 0; i < s->n_slots; i++)
		n += s->slots[i][0].node == node && s->slots[i][0].sid == sid;
	return n;
}
