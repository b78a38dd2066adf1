// SPDX-License-Identifier: Apache-2.0
/*
 * Each case: a world, a batch, and every problem that it must give, word for word.
 *
 * The world: nodes 1 and 2 (ids 1, 2), router r (End SID); tenant red 10.0.0.0/16 (id 7) with
 * endpoints db 10.0.0.5 and web 10.0.0.6 (attached to 1), policy via node 2; tenant blue, empty;
 * no key.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/expect_test.h"
#include "model/sample.h"

static struct wf_model *world(void)
{
	struct wf_model *m = wf_model_new();
	struct wf_object *o;

	sample_put(m, sample_node("1", 1));
	sample_put(m, sample_node("2", 2));
	o = sample_node("r", 0);
	o->node.has_end_sid = true;
	assert_int_equal(wf_addr_parse("5f00:0:9:1::", &o->node.end_sid), 0);
	sample_put(m, o);
	o = sample_tenant("red", "10.0.0.0/16");
	o->self.id = 7;
	sample_put(m, o);
	sample_put(m, sample_tenant("blue", "10.0.0.0/16"));
	sample_put(m, sample_endpoint("red", "db", "10.0.0.5"));
	o = sample_endpoint("red", "web", "10.0.0.6");
	strcpy(o->endpoint.node, "1");
	sample_put(m, o);
	sample_put(m, sample_policy("red", "p", "2"));
	return m;
}

static struct wf_object *prefix_policy(const char *tenant, const char *from, const char *to)
{
	struct wf_object *o = sample_policy(tenant, "q", "");

	o->policy.from.type = o->policy.to.type = WF_SELECT_PREFIX;
	assert_int_equal(wf_prefix_parse(from, &o->policy.from.prefix), 0);
	assert_int_equal(wf_prefix_parse(to, &o->policy.to.prefix), 0);
	return o;
}

static struct wf_object *tenant_of(const char *name, const char *a, const char *b)
{
	struct wf_object *o = sample_tenant(name, a);

	assert_int_equal(wf_prefix_parse(b, &o->self.prefixes[o->self.n_prefixes++]), 0);
	return o;
}

static struct wf_object *router(const char *name, const char *end)
{
	struct wf_object *o = sample_node(name, 0);

	o->node.has_end_sid = true;
	assert_int_equal(wf_addr_parse(end, &o->node.end_sid), 0);
	return o;
}

static struct wf_object *attached(const char *name, const char *addr, const char *node)
{
	struct wf_object *o = sample_endpoint("red", name, addr);

	strcpy(o->endpoint.node, node);
	return o;
}

static void put_takes_what_is_right(void **state)
{
	EXPECT_PUT("", sample_node("3", 3));
	EXPECT_PUT("", sample_node("2", 2));
	EXPECT_PUT("", sample_tenant("green", "10.0.0.0/16"),
		   sample_endpoint("green", "a", "10.0.0.1"));
	EXPECT_PUT("", sample_endpoint("green", "a", "10.0.0.1"),
		   sample_tenant("green", "10.0.0.0/16"));
	EXPECT_PUT("", sample_endpoint("blue", "db", "10.0.0.5"));
	EXPECT_PUT("", prefix_policy("red", "10.0.0.0/16", "10.0.1.0/24"));
	EXPECT_PUT("", attached("new", "10.0.0.9", "2"));
	EXPECT_PUT("", sample_policy("red", "q", "r"));
	/* Two swap their addresses. */
	EXPECT_PUT("", sample_endpoint("red", "db", "10.0.0.6"),
		   sample_endpoint("red", "web", "10.0.0.5"));
}

static void put_refuses_unknown_tenants_and_nodes_with_near_names(void **state)
{
	EXPECT_PUT("0 tenant: there is no tenant 'rad'; did you mean 'red'?\n",
		   sample_endpoint("rad", "a", "10.0.0.1"));
	EXPECT_PUT("0 tenant: there is no tenant 'yellow'; there are 'blue', 'red'\n",
		   sample_policy("yellow", "q", ""));
	EXPECT_PUT("0 via[0]: there is no node '5'; there are '1', '2', 'r'\n",
		   sample_policy("red", "q", "5"));
	EXPECT_PUT("0 node: there is no node '22'; did you mean '2'?\n",
		   attached("new", "10.0.0.9", "22"));
	EXPECT_PUT("0 node: node 'r' does not run Weft (it has an `end`)\n",
		   attached("new", "10.0.0.9", "r"));
}

static void put_refuses_addresses_that_are_taken_or_outside(void **state)
{
	EXPECT_PUT("0 addresses[0]: 10.0.0.5 is in use by endpoint 'db'\n",
		   sample_endpoint("red", "a", "10.0.0.5"));
	EXPECT_PUT("1 addresses[0]: 10.0.0.9 is in use by endpoint 'a'\n",
		   sample_endpoint("red", "a", "10.0.0.9"),
		   sample_endpoint("red", "b", "10.0.0.9"));
	EXPECT_PUT(
		"0 addresses[0]: 10.1.0.9 is outside the prefixes of tenant 'red' (10.0.0.0/16)\n",
		sample_endpoint("red", "a", "10.1.0.9"));
	EXPECT_PUT("0 addresses[0]: 10.0.0.0 is the network address of 10.0.0.0/16\n",
		   sample_endpoint("red", "a", "10.0.0.0"));
	EXPECT_PUT("0 addresses[0]: 10.0.255.255 is the broadcast address of 10.0.0.0/16\n",
		   sample_endpoint("red", "a", "10.0.255.255"));
	EXPECT_PUT("1 addresses[0]: fd00:: is the subnet-router anycast address of fd00::/64\n",
		   sample_tenant("six", "fd00::/64"), sample_endpoint("six", "a", "fd00::"));
	EXPECT_PUT("", sample_tenant("p2p", "10.0.0.0/31"), sample_endpoint("p2p", "a", "10.0.0.0"),
		   sample_endpoint("p2p", "b", "10.0.0.1"));
	EXPECT_PUT("", sample_tenant("p2p", "fd00::/127"), sample_endpoint("p2p", "a", "fd00::"));
}

static void put_refuses_ids_in_use(void **state)
{
	struct wf_object *green = sample_tenant("green", "10.0.0.0/16");

	green->self.id = 7;
	EXPECT_PUT("0 id: id 7 is in use by tenant 'red'\n", green);
	EXPECT_PUT("0 id: id 1 is in use by node '1'\n", sample_node("3", 1));
	EXPECT_PUT("1 id: id 3 is in use by node '3'\n", sample_node("3", 3), sample_node("4", 3));
	EXPECT_PUT("", sample_node("3", 1), sample_node("1", 3));
	EXPECT_PUT("0 end: 5f00:0:9:1:: is in use by node 'r'\n", router("s", "5f00:0:9:1::"));
}

static void put_refuses_duplicates(void **state)
{
	EXPECT_PUT("2 name: node '3' is there twice\n", sample_node("3", 0), sample_node("4", 0),
		   sample_node("3", 0));
	EXPECT_PUT("1 name: endpoint 'a' is there twice\n", sample_endpoint("red", "a", "10.0.0.9"),
		   sample_endpoint("red", "a", "10.0.0.9"));
}

static void put_refuses_prefixes_that_overlap_or_are_reserved(void **state)
{
	static const struct {
		const char *prefix, *overlapped;
	} cases[] = {
		{"0.0.0.0/0", "0.0.0.0/8, this network (RFC 1122)"},
		{"127.1.0.0/16", "127.0.0.0/8, loopback"},
		{"169.254.0.0/16", "169.254.0.0/16, link-local"},
		{"224.0.0.0/24", "224.0.0.0/4, multicast"},
		{"255.255.255.255/32", "240.0.0.0/4, reserved (RFC 1112)"},
		{"::/0", "::/8, loopback and other reserved ones (RFC 4291)"},
		{"fe80::/64", "fe80::/10, link-local"},
		{"ff02::/16", "ff00::/8, multicast"},
		{"5f00:1::/32", "5f00::/16, segment identifiers (RFC 9602)"},
	};
	char expected[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(expected, sizeof(expected),
			 "0 prefixes[0]: a tenant cannot have %s: it overlaps %s\n",
			 cases[i].prefix, cases[i].overlapped);
		EXPECT_PUT(expected, sample_tenant("green", cases[i].prefix));
	}
	EXPECT_PUT("0 prefixes[1]: 10.0.1.0/24 overlaps prefixes[0], 10.0.0.0/16\n",
		   tenant_of("green", "10.0.0.0/16", "10.0.1.0/24"));
	EXPECT_PUT("", tenant_of("green", "10.0.0.0/16", "fd00::/48"));
}

static void put_refuses_prefixes_that_leave_someone_outside(void **state)
{
	EXPECT_PUT("0 prefixes: endpoint 'db' needs what goes: 10.0.0.5 is outside the prefixes of "
		   "tenant 'red' (10.1.0.0/16)\n",
		   sample_tenant("red", "10.1.0.0/16"));
	EXPECT_PUT("", tenant_of("red", "10.0.0.0/16", "10.1.0.0/16"));
	EXPECT_PUT("", sample_tenant("red", "10.1.0.0/16"),
		   sample_endpoint("red", "db", "10.1.0.5"),
		   sample_endpoint("red", "web", "10.1.0.6"));
}

static void put_refuses_selectors_outside_the_tenant(void **state)
{
	EXPECT_PUT("0 to: 10.1.0.0/24 is outside the prefixes of tenant 'red' (10.0.0.0/16)\n",
		   prefix_policy("red", "10.0.0.0/24", "10.1.0.0/24"));
	EXPECT_PUT("0 from: 10.0.0.0/8 is outside the prefixes of tenant 'red' (10.0.0.0/16)\n",
		   prefix_policy("red", "10.0.0.0/8", "10.0.1.0/24"));
	EXPECT_PUT("1 to: nothing can match: one of from and to is IPv4, the other one is IPv6\n",
		   tenant_of("green", "10.0.0.0/16", "fd00::/48"),
		   prefix_policy("green", "10.0.0.0/16", "fd00::/64"));
}

static void put_refuses_end_sids_that_cannot_be(void **state)
{
	EXPECT_PUT("0 end: 10.0.0.1 is IPv4; an End SID is an IPv6 address, like 5f00:0:9:1::\n",
		   router("s", "10.0.0.1"));
	EXPECT_PUT("0 end: fe80::1 cannot be an End SID: it is in fe80::/10, link-local\n",
		   router("s", "fe80::1"));
	EXPECT_PUT("", router("s", "fc00:0:9:1::"));
	EXPECT_PUT("0 end: endpoint 'web' of tenant 'red' is attached to this node\n",
		   router("1", "5f00:0:1:1::"));
}

static void remove_refuses_what_others_need(void **state)
{
	EXPECT_REMOVE("0 : Tenant 'red' is needed by Endpoint 'db' of tenant 'red'\n",
		      sample_tenant("red", "10.0.0.0/16"));
	EXPECT_REMOVE("0 : Node '1' is needed by Endpoint 'web' of tenant 'red'\n",
		      sample_node("1", 0));
	EXPECT_REMOVE("0 : Node '2' is needed by Policy 'p' of tenant 'red'\n",
		      sample_node("2", 0));
	EXPECT_REMOVE("0 : endpoint 'web' is attached to node '1': detach it first\n",
		      sample_endpoint("red", "web", "10.0.0.6"));
	EXPECT_REMOVE("", sample_node("2", 0), sample_policy("red", "p", ""));
	EXPECT_REMOVE("", sample_endpoint("red", "db", "10.0.0.5"), sample_node("r", 0),
		      sample_tenant("blue", "10.0.0.0/16"));
}

static void remove_refuses_what_is_not_there(void **state)
{
	EXPECT_REMOVE("0 name: there is no Node '7'; there are '1', '2', 'r'\n",
		      sample_node("7", 0));
	EXPECT_REMOVE("0 name: there is no Endpoint 'wbe' in tenant 'red'; did you mean 'web'?\n",
		      sample_endpoint("red", "wbe", "10.0.0.6"));
	EXPECT_REMOVE("0 name: there is no Endpoint 'web' in tenant 'blue'\n",
		      sample_endpoint("blue", "web", "10.0.0.6"));
}

static void further_problems_are_counted_and_not_kept(void **state)
{
	struct wf_problems problems = {0};

	for (int i = 0; i < WF_PROBLEMS_MAX + 5; i++)
		wf_problems_add(&problems, 0, "k\n", "a\tb \xc3\xa4 %d", i);
	assert_int_equal(problems.n, WF_PROBLEMS_MAX);
	assert_int_equal(problems.n_found, WF_PROBLEMS_MAX + 5);
	assert_string_equal(problems.items[3].msg, "a?b ?? 3");
	assert_string_equal(problems.items[3].key, "k?");
	wf_problems_done(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_takes_what_is_right),
		cmocka_unit_test(put_refuses_unknown_tenants_and_nodes_with_near_names),
		cmocka_unit_test(put_refuses_addresses_that_are_taken_or_outside),
		cmocka_unit_test(put_refuses_ids_in_use),
		cmocka_unit_test(put_refuses_duplicates),
		cmocka_unit_test(put_refuses_prefixes_that_overlap_or_are_reserved),
		cmocka_unit_test(put_refuses_prefixes_that_leave_someone_outside),
		cmocka_unit_test(put_refuses_selectors_outside_the_tenant),
		cmocka_unit_test(put_refuses_end_sids_that_cannot_be),
		cmocka_unit_test(remove_refuses_what_others_need),
		cmocka_unit_test(remove_refuses_what_is_not_there),
		cmocka_unit_test(further_problems_are_counted_and_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
