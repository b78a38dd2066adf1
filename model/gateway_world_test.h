/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of gateways; include cmocka before. The world: nodes 1, 2 and 3, node 9 a router;
 * tenants red 10.0.0.0/16 and blue, green 10.1.0.0/16, v6 fd00:6::/48, near 203.0.113.64/26, with
 * services red/web and v6/web; green/gateway-gw an endpoint of its own; gateway gw at node 1: red
 * by 203.0.113.16/30, blue routed, red/web at 203.0.113.80, and its endpoint in red.
 */
#pragma once

#include <errno.h>

#include "model/expect_test.h"
#include "model/sample.h"

static inline struct wf_object *router(void)
{
	struct wf_object *o = sample_node("9", 9);

	o->node.has_end_sid = true;
	assert_int_equal(wf_addr_parse("5f00:0:9::", &o->node.end_sid), 0);
	return o;
}

static inline struct wf_object *gw(void)
{
	struct wf_object *o = sample_gateway("gw", "1");

	sample_egress(o, "red", "203.0.113.16/30");
	sample_egress(o, "blue", NULL);
	sample_publish(o, "red", "web", "203.0.113.80");
	return o;
}

/* The gateway's endpoint in red. */
static inline struct wf_object *arm(void)
{
	struct wf_object *o = sample_endpoint("red", "gateway-gw", "10.0.0.7");

	o->endpoint.is_gateway = true;
	strcpy(o->endpoint.node, "1");
	assert_int_equal(wf_labels_set(&o->endpoint.labels, WF_GATEWAY_LABEL, "gw"), 0);
	return o;
}

static inline struct wf_model *world(void)
{
	struct wf_object *objects[] = {
		sample_node("1", 1),
		sample_node("2", 2),
		sample_node("3", 3),
		router(),
		sample_tenant("red", "10.0.0.0/16"),
		sample_tenant("blue", "10.1.0.0/16"),
		sample_tenant("green", "10.1.0.0/16"),
		sample_tenant("v6", "fd00:6::/48"),
		sample_tenant("near", "203.0.113.64/26"),
		sample_service("red", "web", "10.0.0.100", "tcp/80", "app=web"),
		sample_service("v6", "web", "fd00:6::100", "tcp/80", "app=web"),
		sample_endpoint("green", "gateway-gw", "10.1.0.7"),
		gw(),
		arm(),
	};
	struct wf_model *m = wf_model_new();

	assert_non_null(m);
	for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++)
		sample_put(m, objects[i]);
	return m;
}

/* Another gateway, at node 2, that lets one tenant out. */
static inline struct wf_object *out(const char *tenant, const char *nat)
{
	struct wf_object *o = sample_gateway("gw2", "2");

	sample_egress(o, tenant, nat);
	return o;
}

/* ... and also another one. */
static inline struct wf_object *out2(const char *tenant, const char *nat, const char *other,
				     const char *other_nat)
{
	struct wf_object *o = out(tenant, nat);

	sample_egress(o, other, other_nat);
	return o;
}

/* ... that publishes a service. */
static inline struct wf_object *in(const char *tenant, const char *service, const char *addr)
{
	struct wf_object *o = sample_gateway("gw2", "2");

	sample_publish(o, tenant, service, addr);
	return o;
}

static inline struct wf_object *at(const char *node)
{
	struct wf_object *o = in("red", "web", "203.0.113.80");

	strcpy(o->gateway.node, node);
	return o;
}
