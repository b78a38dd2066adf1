/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only one object of a kind (and tenant) may have - ids and addresses - and which has it: a
 * hash table with open addressing. It borrows the objects; the zeroed struct is the empty table.
 *
 * An object claims: a node its id and its End SID, a tenant, an identity, a policy and a key their
 * ids, an endpoint its addresses. Claims that contradict each other stand side by side: finding
 * them is the checker's work.
 */
#pragma once

#include "model/object.h"

enum wf_claim_type {
	WF_CLAIM_ID,
	WF_CLAIM_ADDRESS,
	WF_CLAIM_COUNT,
};

struct wf_claim {
	enum wf_kind kind;
	enum wf_claim_type type;
	const char *tenant; /* "" for kinds that belong to none */
	struct wf_addr value;
};

/* The @i-th claim of @o; false: it has no more. */
bool wf_object_claim(const struct wf_object *o, unsigned int i, struct wf_claim *ret);
/* A claim of an id. */
struct wf_claim wf_claim_id(enum wf_kind kind, const char *tenant, uint32_t id);

struct wf_claim_slot {
	struct wf_object *owner; /* NULL: free */
	uint32_t hash;
	uint32_t index; /* of the claim, as for wf_object_claim() */
};

struct wf_claims {
	struct wf_claim_slot *slots; /* owned; a power of two of them */
	size_t n;
	size_t cap;
};

/* Makes room for all claims of one more object. 0 or -ENOMEM. */
int wf_claims_reserve(struct wf_claims *c);
/* Adds all claims of @o; there must be room. */
void wf_claims_add(struct wf_claims *c, struct wf_object *o);
void wf_claims_remove(struct wf_claims *c, const struct wf_object *o);

/* Who has it, beside @except (may be NULL)? NULL: nobody. */
struct wf_object *wf_claims_find(const struct wf_claims *c, const struct wf_claim *claim,
				 const struct wf_object *except);

int wf_claims_copy(const struct wf_claims *from, struct wf_claims *ret);
void wf_claims_done(struct wf_claims *c);
