/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a service's flows are spread: its table of slots, and for each the candidates for a flow.
 *
 *   memberships   [A C]  [A B C]  [A B]        present, former ones; B drains
 *   slot 7 owned      C        B      B   ->   C, then B: C takes what is new, B has what it had
 *   slot 8 owned      A        A      B   ->   A, then B
 *
 * The first candidate is the present owner, then come the former owners, newest first, each once,
 * of those that work: they are asked in this order who knows the flow, and at the end the first one
 * takes it ("hunting"). Of a membership that is drained only backends that still are members count:
 * their flows last as long as they want. With `balance: least-loaded` each slot also has a partner
 * of its owner, who is asked second and takes new flows that the owner declines.
 *
 * The table is made of the service's history (model/membership.h) and of who works now, so all
 * nodes make the same one, but for backends that one of them does not reach (compile/here.h). Who
 * is down, or not reached, gets nothing from the moment that is known: who would own its slots if
 * it were no member does, and all other slots stay as they are, so nobody is hunted for. When the
 * history says so, too, the table is made anew. Who comes is in it when the history says so, and by
 * then its node has its SID (agent/membership.h). Where nobody
 * owns a slot because no present member works, a former owner is the first candidate: better it
 * gets new flows than its old ones are lost.
 */
#pragma once

#include "compile/seats.h"
#include "dp/table.h"

struct wf_shares {
	uint16_t n_slots;				 /* 0: there was no membership yet */
	struct wf_candidate (*slots)[WF_CANDIDATES_MAX]; /* owned; sid 0: no more of them */
};

/* More different lists of several candidates than this a service does not have: further ones are
 * cut to their first. Each is a path to every way there. */
#define WF_HUNTS_MAX 8192

/* @s: of the service's tenant. 0 or -ENOMEM. */
int wf_shares_of(const struct wf_seats *s, const struct wf_service *service, struct wf_shares *ret);
void wf_shares_done(struct wf_shares *s);

/* The table of the last former membership, by itself: one candidate each. n_slots 0: there is none.
 * 0 or -ENOMEM. */
int wf_shares_before(const struct wf_service *service, struct wf_shares *ret);
/* The slots that a backend is the first candidate of. */
unsigned int wf_shares_count(const struct wf_shares *s, uint16_t node, uint16_t sid);

/* Below 0: the list @a comes before @b. Both have WF_CANDIDATES_MAX. */
int wf_candidates_cmp(const struct wf_candidate *a, const struct wf_candidate *b);
