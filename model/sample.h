/* SPDX-License-Identifier: Apache-2.0 */
/* Objects for tests, in a line each. They assert that they can be made. */
#pragma once

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/model.h"
#include "model/service_port.h"

static inline struct wf_object *sample_node(const char *name, uint16_t id)
{
	struct wf_object *o = wf_object_new(WF_KIND_NODE, NULL, name);

	assert(o);
	o->node.id = id;
	return o;
}

static inline struct wf_object *sample_tenant(const char *name, const char *prefix)
{
	struct wf_object *o = wf_object_new(WF_KIND_TENANT, NULL, name);
	int bad = wf_prefix_parse(prefix, &o->self.prefixes[0]);

	assert(!bad);
	o->self.n_prefixes = (unsigned int)!bad;
	return o;
}

static inline struct wf_object *sample_endpoint(const char *tenant, const char *name,
						const char *addr)
{
	struct wf_object *o = wf_object_new(WF_KIND_ENDPOINT, tenant, name);
	int bad = wf_addr_parse(addr, &o->endpoint.addrs[0]);

	assert(!bad);
	o->endpoint.n_addrs = (unsigned int)!bad;
	return o;
}

/* From any to any by @via, one node; "": direct. */
static inline struct wf_object *sample_policy(const char *tenant, const char *name, const char *via)
{
	struct wf_object *o = wf_object_new(WF_KIND_POLICY, tenant, name);

	o->policy.paths = calloc(1, sizeof(*o->policy.paths));
	o->policy.n_paths = 1;
	o->policy.paths[0].weight = 1;
	o->policy.paths[0].n_via = *via != '\0';
	strcpy(o->policy.paths[0].via[0], via);
	return o;
}

/* A function whose instances have @labels, "app=fw", on one interface. */
static inline struct wf_object *sample_function(const char *tenant, const char *name,
						const char *labels)
{
	struct wf_object *o = wf_object_new(WF_KIND_FUNCTION, tenant, name);
	int bad = wf_labels_parse(labels, &o->function.instances);

	assert(!bad);
	(void)bad;
	strcpy(o->function.in, "eth0");
	strcpy(o->function.out, "eth0");
	return o;
}

/* A service of @addr, @port ("tcp/80->8080") and backends that have @labels. */
static inline struct wf_object *sample_service(const char *tenant, const char *name,
					       const char *addr, const char *port,
					       const char *labels)
{
	struct wf_object *o = wf_object_new(WF_KIND_SERVICE, tenant, name);
	struct wf_service *s = &o->service;
	int bad = wf_addr_parse(addr, &s->addrs[s->n_addrs++]);

	bad |= wf_service_port_parse(port, &s->ports[s->n_ports++]);
	bad |= wf_labels_parse(labels, &s->backends[s->n_backends].labels);
	s->backends[s->n_backends++].weight = 1;
	assert(!bad);
	(void)bad;
	return o;
}

/* A gateway of @node that names nothing yet. */
static inline struct wf_object *sample_gateway(const char *name, const char *node)
{
	struct wf_object *o = wf_object_new(WF_KIND_GATEWAY, NULL, name);

	assert(o);
	strcpy(o->gateway.node, node);
	strcpy(o->gateway.outside, "out0");
	return o;
}

/* One more tenant of @gateway. @nat: one prefix; NULL: routed. */
static inline void sample_egress(struct wf_object *gateway, const char *tenant, const char *nat)
{
	struct wf_gateway *g = &gateway->gateway;
	struct wf_egress *e;
	int bad;

	g->egress = reallocarray(g->egress, g->n_egress + 1, sizeof(*g->egress));
	e = &g->egress[g->n_egress++];
	*e = (struct wf_egress){.n_nat = nat != NULL};
	strcpy(e->tenant, tenant);
	if (!nat)
		return;
	e->first_port = WF_NAT_PORT_FIRST;
	e->last_port = UINT16_MAX;
	bad = wf_prefix_parse(nat, &e->nat[0]);
	assert(!bad);
	(void)bad;
}

/* One more service of @gateway, with one address. */
static inline void sample_publish(struct wf_object *gateway, const char *tenant,
				  const char *service, const char *addr)
{
	struct wf_gateway *g = &gateway->gateway;
	struct wf_publish *p;
	int bad;

	g->publish = reallocarray(g->publish, g->n_publish + 1, sizeof(*g->publish));
	p = &g->publish[g->n_publish++];
	*p = (struct wf_publish){.n_addrs = 1};
	strcpy(p->tenant, tenant);
	strcpy(p->service, service);
	bad = wf_addr_parse(addr, &p->addrs[0]);
	assert(!bad);
	(void)bad;
}

/* With a secret of one byte, repeated. */
static inline struct wf_object *sample_key(const char *name, uint32_t id, enum wf_key_state state)
{
	struct wf_object *o = wf_object_new(WF_KIND_KEY, NULL, name);

	assert(o);
	o->key.id = id;
	o->key.state = state;
	o->key.secret_len = WF_SECRET_MIN;
	memset(o->key.secret, (int)id, WF_SECRET_MIN);
	return o;
}

/* Puts @o and gives up the reference. */
static inline void sample_put(struct wf_model *m, struct wf_object *o)
{
	int bad = wf_model_put(m, o);

	assert(!bad);
	(void)bad;
	wf_object_unref(o);
}
