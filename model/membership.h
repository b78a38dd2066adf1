/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memberships of a service: which backends it had, and has, with what weights. Together they make
 * the tables by which all nodes spread its flows (compile/services.h), so they are part of the
 * service; an agent writes them (agent/membership.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/limits.h"

/* A backend, by what its SID is made of: it names the same one whatever others come and go. */
struct wf_seat {
	uint16_t node; /* id */
	uint16_t sid;  /* of the endpoint there */
	uint8_t weight;
};

struct wf_membership {
	uint32_t serial;       /* within the service, 1..; it rises */
	uint16_t n_slots;      /* of the table made of it */
	struct wf_seat *seats; /* owned; sorted by node, sid, each once; weights above 0 */
	unsigned int n_seats;  /* up to WF_SEATS_MAX */
	/* Of a former one: of its backends only those that are present ones, too, may have flows.
	 */
	bool is_drained;
};

/* All of a service: the present one, then former ones that still may have flows, newest first. The
 * zeroed struct is the empty history. */
struct wf_history {
	struct wf_membership *items; /* owned */
	unsigned int n;		     /* up to WF_MEMBERSHIPS_MAX */
};

/*
 * How many slots are enough for @n backends to have equal shares to 1 %: the smallest of 1021,
 * 4093, 16381 and 65521 (primes) that has 100 for each; the largest, if none does.
 */
#define WF_SLOTS_MAX 65521
uint16_t wf_slots_for(unsigned int n);
bool wf_slots_is_valid(uint32_t n_slots);

/* Below 0: @a comes before @b. */
int wf_seat_cmp(const struct wf_seat *a, const struct wf_seat *b);
/* The seat of a node's endpoint, or NULL: it has none. */
const struct wf_seat *wf_membership_find(const struct wf_membership *m, uint16_t node,
					 uint16_t sid);
/* Do they make the same table? */
bool wf_membership_equal(const struct wf_membership *a, const struct wf_membership *b);
/* 0 or -ENOMEM. */
int wf_membership_copy(const struct wf_membership *from, struct wf_membership *ret);
void wf_membership_done(struct wf_membership *m);

/*
 * @now (copied; its serial is not looked at) is the present one from here on. A former one that
 * makes the same table goes, and so does the oldest of too many. 0 or -ENOMEM.
 */
int wf_history_begin(struct wf_history *h, const struct wf_membership *now);
/* The former one with this serial is drained, or goes, if there is such a one. */
void wf_history_drain(struct wf_history *h, uint32_t serial);
void wf_history_forget(struct wf_history *h, uint32_t serial);
/* 0 or -ENOMEM. */
int wf_history_copy(const struct wf_history *from, struct wf_history *ret);
bool wf_history_equal(const struct wf_history *a, const struct wf_history *b);
void wf_history_done(struct wf_history *h);
