// SPDX-License-Identifier: Apache-2.0
#include "model/claims.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A service's: its id, its addresses, and each port of each. */
#define CLAIMS_PER_OBJECT (1 + WF_SERVICE_ADDR_MAX * (1 + WF_SERVICE_PORTS_MAX))

_Static_assert(CLAIMS_PER_OBJECT > WF_ENDPOINT_ADDR_MAX + 1, "an endpoint has no more");

struct wf_claim wf_claim_id(enum wf_kind kind, const char *tenant, uint32_t id)
{
	struct wf_claim claim = {.kind = kind, .type = WF_CLAIM_ID, .scope = tenant};

	memcpy(claim.value.bytes, &id, sizeof(id));
	return claim;
}

struct wf_claim wf_claim_sid(const char *node, uint16_t sid)
{
	struct wf_claim claim = wf_claim_id(WF_KIND_ENDPOINT, node, sid);

	claim.type = WF_CLAIM_SID;
	return claim;
}

uint32_t wf_claim_number(const struct wf_claim *claim)
{
	uint32_t number;

	memcpy(&number, claim->value.bytes, sizeof(number));
	return number;
}

static bool id_claim(const struct wf_object *o, uint32_t id, struct wf_claim *ret)
{
	*ret = wf_claim_id(o->kind, o->tenant, id);
	return id != 0;
}

static bool address_claim(const struct wf_object *o, const struct wf_addr *a, struct wf_claim *ret)
{
	*ret = (struct wf_claim){
		.kind = o->kind, .type = WF_CLAIM_ADDRESS, .scope = o->tenant, .value = *a};
	return true;
}

static bool endpoint_claim(const struct wf_object *o, unsigned int i, struct wf_claim *ret)
{
	const struct wf_endpoint *e = &o->endpoint;

	if (i < e->n_addrs)
		return address_claim(o, &e->addrs[i], ret);
	*ret = wf_claim_sid(e->node, e->sid);
	return i == e->n_addrs && e->sid && e->node[0];
}

static bool service_claim(const struct wf_object *o, unsigned int i, struct wf_claim *ret)
{
	const struct wf_service *s = &o->service;
	const struct wf_service_port *port;

	if (s->id && i-- == 0)
		return id_claim(o, s->id, ret);
	if (i < s->n_addrs) {
		address_claim(o, &s->addrs[i], ret);
		ret->kind = WF_KIND_ENDPOINT;
		ret->is_shared = true;
		return true;
	}
	i -= s->n_addrs;
	if (i >= s->n_addrs * s->n_ports)
		return false;
	port = &s->ports[i % s->n_ports];
	address_claim(o, &s->addrs[i / s->n_ports], ret);
	ret->type = WF_CLAIM_PORT;
	ret->proto = port->proto;
	ret->port = port->port;
	return true;
}

static bool node_claim(const struct wf_object *o, unsigned int i, struct wf_claim *ret)
{
	if (o->node.id && i-- == 0)
		return id_claim(o, o->node.id, ret);
	return o->node.has_end_sid && i == 0 && address_claim(o, &o->node.end_sid, ret);
}

bool wf_object_claim(const struct wf_object *o, unsigned int i, struct wf_claim *ret)
{
	switch (o->kind) {
	case WF_KIND_NODE:
		return node_claim(o, i, ret);
	case WF_KIND_TENANT:
		return i == 0 && id_claim(o, o->self.id, ret);
	case WF_KIND_IDENTITY:
		return i == 0 && id_claim(o, o->identity.id, ret);
	case WF_KIND_POLICY:
		return i == 0 && id_claim(o, o->policy.id, ret);
	case WF_KIND_KEY:
		return i == 0 && id_claim(o, o->key.id, ret);
	case WF_KIND_ENDPOINT:
		return endpoint_claim(o, i, ret);
	case WF_KIND_SERVICE:
		return service_claim(o, i, ret);
	default:
		return false;
	}
}

/* What tells addresses apart is at the end of their bytes, the high end of a word: fold it down. */
static uint64_t mix(uint64_t h, uint64_t word)
{
	h ^= word;
	h = (h ^ (h >> 32)) * 0x9fb21c651e98df25ull;
	return h ^ (h >> 29);
}

static uint32_t hash_of(const struct wf_claim *claim)
{
	uint64_t h = mix(claim->kind, claim->type), words[2];

	for (const char *c = claim->scope; *c; c++)
		h = mix(h, (unsigned char)*c);
	h = mix(h, (uint64_t)claim->proto << 16 | claim->port);
	memcpy(words, claim->value.bytes, sizeof(words));
	return (uint32_t)mix(mix(h, words[0]), words[1]);
}

bool wf_claim_equal(const struct wf_claim *a, const struct wf_claim *b)
{
	return a->kind == b->kind && a->type == b->type && strcmp(a->scope, b->scope) == 0 &&
	       wf_addr_cmp(&a->value, &b->value) == 0 && a->proto == b->proto && a->port == b->port;
}

static void place(struct wf_claims *c, struct wf_claim_slot slot)
{
	size_t at = slot.hash & (c->cap - 1);

	while (c->slots[at].owner)
		at = (at + 1) & (c->cap - 1);
	c->slots[at] = slot;
	c->n++;
}

int wf_claims_reserve(struct wf_claims *c)
{
	struct wf_claims grown = {0};

	if ((c->n + CLAIMS_PER_OBJECT) * 4 <= c->cap * 3)
		return 0;
	grown.cap = c->cap ? c->cap * 2 : 128;
	grown.slots = calloc(grown.cap, sizeof(*grown.slots));
	if (!grown.slots)
		return -ENOMEM;
	for (size_t i = 0; i < c->cap; i++)
		if (c->slots[i].owner)
			place(&grown, c->slots[i]);
	wf_claims_done(c);
	*c = grown;
	return 0;
}

void wf_claims_add(struct wf_claims *c, struct wf_object *o)
{
	struct wf_claim claim;

	for (unsigned int i = 0; wf_object_claim(o, i, &claim); i++)
		place(c, (struct wf_claim_slot){.owner = o, .hash = hash_of(&claim), .index = i});
}

/* Frees slot @hole, and moves up what stood behind it only because it was taken. */
static void vacate(struct wf_claims *c, size_t hole)
{
	size_t mask = c->cap - 1;

	for (size_t at = (hole + 1) & mask; c->slots[at].owner; at = (at + 1) & mask) {
		size_t home = c->slots[at].hash & mask;

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		c->slots[hole] = c->slots[at];
		hole = at;
	}
	c->slots[hole].owner = NULL;
	c->n--;
}

void wf_claims_remove(struct wf_claims *c, const struct wf_object *o)
{
	struct wf_claim claim;

	for (unsigned int i = 0; wf_object_claim(o, i, &claim); i++) {
		size_t at = hash_of(&claim) & (c->cap - 1);

		while (c->slots[at].owner != o || c->slots[at].index != i)
			at = (at + 1) & (c->cap - 1);
		vacate(c, at);
	}
}

struct wf_object *wf_claims_find(const struct wf_claims *c, const struct wf_claim *claim,
				 const struct wf_object *except)
{
	uint32_t hash = hash_of(claim);
	struct wf_claim other;

	if (!c->cap)
		return NULL;
	for (size_t at = hash & (c->cap - 1); c->slots[at].owner; at = (at + 1) & (c->cap - 1)) {
		const struct wf_claim_slot *slot = &c->slots[at];

		if (slot->hash == hash && slot->owner != except &&
		    wf_object_claim(slot->owner, slot->index, &other) &&
		    wf_claim_equal(claim, &other) && !(claim->is_shared && other.is_shared))
			return slot->owner;
	}
	return NULL;
}

int wf_claims_copy(const struct wf_claims *from, struct wf_claims *ret)
{
	struct wf_claims c = *from;

	if (from->cap) {
		c.slots = reallocarray(NULL, from->cap, sizeof(*c.slots));
		if (!c.slots)
			return -ENOMEM;
		memcpy(c.slots, from->slots, from->cap * sizeof(*c.slots));
	}
	*ret = c;
	return 0;
}

void wf_claims_done(struct wf_claims *c)
{
	free(c->slots);
	*c = (struct wf_claims){0};
}
