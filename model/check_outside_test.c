// SPDX-License-Identifier: Apache-2.0
/* Addresses of gateways: each is there for one thing, and is not inside. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/gateway_world_test.h"

/* The one problem of @o, that it has with the gateway of the world. */
static void expect_shared(struct wf_object *o, const char *expected)
{
	char line[512];

	snprintf(line, sizeof(line),
		 "0 %s by gateway 'gw': outside, an address is there for one thing\n", expected);
	EXPECT_PUT(line, o);
}

static void an_address_is_in_one_pool_or_published_for_one_service(void **state)
{
	expect_shared(out("green", "203.0.113.18/32"),
		      "egress[0].nat[0]: 203.0.113.18 overlaps 203.0.113.16/30, in the pool of "
		      "tenant 'red'");
	expect_shared(out("red", "203.0.113.0/26"),
		      "egress[0].nat[0]: 203.0.113.0/26 overlaps 203.0.113.16/30, in the pool of "
		      "tenant 'red'");
	expect_shared(out("red", "203.0.113.80/32"),
		      "egress[0].nat[0]: 203.0.113.80 overlaps 203.0.113.80, published for service "
		      "'red/web'");
	expect_shared(in("red", "web", "203.0.113.17"),
		      "publish[0].addresses[0]: 203.0.113.17 overlaps 203.0.113.16/30, in the pool "
		      "of tenant 'red'");
}

static void an_address_is_published_for_one_service_by_all(void **state)
{
	struct wf_object *db = sample_service("red", "db", "10.0.0.101", "tcp/81", "app=db"), *o;

	EXPECT_PUT("1 publish[0].addresses[0]: 203.0.113.80 overlaps 203.0.113.80, published for "
		   "service 'red/web' by gateway 'gw': outside, an address is there for one "
		   "thing\n",
		   db, in("red", "db", "203.0.113.80"));
	db = sample_service("red", "db", "10.0.0.101", "tcp/81", "app=db");
	o = in("red", "web", "203.0.113.80");
	sample_publish(o, "red", "db", "203.0.113.81");
	EXPECT_PUT("", db, o);
}

/* gw with one more tenant, v6. */
static struct wf_object *wide(const char *nat)
{
	struct wf_object *o = gw();

	sample_egress(o, "v6", nat);
	return o;
}

static void routed_tenants_of_one_gateway_and_pools_do_not_meet(void **state)
{
	EXPECT_PUT("", sample_tenant("v6", "fd00:6::/48"), wide(NULL));
	EXPECT_PUT("", sample_tenant("red", "10.0.0.0/15"), out("green", NULL));
	EXPECT_PUT("0 egress[0].nat[0]: 10.1.7.0/30 overlaps 10.1.0.0/16, of the routed tenant "
		   "'blue' by gateway 'gw': outside, an address is there for one thing\n",
		   out("red", "10.1.7.0/30"));
	EXPECT_PUT(
		"0 prefixes: 203.0.113.0/26 overlaps 203.0.113.16/30, in the pool of tenant 'red' "
		"by gateway 'gw': outside, an address is there for one thing\n",
		sample_tenant("blue", "203.0.113.0/26"));
}

static void two_tenants_of_one_gateway_that_are_routed(void **state)
{
	EXPECT_PUT("0 egress[1].tenant: 10.1.0.0/16 overlaps 10.1.0.0/16, of the routed tenant "
		   "'green' by gateway 'gw2': outside, an address is there for one thing\n",
		   out2("green", NULL, "blue", NULL));
	EXPECT_PUT("", out2("green", "203.0.113.30/32", "blue", NULL));
}

static void of_two_in_a_batch_the_later_one_is_told(void **state)
{
	struct wf_object *other = sample_gateway("a", "3");

	sample_egress(other, "green", "198.51.100.2/32");
	EXPECT_PUT("1 egress[0].nat[0]: 198.51.100.2 overlaps 198.51.100.0/24, in the pool of "
		   "tenant 'red' by gateway 'gw2': outside, an address is there for one thing\n",
		   out("red", "198.51.100.0/24"), other);
	EXPECT_PUT("1 name: gateway 'gw2' is there twice\n", out("red", "198.51.100.0/24"),
		   out("red", "198.51.100.0/24"));
}

static void what_is_beyond_an_overlap_is_seen_too(void **state)
{
	struct wf_object *o = out2("green", "198.51.100.0/32", "red", "198.51.100.128/25");

	sample_egress(o, "v6", "198.51.100.200/32");
	EXPECT_PUT("0 egress[2].nat[0]: 198.51.100.200 overlaps 198.51.100.128/25, in the pool of "
		   "tenant 'red' by gateway 'gw2': outside, an address is there for one thing\n",
		   o);
	o = out2("green", "198.51.100.0/24", "v6", "198.51.100.7/32");
	sample_publish(o, "red", "web", "198.51.100.200");
	EXPECT_PUT(
		"0 egress[1].nat[0]: 198.51.100.7 overlaps 198.51.100.0/24, in the pool of tenant "
		"'green' by gateway 'gw2': outside, an address is there for one thing\n"
		"0 publish[0].addresses[0]: 198.51.100.200 overlaps 198.51.100.0/24, in the pool "
		"of tenant 'green' by gateway 'gw2': outside, an address is there for one thing\n",
		o);
}

static void what_is_outside_for_a_tenant_is_not_inside(void **state)
{
	EXPECT_PUT(
		"0 egress[0].nat[0]: 10.0.0.5, outside at gateway 'gw2', overlaps 10.0.0.0/16 of "
		"tenant 'red': use addresses that are not inside\n",
		out("red", "10.0.0.5/32"));
	EXPECT_PUT("0 publish[0].addresses[0]: 10.0.0.5, outside at gateway 'gw2', overlaps "
		   "10.0.0.0/16 of tenant 'red': use addresses that are not inside\n",
		   in("red", "web", "10.0.0.5"));
	EXPECT_PUT("", in("red", "web", "10.3.0.5"));
	EXPECT_PUT("0 egress[0].nat[0]: 10.1.9.0/30, outside at gateway 'gw2', overlaps "
		   "10.1.0.0/16 of "
		   "tenant 'blue': use addresses that are not inside\n",
		   out("blue", "10.1.9.0/30"));
}

/* red with one more prefix. */
static struct wf_object *red(const char *prefix)
{
	struct wf_object *o = sample_tenant("red", "10.0.0.0/16");

	assert_int_equal(wf_prefix_parse(prefix, &o->self.prefixes[o->self.n_prefixes++]), 0);
	return o;
}

static void a_tenant_does_not_grow_over_what_it_has_outside(void **state)
{
	EXPECT_PUT("", red("203.0.113.64/28"));
	EXPECT_PUT(
		"0 prefixes: 203.0.113.16/30, outside at gateway 'gw', overlaps 203.0.113.0/27 of "
		"tenant 'red': use addresses that are not inside\n",
		red("203.0.113.0/27"));
	EXPECT_PUT("0 prefixes: 203.0.113.80, outside at gateway 'gw', overlaps 203.0.113.80/28 of "
		   "tenant 'red': use addresses that are not inside\n",
		   red("203.0.113.80/28"));
}

/* red/web with one more address. */
static struct wf_object *web(const char *addr)
{
	struct wf_object *o = sample_service("red", "web", "10.0.0.100", "tcp/80", "app=web");

	assert_int_equal(wf_addr_parse(addr, &o->service.addrs[o->service.n_addrs++]), 0);
	return o;
}

static void what_is_published_can_be_answered(void **state)
{
	EXPECT_PUT(
		"0 publish[0].addresses[0]: nobody in tenant 'red' can answer from 2001:db8::80, "
		"which gateway 'gw2' publishes: the tenant has no IPv6 prefix\n",
		in("red", "web", "2001:db8::80"));
	EXPECT_PUT("0 publish[0].addresses[0]: nobody in tenant 'v6' can answer from 203.0.113.81, "
		   "which gateway 'gw2' publishes: the tenant has no IPv4 prefix\n",
		   in("v6", "web", "203.0.113.81"));
	EXPECT_PUT("", red("fd00:ed::/48"), web("fd00:ed::100"), in("red", "web", "2001:db8::80"));
}

static void what_is_published_has_a_service_of_that_family(void **state)
{
	EXPECT_PUT("1 publish[0].addresses[0]: service 'red/web' has no IPv6 address, so nothing "
		   "answers at 2001:db8::80, which gateway 'gw2' publishes: give it one\n",
		   red("fd00:ed::/48"), in("red", "web", "2001:db8::80"));
	EXPECT_PUT("", web("fd00:ed::100"), red("fd00:ed::/48"));
	EXPECT_PUT("0 addresses: service 'red/web' has no IPv4 address, so nothing answers at "
		   "203.0.113.80, which gateway 'gw' publishes: give it one\n",
		   sample_service("red", "web", "fd00:ed::100", "tcp/80", "app=web"),
		   red("fd00:ed::/48"));
}

/* A policy of @tenant that lets @from in. */
static struct wf_object *lets_in(const char *tenant, const char *name, const char *from)
{
	struct wf_object *o = sample_policy(tenant, name, "");

	o->policy.from.type = WF_SELECT_TENANT;
	strcpy(o->policy.from.tenant, from);
	return o;
}

static void what_is_published_is_not_inside_tenants_that_are_joined(void **state)
{
	static const char told[] =
		"from: 203.0.113.80, outside at gateway 'gw', overlaps 203.0.113.64/26 of tenant "
		"'near', joined with 'red': use addresses that are not inside\n";
	char first[256], third[256];

	snprintf(first, sizeof(first), "0 %s", told);
	snprintf(third, sizeof(third), "2 %s", told);
	EXPECT_PUT("", lets_in("red", "p", "blue"));
	EXPECT_PUT(first, lets_in("red", "p", "near"));
	EXPECT_PUT(first, lets_in("near", "p", "red"));
	EXPECT_PUT(first, lets_in("red", "p", "v6"), lets_in("v6", "p", "near"));
	/* Near in two ways: told once. */
	EXPECT_PUT(third, lets_in("red", "p", "v6"), lets_in("v6", "p", "near"),
		   lets_in("red", "q", "near"));
	EXPECT_PUT("0 publish[0].addresses[0]: 10.3.0.80, outside at gateway 'gw2', overlaps "
		   "10.3.0.0/16 of tenant 'new', joined with 'red': use addresses that are not "
		   "inside\n",
		   in("red", "web", "10.3.0.80"), lets_in("red", "p", "new"),
		   sample_tenant("new", "10.3.0.0/16"));
	EXPECT_PUT("", in("red", "web", "10.3.0.80"), sample_tenant("new", "10.3.0.0/16"));
}

/* Two daemons may write at the same time. */
static void what_contradicts_already_is_no_problem_of_others(void **state)
{
	WF_CLEANUP(cleanup_model) struct wf_model *m = world();
	struct wf_object *o = sample_gateway("gw3", "3"), *bad = out("green", "203.0.113.16/30");
	struct wf_problems problems = {0};

	sample_publish(bad, "red", "web", "10.0.0.5");
	sample_put(m, bad);
	sample_egress(o, "v6", "2001:db8::1/128");
	assert_int_equal(wf_model_check_put(m, &o, 1, &problems), 0);
	wf_problems_done(&problems);
	wf_object_unref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_in_one_pool_or_published_for_one_service),
		cmocka_unit_test(an_address_is_published_for_one_service_by_all),
		cmocka_unit_test(routed_tenants_of_one_gateway_and_pools_do_not_meet),
		cmocka_unit_test(two_tenants_of_one_gateway_that_are_routed),
		cmocka_unit_test(of_two_in_a_batch_the_later_one_is_told),
		cmocka_unit_test(what_is_beyond_an_overlap_is_seen_too),
		cmocka_unit_test(what_is_outside_for_a_tenant_is_not_inside),
		cmocka_unit_test(a_tenant_does_not_grow_over_what_it_has_outside),
		cmocka_unit_test(what_is_published_can_be_answered),
		cmocka_unit_test(what_is_published_has_a_service_of_that_family),
		cmocka_unit_test(what_is_published_is_not_inside_tenants_that_are_joined),
		cmocka_unit_test(what_contradicts_already_is_no_problem_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
