// SPDX-License-Identifier: Apache-2.0
/* What a gateway may be told, and what it keeps. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/gateway_world_test.h"
#include "model/member.h"

static void what_is_right_is_taken(void **state)
{
	EXPECT_PUT("", gw());
	EXPECT_PUT("", in("red", "web", "203.0.113.80"));
	EXPECT_PUT("", in("red", "web", "203.0.113.81"));
	EXPECT_PUT("", in("v6", "web", "2001:db8::80"));
	EXPECT_PUT("", out("blue", NULL));
	EXPECT_PUT("", out("green", NULL));
	EXPECT_PUT("", out2("red", "203.0.113.20/30", "green", "203.0.113.24/32"));
	EXPECT_PUT("", out("red", "10.2.0.0/30"));
	EXPECT_PUT("", sample_tenant("new", "203.0.113.0/24")); /* not joined with red */
}

static void what_it_names_is_there(void **state)
{
	EXPECT_PUT("0 node: there is no node '4'; there are '1', '2', '3', '9'\n", at("4"));
	EXPECT_PUT("0 node: node '9' does not run Weft (it has an `end`), so it cannot be a "
		   "gateway's\n",
		   at("9"));
	EXPECT_PUT("0 egress[0].tenant: there is no tenant 'rde'; did you mean 'red'?\n",
		   out("rde", "203.0.113.30/32"));
	EXPECT_PUT("0 publish[0].service: there is no tenant 'rde'; did you mean 'red'?\n",
		   in("rde", "web", "203.0.113.81"));
	EXPECT_PUT("0 publish[0].service: there is no service 'wbe'; did you mean 'web'?\n",
		   in("red", "wbe", "203.0.113.81"));
	EXPECT_PUT("", sample_node("4", 4), at("4"));
}

static void a_node_has_one(void **state)
{
	struct wf_object *away = gw(), *third = sample_gateway("gw3", "2");

	sample_egress(third, "blue", NULL);
	EXPECT_PUT("0 node: node '1' has gateway 'gw' already, and can have one: it serves many "
		   "tenants\n",
		   at("1"));
	strcpy(away->gateway.node, "3");
	EXPECT_PUT("", away, at("1"));
	EXPECT_PUT("1 node: node '2' has gateway 'gw2' already, and can have one: it serves many "
		   "tenants\n",
		   at("2"), third);
}

static void its_name_leaves_room_for_its_endpoints(void **state)
{
	char name[WF_GATEWAY_NAME_MAX + 2] = "";
	struct wf_object *o;

	memset(name, 'g', WF_GATEWAY_NAME_MAX);
	o = sample_gateway(name, "2");
	sample_egress(o, "blue", NULL);
	EXPECT_PUT("", o);
	name[WF_GATEWAY_NAME_MAX] = 'g';
	o = sample_gateway(name, "2");
	sample_egress(o, "blue", NULL);
	EXPECT_PUT(
		"0 name: has more than 55 characters, which leaves no room for 'gateway-' in the "
		"names of its endpoints\n",
		o);
}

static void it_is_for_something(void **state)
{
	EXPECT_PUT("0 egress: a gateway is for tenants or services: give it an `egress`, like "
		   "[{tenant: red}], or a `publish`\n",
		   sample_gateway("gw2", "2"));
}

static void nothing_is_named_twice(void **state)
{
	struct wf_object *o = out2("green", NULL, "green", "203.0.113.30/32");

	EXPECT_PUT("0 egress[1].tenant: tenant 'green' is there twice; egress[0] can have all of "
		   "its addresses\n",
		   o);
	o = in("red", "web", "203.0.113.81");
	sample_publish(o, "red", "web", "203.0.113.82");
	EXPECT_PUT(
		"0 publish[1].service: service 'red/web' is there twice; publish[0] can have all "
		"of its addresses\n",
		o);
	o = in("red", "web", "203.0.113.81");
	o->gateway.publish[0].addrs[1] = o->gateway.publish[0].addrs[0];
	o->gateway.publish[0].n_addrs = 2;
	EXPECT_PUT("0 publish[0].addresses[1]: 203.0.113.81 is there twice\n", o);
}

static void pools_are_of_a_size_and_of_addresses_that_can_be_outside(void **state)
{
	struct wf_object *o = out("red", "198.51.100.0/24");

	EXPECT_PUT("", o);
	o = out("red", "198.51.100.0/24");
	o->gateway.egress[0].n_nat = 2;
	assert_int_equal(wf_prefix_parse("2001:db8::/120", &o->gateway.egress[0].nat[1]), 0);
	EXPECT_PUT("", o);
	EXPECT_PUT("0 egress[0].nat: a pool has at most 256 addresses of a family, and these are "
		   "more of IPv6: name smaller prefixes\n",
		   out("red", "2001:db8::/64"));
	o = out("red", "198.51.100.0/24");
	o->gateway.egress[0].n_nat = 2;
	assert_int_equal(wf_prefix_parse("192.0.2.1/32", &o->gateway.egress[0].nat[1]), 0);
	EXPECT_PUT("0 egress[0].nat: a pool has at most 256 addresses of a family, and these are "
		   "more of IPv4: name smaller prefixes\n",
		   o);
	EXPECT_PUT("0 egress[0].nat[0]: a pool cannot have 127.0.0.1: it overlaps 127.0.0.0/8, "
		   "loopback\n",
		   out("red", "127.0.0.1/32"));
	EXPECT_PUT("0 egress[0].nat[0]: a pool cannot have 5f00:1::/124: it overlaps 5f00::/16, "
		   "segment identifiers (RFC 9602)\n",
		   out("red", "5f00:1::/124"));
	EXPECT_PUT(
		"0 publish[0].addresses[0]: 224.0.0.1 cannot be published: it is in 224.0.0.0/4, "
		"multicast\n",
		in("red", "web", "224.0.0.1"));
}

static void ports_are_of_a_pool(void **state)
{
	struct wf_object *o = out("red", "203.0.113.30/32");

	o->gateway.egress[0].first_port = 2000;
	o->gateway.egress[0].last_port = 2000;
	EXPECT_PUT("", o);
	o = out("red", "203.0.113.30/32");
	o->gateway.egress[0].first_port = 2000;
	o->gateway.egress[0].last_port = 1999;
	EXPECT_PUT("0 egress[0].ports: expected ports, like 1024-65535, not 2000-1999\n", o);
	o = out("green", NULL);
	o->gateway.egress[0].first_port = 1;
	o->gateway.egress[0].last_port = 2;
	EXPECT_PUT(
		"0 egress[0].ports: are the pool's: give the tenant a `nat`, or leave them out\n",
		o);
}

static void peers_are_there_once_and_can_be_reached(void **state)
{
	struct wf_object *o = out("green", NULL);

	o->gateway.as = 65001;
	o->gateway.n_peers = 3;
	for (int i = 0; i < 3; i++)
		o->gateway.peers[i].as = 65000;
	assert_int_equal(wf_addr_parse("192.0.2.1", &o->gateway.peers[0].addr), 0);
	assert_int_equal(wf_addr_parse("fe80::1", &o->gateway.peers[1].addr), 0);
	o->gateway.peers[2] = o->gateway.peers[0];
	EXPECT_PUT("0 bgp.peers[1].address: fe80::1 cannot be a peer's address: it is in "
		   "fe80::/10, link-local\n"
		   "0 bgp.peers[2].address: 192.0.2.1 is there twice\n",
		   o);
}

static struct wf_object *called(const char *tenant, const char *name, const char *addr)
{
	struct wf_object *o = sample_endpoint(tenant, name, addr);

	o->endpoint.is_declared = true;
	return o;
}

static void names_of_its_endpoints_are_its_own(void **state)
{
	struct wf_object *takes = gw();

	EXPECT_PUT(
		"0 name: 'gateway-gw' is the name of gateway 'gw's own endpoint in tenant 'blue': "
		"choose another name\n",
		called("blue", "gateway-gw", "10.1.0.8"));
	EXPECT_PUT(
		"0 name: 'gateway-gw' is the name of gateway 'gw's own endpoint in tenant 'red': "
		"choose another name\n",
		called("red", "gateway-gw", "10.0.0.7"));
	EXPECT_PUT("", called("green", "gateway-gw", "10.1.0.8"));
	EXPECT_PUT("", called("red", "gateway-gw2", "10.0.0.8"));
	EXPECT_PUT("", called("red", "gateway-", "10.0.0.8"));
	EXPECT_PUT("", arm());
	sample_egress(takes, "green", "203.0.113.24/32");
	EXPECT_PUT("0 name: endpoint 'gateway-gw' of tenant 'green' is called as the gateway's own "
		   "there: delete it, or give it another name\n",
		   takes);
	takes = gw();
	sample_egress(takes, "green", "203.0.113.24/32");
	EXPECT_PUT("0 name: 'gateway-gw' is the name of gateway 'gw's own endpoint in tenant "
		   "'green': choose another name\n",
		   called("green", "gateway-gw", "10.1.0.8"), takes);
	takes = gw();
	sample_publish(takes, "green", "a", "203.0.113.90");
	sample_publish(takes, "green", "b", "203.0.113.91");
	sample_publish(takes, "green", "c", "203.0.113.92");
	EXPECT_PUT("0 name: endpoint 'gateway-gw' of tenant 'green' is called as the gateway's own "
		   "there: delete it, or give it another name\n",
		   takes, sample_service("green", "a", "10.1.0.100", "tcp/80", "app=a"),
		   sample_service("green", "b", "10.1.0.100", "tcp/81", "app=b"),
		   sample_service("green", "c", "10.1.0.100", "tcp/82", "app=c"));
	takes = gw();
	sample_publish(takes, "v6", "web", "2001:db8::80");
	EXPECT_PUT("1 name: 'gateway-gw' is the name of gateway 'gw's own endpoint in tenant 'v6': "
		   "choose another name\n",
		   takes, called("v6", "gateway-gw", "fd00:6::8"));
}

static void its_endpoints_are_no_instances_and_no_backends(void **state)
{
	struct wf_object *f = sample_function("red", "f", "gateway=gw"), *e = arm(),
			 *s = sample_service("red", "s", "10.0.0.9", "tcp/80", "gateway=gw");

	assert_false(wf_function_has(&f->function, &e->endpoint));
	assert_null(wf_service_backends_of(&s->service, &e->endpoint));
	e->endpoint.is_gateway = false;
	assert_true(wf_function_has(&f->function, &e->endpoint));
	assert_non_null(wf_service_backends_of(&s->service, &e->endpoint));
	wf_object_unref(e);
	wf_object_unref(f);
	wf_object_unref(s);
}

static void what_it_names_stays(void **state)
{
	EXPECT_REMOVE("0 : Node '1' is needed by Gateway 'gw'\n", sample_node("1", 1));
	EXPECT_REMOVE("0 : Tenant 'blue' is needed by Gateway 'gw'\n",
		      sample_tenant("blue", "10.1.0.0/16"));
	EXPECT_REMOVE("0 : Service 'web' is needed by Gateway 'gw'\n",
		      sample_service("red", "web", "10.0.0.100", "tcp/80", "app=web"));
	EXPECT_REMOVE("", sample_service("v6", "web", "fd00:6::100", "tcp/80", "app=web"));
	EXPECT_REMOVE("", sample_node("3", 3));
	EXPECT_REMOVE("", gw());
	EXPECT_REMOVE("0 name: there is no Gateway 'gw2'; did you mean 'gw'?\n", out("red", NULL));
}

static void its_endpoint_keeps_neither_tenant_nor_node(void **state)
{
	EXPECT_REMOVE("", gw(), sample_node("1", 1));
	EXPECT_REMOVE("", gw(), sample_tenant("red", "10.0.0.0/16"),
		      sample_service("red", "web", "10.0.0.100", "tcp/80", "app=web"));
	EXPECT_REMOVE("1 : Tenant 'red' is needed by Service 'web' of tenant 'red'\n", gw(),
		      sample_tenant("red", "10.0.0.0/16"));
}

/* Node @name as a router. */
static struct wf_object *stopped(const char *name, uint16_t id)
{
	struct wf_object *o = sample_node(name, id);

	o->node.has_end_sid = true;
	assert_int_equal(wf_addr_parse("5f00:0:1::", &o->node.end_sid), 0);
	return o;
}

static void a_node_that_has_one_runs_weft(void **state)
{
	struct wf_object *moved = gw();

	EXPECT_PUT("", stopped("2", 2));
	EXPECT_PUT("0 end: gateway 'gw' is at this node\n", stopped("1", 1));
	strcpy(moved->gateway.node, "2");
	EXPECT_PUT("0 end: endpoint 'gateway-gw' of tenant 'red' is attached to this node\n",
		   stopped("1", 1), moved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_right_is_taken),
		cmocka_unit_test(what_it_names_is_there),
		cmocka_unit_test(a_node_has_one),
		cmocka_unit_test(its_name_leaves_room_for_its_endpoints),
		cmocka_unit_test(it_is_for_something),
		cmocka_unit_test(nothing_is_named_twice),
		cmocka_unit_test(pools_are_of_a_size_and_of_addresses_that_can_be_outside),
		cmocka_unit_test(ports_are_of_a_pool),
		cmocka_unit_test(peers_are_there_once_and_can_be_reached),
		cmocka_unit_test(names_of_its_endpoints_are_its_own),
		cmocka_unit_test(its_endpoints_are_no_instances_and_no_backends),
		cmocka_unit_test(what_it_names_stays),
		cmocka_unit_test(its_endpoint_keeps_neither_tenant_nor_node),
		cmocka_unit_test(a_node_that_has_one_runs_weft),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
