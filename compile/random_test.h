/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random small wishes, seeded: one tenant on nodes n0, n1, n2; labels, addresses and selectors from
 * a few values, so that much overlaps. The node that compiles is n0.
 */
#pragma once

#include "compile/wish_test.h"

#include "dp/world.h"
#include "dp/policy.h"

#define RANDOM_ENDPOINTS 12
#define RANDOM_POLICIES	 8

struct random_wish {
	struct wf_model *model;			     /* owned */
	struct wf_here_port ports[RANDOM_ENDPOINTS]; /* of n0 */
	struct wf_here here;
};

static inline int random_below(unsigned int *seed, int n)
{
	return rand_r(seed) / 7 % n;
}

static inline void random_endpoint(struct wf_model *m, unsigned int *seed, int i)
{
	static const char *const labels[] = {
		"", "app=a", "app=b", "app=a,tier=x", "app=b,tier=x", "app=a,tier=y"};
	int which = random_below(seed, 6);
	char name[16], node[16], addrs[64];

	snprintf(name, sizeof(name), "e%02d", i);
	snprintf(node, sizeof(node), "n%d", random_below(seed, 3));
	snprintf(addrs, sizeof(addrs), "10.%d.%d.%d%s%x", random_below(seed, 2),
		 random_below(seed, 2), i + 1,
		 random_below(seed, 2) ? " fd00:1::" : " fd00:2::", i + 1);
	wish_endpoint(m, "red", name, node, addrs, labels[which], which + 1);
}

static inline void random_policy(struct wf_model *m, unsigned int *seed, int i)
{
	static const char *const selectors[] = {
		"any",	       "any",	       "app=a",	      "app=b",
		"tier=x",      "app=a,tier=x", "10.0.0.0/8",  "10.0.0.0/16",
		"10.1.0.0/16", "10.1.1.0/24",  "fd00:1::/32", "10.0.1.5/32",
	};
	static const char *const vias[] = {"", "n0", "n1", "n1 n2", "n2 n0 n1"};
	char name[16];
	struct wish_policy w = {.tenant = "red", .name = name, .id = (uint16_t)(i + 1)};

	snprintf(name, sizeof(name), "p%d", i);
	w.from = selectors[random_below(seed, 12)];
	w.to = selectors[random_below(seed, 12)];
	w.is_deny = random_below(seed, 4) == 0;
	w.is_symmetric = !w.is_deny && random_below(seed, 2);
	w.ports = random_below(seed, 3) ? NULL : "tcp/80";
	for (int k = 0; k < 1 + random_below(seed, 3); k++)
		w.via[k] = vias[random_below(seed, 5)];
	wish_policy(m, &w);
}

/* Every endpoint of n0 has its interface, with the index of its number and 100. */
static inline void random_wish_look(struct random_wish *w)
{
	struct wf_object *const *endpoints;
	size_t n;

	memset(w->ports, 0, sizeof(w->ports));
	w->here = (struct wf_here){.node = "n0", .block = 0x5f000000, .ports = w->ports};
	endpoints = wf_model_range(w->model, WF_KIND_ENDPOINT, "red", &n);
	for (size_t i = 0; i < n; i++) {
		struct wf_here_port *port = &w->ports[w->here.n_ports];

		if (strcmp(endpoints[i]->endpoint.node, "n0") != 0)
			continue;
		strcpy(port->tenant, "red");
		snprintf(port->name, sizeof(port->name), "%s", endpoints[i]->name);
		port->ifindex = 100 + atoi(port->name + 1);
		w->here.n_ports++;
	}
}

static inline void random_wish_init(struct random_wish *w, unsigned int *seed)
{
	w->model = wf_model_new();
	for (uint16_t i = 0; i < 3; i++)
		wish_node(w->model, (const char *[]){"n0", "n1", "n2"}[i], i + 1);
	wish_tenant(w->model, "red", 300, WF_ENCODING_UNSET);
	for (int i = 0; i < RANDOM_ENDPOINTS; i++)
		random_endpoint(w->model, seed, i);
	for (int i = 0; i < RANDOM_POLICIES; i++)
		random_policy(w->model, seed, i);
	random_wish_look(w);
}

/* A packet of one port of the tables to one destination. */
struct random_pair {
	const struct wf_port *port;
	const struct wf_dest_key *key;
	const struct wf_dest *dest;
};

/* What the tables say of it, with all of @find's zones as a kernel finds them. */
static inline struct wf_ruling random_judge(const struct wf_world *world,
					    const struct random_pair *p, uint16_t port)
{
	const struct wf_tenant_entry *tenant = wf_world_find(world, TENANT, &p->port->tenant);
	const struct wf_party from = {p->port->tenant, p->port->identity};
	const struct wf_party to = {p->dest->home, p->dest->identity};
	struct wf_flow flow = {.proto = 6, .dport = wf_htons(port)};
	struct wf_ask ask = {.tenant = to.home};

	assert_non_null(tenant);
	ask.set = tenant->set;
	memcpy(flow.src, p->port->addrs[0], 16);
	memcpy(flow.dst, p->key->addr, 16);
	wf_policy_judge(world, &ask, &flow, &from, &to);
	return ask.ruling;
}

/* Is the way there, with all its alternatives? Returns whether it has one. */
static inline bool random_check_whole(const struct wf_world *world, const struct random_pair *p,
				      const struct wf_ruling *ruling)
{
	const struct wf_choice_key key = {.tenant = p->dest->home,
					  .policy = ruling->way,
					  .node = p->dest->node,
					  .is_reverse = ruling->is_reverse};
	const struct wf_choice *choice;

	if (!ruling->way)
		return false;
	choice = wf_world_find(world, CHOICE, &key);
	assert_non_null(choice);
	assert_in_range(choice->n, 1, WF_CHOICE_MAX);
	for (uint8_t i = 0; i < choice->n; i++) {
		const struct wf_path_key path = {.tenant = key.tenant,
						 .policy = key.policy,
						 .node = key.node,
						 .is_reverse = key.is_reverse,
						 .alternative = i};

		assert_non_null(wf_world_find(world, PATH, &path));
	}
	return true;
}
