/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Backends by what packets find them by: the endpoints of a tenant that have a number for a SID of
 * their own, and that are no function's and no gateway's. And which of them a service would spread
 * over now.
 */
#pragma once

#include "compile/here.h"
#include "compile/nodes.h"

struct wf_seated {
	const struct wf_object *object; /* endpoint; borrowed */
	uint16_t node;			/* id */
	bool is_up;			/* it is, and its node is reached */
};

struct wf_seats {
	struct wf_seated *items; /* owned; sorted by node, then the endpoint's sid */
	size_t n;
	size_t cap;
};

/* As seen from @here (NULL: from where all nodes are reached). 0 or -ENOMEM. */
int wf_seats_of(const struct wf_model *m, const struct wf_here *here, const char *tenant,
		struct wf_seats *ret);
void wf_seats_done(struct wf_seats *s);
/* NULL: nobody has the seat. */
const struct wf_seated *wf_seats_find(const struct wf_seats *s, uint16_t node, uint16_t sid);

/*
 * The membership that @service of their tenant should have (its serial is 0): backends that are up,
 * have a weight, and an address of each family of the service; but not those that come by labels
 * that are only announced so far. Its table is never smaller than what the service has had: former
 * owners of a slot are found in a larger one, not in a smaller one. 0 or -ENOMEM.
 */
int wf_membership_now(const struct wf_seats *s, const struct wf_service *service,
		      struct wf_membership *ret);

/* Why an endpoint that @service selects is not spread over: a word or two; NULL: it is. */
const char *wf_seat_hindrance(const struct wf_service *service, const struct wf_endpoint *e);
