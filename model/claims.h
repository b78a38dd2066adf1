/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only one object of a kind (and tenant) may have - ids and addresses - and which has it: a
 * hash table with open addressing. It borrows the objects; the zeroed struct is the empty table.
 *
 * An object claims: a node its id and its End SID, a tenant, an identity, a policy, a key and a
 * service their ids, an endpoint its addresses and its SID on its node, a service its addresses,
 * which are as an endpoint's, and each port of them. Services share addresses. Claims that
 * contradict each other stand side by side: finding them is the checker's work.
 */
#pragma once

#include "model/object.h"

enum wf_claim_type {
	WF_CLAIM_ID,
	WF_CLAIM_ADDRESS,
	WF_CLAIM_SID,  /* an endpoint's on its node */
	WF_CLAIM_PORT, /* a service's of an address */
	WF_CLAIM_COUNT,
};

struct wf_claim {
	enum wf_kind kind; /* ENDPOINT for all addresses of a tenant */
	enum wf_claim_type type;
	bool is_shared; /* others that share it, too, do not contradict */
	/* Within which it is alone: a tenant, "" for kinds that belong to none; of a SID a node. */
	const char *scope;
	struct wf_addr value; /* of ids and SIDs the number's bytes, then zeros */
	uint8_t proto;	      /* WF_CLAIM_PORT; else 0 */
	uint16_t port;	      /* WF_CLAIM_PORT; else 0 */
};

/* The @i-th claim of @o; false: it has no more. */
bool wf_object_claim(const struct wf_object *o, unsigned int i, struct wf_claim *ret);
/* A claim of an id. */
struct wf_claim wf_claim_id(enum wf_kind kind, const char *tenant, uint32_t id);
/* An endpoint's claim of a SID on @node. */
struct wf_claim wf_claim_sid(const char *node, uint16_t sid);
/* The number of a claim of an id or SID. */
uint32_t wf_claim_number(const struct wf_claim *claim);

/* The same thing, shared or not? */
bool wf_claim_equal(const struct wf_claim *a, const struct wf_claim *b);

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

/* Who has it, and does not share it with @claim, beside @except (may be NULL)? NULL: nobody. */
struct wf_object *wf_claims_find(const struct wf_claims *c, const struct wf_claim *claim,
				 const struct wf_object *except);

int wf_claims_copy(const struct wf_claims *from, struct wf_claims *ret);
void wf_claims_done(struct wf_claims *c);
