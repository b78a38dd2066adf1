/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle: what the policies of a wish say of one packet, found by looking at all of them, one
 * after the other, without a table. Slow and obvious; docs/policies.md in C, and written without a
 * look at what it is held against (compile/sets.c, dp/policy.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "model/model.h"

struct oracle_packet {
	const struct wf_object *sender; /* endpoint; NULL: nobody's, as an outside router sends */
	const char *tenant;		/* the sender's; of nobody the one it sends into */
	struct wf_addr src;
	struct wf_addr dst;
	uint8_t proto;
	uint16_t port; /* the destination's; of ICMP type << 8 | code; of what has none 0 */
};

struct oracle_answer {
	const struct wf_object *receiver; /* NULL: nobody that the sender's tenant may know of */
	bool is_out; /* it is to the outside: nobody is its receiver, its tenant judges it */
	bool is_allowed;
	uint8_t why;		     /* enum oracle_why */
	const struct wf_object *way; /* the policy; NULL: direct. Also of what is not allowed */
	bool is_reverse;	     /* the policy's mirrored ways */
};

enum oracle_why {
	ORACLE_BY_DEFAULT,
	ORACLE_BY_ALLOW,
	ORACLE_BY_DENY,
};

/* One end of a packet. */
struct oracle_side {
	const struct wf_object *endpoint; /* NULL: nobody that is known */
	struct wf_addr addr;
};

static inline bool oracle_prefix_has(const struct wf_prefix *p, const struct wf_addr *a)
{
	if (wf_prefix_is_v4(p) != wf_addr_is_v4(a))
		return false;
	for (unsigned int bit = 0; bit < p->len; bit++)
		if ((p->addr.bytes[bit / 8] ^ a->bytes[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

static inline bool oracle_is_inside(const struct wf_object *tenant, const struct wf_addr *a)
{
	for (unsigned int i = 0; i < tenant->self.n_prefixes; i++)
		if (oracle_prefix_has(&tenant->self.prefixes[i], a))
			return true;
	return false;
}

static inline bool oracle_is_of(const struct oracle_side *side, const char *tenant,
				const struct wf_labels *labels)
{
	return side->endpoint && strcmp(side->endpoint->tenant, tenant) == 0 &&
	       wf_labels_have(&side->endpoint->endpoint.labels, labels);
}

/* Does a selector of a policy of @tenant mean this side? */
static inline bool oracle_selects(const struct wf_selector *s, const struct wf_object *tenant,
				  const struct oracle_side *side)
{
	switch (s->type) {
	case WF_SELECT_ANY:
		if (side->endpoint)
			return strcmp(side->endpoint->tenant, tenant->name) == 0;
		return oracle_is_inside(tenant, &side->addr);
	case WF_SELECT_LABELS:
		return oracle_is_of(side, tenant->name, &s->labels);
	case WF_SELECT_PREFIX:
		return oracle_prefix_has(&s->prefix, &side->addr);
	case WF_SELECT_TENANT:
		return oracle_is_of(side, s->tenant, &s->labels);
	case WF_SELECT_INTERNET:
		return !side->endpoint && !oracle_is_inside(tenant, &side->addr);
	default:
		return false;
	}
}

/* One of ICMP, of either family, is of types. */
static inline bool oracle_range_has(const struct wf_port_range *r, uint8_t proto, uint16_t port)
{
	if (!r->proto)
		return true;
	if (r->proto == 1 && (proto == 1 || proto == 58))
		return r->first <= port >> 8 && port >> 8 <= r->last;
	return r->proto == proto && r->first <= port && port <= r->last;
}

static inline bool oracle_is_named(const struct wf_policy *p, uint8_t proto, uint16_t port)
{
	for (unsigned int i = 0; i < p->n_ports; i++)
		if (oracle_range_has(&p->ports[i], proto, port))
			return true;
	return !p->n_ports;
}

/* Does the policy let an endpoint of @own in to @e, or @e to one of @own? */
static inline bool oracle_joins(const struct wf_model *m, const struct wf_object *policy,
				const char *own, const struct wf_object *e)
{
	const struct wf_object *tenant = wf_model_find(m, WF_KIND_TENANT, NULL, policy->tenant);
	const struct wf_policy *p = &policy->policy;
	const bool is_guest = strcmp(policy->tenant, own) == 0;
	const bool is_host = strcmp(policy->tenant, e->tenant) == 0 &&
			     strcmp(p->from.tenant, own) == 0;

	if (p->is_deny || p->from.type != WF_SELECT_TENANT || (!is_guest && !is_host))
		return false;
	for (unsigned int i = 0; i < e->endpoint.n_addrs; i++) {
		const struct oracle_side side = {.endpoint = e, .addr = e->endpoint.addrs[i]};

		if (oracle_selects(is_guest ? &p->from : &p->to, tenant, &side))
			return true;
	}
	return false;
}

static inline bool oracle_is_joined(const struct wf_model *m, const char *own,
				    const struct wf_object *e)
{
	struct wf_object *const *policies;
	size_t n;

	policies = wf_model_range(m, WF_KIND_POLICY, NULL, &n);
	for (size_t i = 0; i < n; i++)
		if (oracle_joins(m, policies[i], own, e))
			return true;
	return false;
}

static inline bool oracle_has_address(const struct wf_object *e, const struct wf_addr *a)
{
	for (unsigned int i = 0; i < e->endpoint.n_addrs; i++)
		if (wf_addr_cmp(&e->endpoint.addrs[i], a) == 0)
			return true;
	return false;
}

/* Whom @tenant knows by that address: its own first, then those it is joined with. */
static inline const struct wf_object *
oracle_endpoint_at(const struct wf_model *m, const char *tenant, const struct wf_addr *a)
{
	struct wf_object *const *endpoints;
	const struct wf_object *found = NULL;
	size_t n;

	endpoints = wf_model_range(m, WF_KIND_ENDPOINT, NULL, &n);
	for (size_t i = 0; i < n; i++) {
		const struct wf_object *e = endpoints[i];

		if (!e->endpoint.node[0] || !oracle_has_address(e, a))
			continue;
		if (strcmp(e->tenant, tenant) == 0)
			return e;
		if (oracle_is_joined(m, tenant, e))
			found = e;
	}
	return found;
}

/* How exactly a selector says whom it means. */
static inline int oracle_exactness(const struct wf_selector *s)
{
	switch (s->type) {
	case WF_SELECT_PREFIX:
		return 1000 + s->prefix.len;
	case WF_SELECT_LABELS:
		return 10 + (int)s->labels.n;
	case WF_SELECT_TENANT:
		return s->labels.n ? 10 + (int)s->labels.n : 1;
	case WF_SELECT_INTERNET:
		return 1;
	default:
		return 0;
	}
}

/* A policy in one of its directions. */
struct oracle_claim {
	const struct wf_object *policy;
	bool is_reverse;
};

/* What decides between two claims, what weighs most first. */
static inline void oracle_weights(const struct oracle_claim *c, int ret[5])
{
	const struct wf_policy *p = &c->policy->policy;
	const int from = oracle_exactness(c->is_reverse ? &p->to : &p->from);
	const int to = oracle_exactness(c->is_reverse ? &p->from : &p->to);

	ret[0] = (from ? 2 : 0) + (to ? 1 : 0); /* both, from, to, neither */
	ret[1] = from;
	ret[2] = to;
	ret[3] = p->n_ports > 0;
	ret[4] = !c->is_reverse;
}

static inline bool oracle_is_before(const struct oracle_claim *a, const struct oracle_claim *b)
{
	int x[5], y[5];

	oracle_weights(a, x);
	oracle_weights(b, y);
	for (int i = 0; i < 5; i++)
		if (x[i] != y[i])
			return x[i] > y[i];
	return strcmp(a->policy->name, b->policy->name) < 0;
}

static inline void oracle_claim_way(struct oracle_answer *answer, const struct oracle_claim *claim)
{
	const struct oracle_claim best = {.policy = answer->way, .is_reverse = answer->is_reverse};

	if (best.policy && !oracle_is_before(claim, &best))
		return;
	answer->way = claim->policy;
	answer->is_reverse = claim->is_reverse;
}

static inline void oracle_sides(const struct wf_model *m, const struct oracle_packet *packet,
				struct oracle_side *from, struct oracle_side *to)
{
	*from = (struct oracle_side){.endpoint = packet->sender, .addr = packet->src};
	*to = (struct oracle_side){.addr = packet->dst};
	to->endpoint = oracle_endpoint_at(m, packet->tenant, &packet->dst);
}

/* Does the policy speak of the packet, as it is written? */
static inline bool oracle_speaks(const struct wf_model *m, const struct wf_object *policy,
				 const struct oracle_packet *packet)
{
	const struct wf_object *tenant = wf_model_find(m, WF_KIND_TENANT, NULL, policy->tenant);
	struct oracle_side from, to;

	oracle_sides(m, packet, &from, &to);
	return oracle_is_named(&policy->policy, packet->proto, packet->port) &&
	       oracle_selects(&policy->policy.from, tenant, &from) &&
	       oracle_selects(&policy->policy.to, tenant, &to);
}

/* Is it a packet of the policy's way back, known without a connection? */
static inline bool oracle_mirrors(const struct wf_model *m, const struct wf_object *policy,
				  const struct oracle_packet *packet)
{
	const struct wf_object *tenant = wf_model_find(m, WF_KIND_TENANT, NULL, policy->tenant);
	const struct wf_policy *p = &policy->policy;
	struct oracle_side from, to;

	oracle_sides(m, packet, &from, &to);
	return p->is_symmetric && !p->is_deny && !p->n_ports &&
	       oracle_selects(&p->to, tenant, &from) && oracle_selects(&p->from, tenant, &to);
}

static inline void oracle_ask_policy(const struct wf_model *m, const struct wf_object *policy,
				     const struct oracle_packet *packet,
				     struct oracle_answer *answer)
{
	if (oracle_speaks(m, policy, packet)) {
		if (policy->policy.is_deny)
			answer->why = ORACLE_BY_DENY;
		else if (answer->why == ORACLE_BY_DEFAULT)
			answer->why = ORACLE_BY_ALLOW;
		if (!policy->policy.is_deny)
			oracle_claim_way(answer, &(struct oracle_claim){.policy = policy});
	}
	if (oracle_mirrors(m, policy, packet))
		oracle_claim_way(answer, &(struct oracle_claim){policy, true});
}

/* Is the sender one of the tenant: an endpoint, or nobody, but with an address of its prefixes? */
static inline bool oracle_is_within(const struct wf_object *tenant,
				    const struct oracle_packet *packet)
{
	if (packet->sender)
		return strcmp(packet->sender->tenant, tenant->name) == 0;
	return oracle_is_inside(tenant, &packet->src);
}

/* Of senders of other tenants: does the receiver's know them? */
static inline bool oracle_is_known(const struct wf_model *m, const struct wf_object *home,
				   const struct oracle_packet *packet)
{
	return oracle_is_within(home, packet) || !packet->sender ||
	       oracle_is_joined(m, home->name, packet->sender);
}

/* What the policies of @home say, and where they say nothing its default. */
static inline void oracle_ask_all(const struct wf_model *m, const struct wf_object *home,
				  const struct oracle_packet *packet, struct oracle_answer *ret)
{
	struct wf_object *const *policies;
	size_t n;

	policies = wf_model_range(m, WF_KIND_POLICY, home->name, &n);
	for (size_t i = 0; i < n; i++)
		oracle_ask_policy(m, policies[i], packet, ret);
	if (ret->why == ORACLE_BY_DEFAULT)
		ret->is_allowed = !home->self.is_deny_default && oracle_is_within(home, packet);
	else
		ret->is_allowed = ret->why == ORACLE_BY_ALLOW;
}

/* To nobody that the sender's tenant knows, and outside of it. */
static inline void oracle_judge_out(const struct wf_model *m, const struct oracle_packet *packet,
				    struct oracle_answer *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->is_out = true;
	oracle_ask_all(m, wf_model_find(m, WF_KIND_TENANT, NULL, packet->tenant), packet, ret);
}

/* The packet by itself: that it may be a reply of a connection is not looked at. */
static inline void oracle_judge(const struct wf_model *m, const struct oracle_packet *packet,
				struct oracle_answer *ret)
{
	const struct wf_object *home;

	memset(ret, 0, sizeof(*ret));
	ret->receiver = oracle_endpoint_at(m, packet->tenant, &packet->dst);
	if (!ret->receiver)
		return;
	home = wf_model_find(m, WF_KIND_TENANT, NULL, ret->receiver->tenant);
	if (oracle_is_known(m, home, packet))
		oracle_ask_all(m, home, packet, ret);
}

/* May this policy (0: none) be named as what decided? */
static inline bool oracle_is_reason(const struct wf_model *m, const struct oracle_packet *packet,
				    const struct oracle_answer *answer, uint16_t policy)
{
	const char *home = answer->is_out ? packet->tenant : answer->receiver->tenant;
	struct wf_object *const *policies;
	size_t n;

	if (answer->why == ORACLE_BY_DEFAULT)
		return !policy;
	policies = wf_model_range(m, WF_KIND_POLICY, home, &n);
	for (size_t i = 0; i < n; i++)
		if (policies[i]->policy.id == policy)
			return policies[i]->policy.is_deny == (answer->why == ORACLE_BY_DENY) &&
			       oracle_speaks(m, policies[i], packet);
	return false;
}
