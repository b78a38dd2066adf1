// SPDX-License-Identifier: Apache-2.0
/* Functions and services against the rest of the wish. Each case: what is put or removed, and every
 * problem it must be answered with. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/expect_test.h"
#include "model/sample.h"

static struct wf_object *labelled(const char *name, const char *addr, const char *labels)
{
	struct wf_object *o = sample_endpoint("red", name, addr);

	assert_int_equal(wf_labels_parse(labels, &o->endpoint.labels), 0);
	return o;
}

static struct wf_object *with_sid(const char *name, const char *addr, const char *node,
				  uint16_t sid)
{
	struct wf_object *o = sample_endpoint("red", name, addr);

	strcpy(o->endpoint.node, node);
	o->endpoint.sid = sid;
	return o;
}

static struct wf_object *through(const char *name, const char *function)
{
	struct wf_object *o = sample_policy("red", name, function);

	o->policy.paths[0].is_function[0] = true;
	return o;
}

static struct wf_object *with_id(struct wf_object *service, uint16_t id)
{
	service->service.id = id;
	return service;
}

/* Nodes 1, 2; tenants red, blue; functions fw of app=fw, passed by policy p, and nat of kind=nat;
 * service web on 10.0.0.100 tcp/80 and fd00::100 tcp/80, id 5. */
static struct wf_model *world(void)
{
	struct wf_model *m = wf_model_new();
	struct wf_object *o = sample_tenant("red", "10.0.0.0/16");

	assert_int_equal(wf_prefix_parse("fd00::/64", &o->self.prefixes[o->self.n_prefixes++]), 0);
	sample_put(m, o);
	sample_put(m, sample_tenant("blue", "10.0.0.0/16"));
	sample_put(m, sample_node("1", 1));
	sample_put(m, sample_node("2", 2));
	sample_put(m, labelled("fw-1", "10.0.0.5", "app=fw,tier=a"));
	sample_put(m, with_sid("web-1", "10.0.0.6", "1", 7));
	sample_put(m, sample_function("red", "fw", "app=fw"));
	sample_put(m, sample_function("red", "nat", "kind=nat"));
	sample_put(m, through("p", "fw"));
	o = with_id(sample_service("red", "web", "10.0.0.100", "tcp/80->8080", "app=web"), 5);
	assert_int_equal(wf_addr_parse("fd00::100", &o->service.addrs[o->service.n_addrs++]), 0);
	sample_put(m, o);
	return m;
}

static void put_takes_what_is_right(void **state)
{
	EXPECT_PUT("", sample_function("red", "ids", "app=ids"));
	EXPECT_PUT("", sample_function("blue", "fw", "app=fw"));
	EXPECT_PUT("", sample_function("red", "fw", "app=fw,tier=a"));
	EXPECT_PUT("", through("q", "fw"));
	EXPECT_PUT("", through("q", "ids"), sample_function("red", "ids", "app=ids"));
	EXPECT_PUT("", sample_service("blue", "web", "10.0.0.100", "tcp/80", "app=web"));
	/* Other ports of the same address are another service's. */
	EXPECT_PUT("", sample_service("red", "tls", "10.0.0.100", "tcp/443", "app=web"));
	EXPECT_PUT("", sample_service("red", "quic", "10.0.0.100", "udp/80", "app=web"));
	EXPECT_PUT("", sample_service("red", "web", "10.0.0.100", "tcp/80", "app=web"));
	/* It gives the address away. */
	EXPECT_PUT("", sample_service("red", "web", "10.0.0.101", "tcp/80", "app=web"),
		   sample_endpoint("red", "a", "10.0.0.100"));
	EXPECT_PUT("", with_sid("web-2", "10.0.0.7", "2", 7));
	EXPECT_PUT("", with_sid("web-2", "10.0.0.7", "1", 8));
}

static void put_refuses_unknown_functions_with_near_names(void **state)
{
	EXPECT_PUT("0 via[0]: there is no function 'fv'; did you mean 'fw'?\n", through("q", "fv"));
	EXPECT_PUT("0 via[0]: there is no function '2' in tenant 'red'; a node is written node/2\n",
		   through("q", "2"));
	/* Another tenant's is none. */
	EXPECT_PUT("1 via[0]: there is no function 'ids'; there are 'fw', 'nat'\n",
		   sample_function("blue", "ids", "app=ids"), through("q", "ids"));
}

static void put_refuses_endpoints_that_two_functions_select(void **state)
{
	EXPECT_PUT("0 instances: endpoint 'fw-1' would be an instance of function 'fw', too: it "
		   "can be of one only; use labels that tell them apart\n",
		   sample_function("red", "ids", "tier=a"));
	EXPECT_PUT("0 labels: functions 'fw' and 'nat' both select endpoint 'new': it can be an "
		   "instance of one only; leave out the labels of the other one\n",
		   labelled("new", "10.0.0.9", "app=fw,kind=nat"));
	/* What comes last is told of it. */
	EXPECT_PUT("1 instances: endpoint 'new' would be an instance of function 'fw', too: it can "
		   "be of one only; use labels that tell them apart\n",
		   labelled("new", "10.0.0.9", "app=fw,tier=b"),
		   sample_function("red", "ids", "tier=b"));
	EXPECT_PUT("2 labels: functions 'fw' and 'ids' both select endpoint 'fw-1': it can be an "
		   "instance of one only; leave out the labels of the other one\n",
		   sample_function("red", "ids", "tier=a"), labelled("new", "10.0.0.9", "app=fw"),
		   labelled("fw-1", "10.0.0.5", "app=fw,tier=a"));
	/* The endpoint or the function goes out of the way. */
	EXPECT_PUT("", sample_function("red", "ids", "tier=a"),
		   labelled("fw-1", "10.0.0.5", "x=y"));
	EXPECT_PUT("", sample_function("red", "ids", "tier=a"),
		   sample_function("red", "fw", "app=other"));
}

static struct wf_object *requiring(struct wf_object *o)
{
	*(o->kind == WF_KIND_TENANT ? &o->self.require : &o->policy.require) = WF_REQUIRE_HMAC;
	return o;
}

static struct wf_object *red_requiring(void)
{
	struct wf_object *o = requiring(sample_tenant("red", "10.0.0.0/16"));

	assert_int_equal(wf_prefix_parse("fd00::/64", &o->self.prefixes[o->self.n_prefixes++]), 0);
	return o;
}

static struct wf_object *of_mode(const char *name, enum wf_mode mode)
{
	struct wf_object *o = sample_function("red", name, "app=fw");

	o->function.mode = mode;
	return o;
}

/* Policy p of the world leads through fw. */
static void put_refuses_static_functions_before_signatures(void **state)
{
	EXPECT_PUT("", of_mode("fw", WF_MODE_STATIC));
	EXPECT_PUT("", sample_key("k", 1, WF_KEY_SIGNING), requiring(through("q", "fw")));
	EXPECT_PUT("", sample_key("k", 1, WF_KEY_SIGNING), red_requiring());
	EXPECT_PUT("2 via[0]: function 'fw' is static: behind it headers are made anew, and are "
		   "not signed as is required; use mode: dynamic\n",
		   sample_key("k", 1, WF_KEY_SIGNING), of_mode("fw", WF_MODE_STATIC),
		   requiring(through("q", "fw")));
	EXPECT_PUT(
		"2 require: policy 'p' leads through function 'fw', which would be static: behind "
		"it headers are made anew, and are not signed as is required\n"
		"0 mode: policy 'p' leads through function 'fw', which would be static: behind it "
		"headers are made anew, and are not signed as is required\n",
		of_mode("fw", WF_MODE_STATIC), sample_key("k", 1, WF_KEY_SIGNING), red_requiring());
}

static struct wf_object *facing_internet(struct wf_object *policy, bool is_from)
{
	struct wf_selector *side = is_from ? &policy->policy.from : &policy->policy.to;

	wf_labels_done(&side->labels);
	*side = (struct wf_selector){.type = WF_SELECT_INTERNET};
	return policy;
}

static void put_refuses_static_functions_before_the_internet(void **state)
{
	EXPECT_PUT("", facing_internet(through("q", "fw"), true));
	for (int i = 0; i < 2; i++)
		EXPECT_PUT(
			"1 via[0]: function 'fw' is static: behind it headers are made anew, for "
			"endpoints alone, and the Internet has none; use mode: dynamic\n",
			of_mode("fw", WF_MODE_STATIC), facing_internet(through("q", "fw"), i));
}

static void put_refuses_services_on_what_others_have(void **state)
{
	EXPECT_PUT("0 ports[0]: tcp/80 of 10.0.0.100 is in use by service 'web'\n",
		   sample_service("red", "x", "10.0.0.100", "tcp/80", "app=web"));
	EXPECT_PUT("1 ports[0]: tcp/81 of 10.0.0.9 is in use by service 'x'\n",
		   sample_service("red", "x", "10.0.0.9", "tcp/81", "app=web"),
		   sample_service("red", "y", "10.0.0.9", "tcp/81->9", "app=web"));
	EXPECT_PUT("0 addresses[0]: 10.0.0.6 is in use by endpoint 'web-1'\n",
		   sample_service("red", "x", "10.0.0.6", "tcp/80", "app=web"));
	EXPECT_PUT("0 addresses[0]: 10.0.0.100 is in use by service 'web'\n",
		   sample_endpoint("red", "a", "10.0.0.100"));
	EXPECT_PUT("0 addresses[0]: fd00::100 is in use by service 'web'\n",
		   sample_endpoint("red", "a", "fd00::100"));
	EXPECT_PUT("1 addresses[0]: 10.0.0.9 is in use by service 'x'\n",
		   sample_service("red", "x", "10.0.0.9", "tcp/80", "app=web"),
		   sample_endpoint("red", "a", "10.0.0.9"));
	EXPECT_PUT("0 id: id 5 is in use by service 'web'\n",
		   with_id(sample_service("red", "x", "10.0.0.9", "tcp/80", "app=web"), 5));
	EXPECT_PUT("0 addresses[0]: 10.1.0.9 is outside the prefixes of tenant 'red' "
		   "(10.0.0.0/16, fd00::/64)\n",
		   sample_service("red", "x", "10.1.0.9", "tcp/80", "app=web"));
	EXPECT_PUT("0 tenant: there is no tenant 'rad'; did you mean 'red'?\n",
		   sample_service("rad", "x", "10.0.0.9", "tcp/80", "app=web"));
}

static void put_refuses_sids_that_are_taken_on_their_node(void **state)
{
	EXPECT_PUT("0 sid: sid 7 is in use by endpoint 'web-1'\n",
		   with_sid("web-2", "10.0.0.7", "1", 7));
}

static void prefixes_of_a_service_cannot_be_taken_away(void **state)
{
	EXPECT_PUT("0 prefixes: service 'web' needs what goes: fd00::100 is outside the prefixes "
		   "of tenant 'red' (10.0.0.0/16)\n",
		   sample_tenant("red", "10.0.0.0/16"));
}

static void remove_refuses_what_is_needed(void **state)
{
	EXPECT_REMOVE("0 : Function 'fw' is needed by Policy 'p' of tenant 'red'\n",
		      sample_function("red", "fw", "app=fw"));
	EXPECT_REMOVE("", sample_function("red", "fw", "app=fw"), through("p", "fw"));
	EXPECT_REMOVE("", sample_service("red", "web", "10.0.0.100", "tcp/80", "app=web"));
	EXPECT_REMOVE("0 : Tenant 'red' is needed by Endpoint 'fw-1' of tenant 'red'\n",
		      sample_tenant("red", "10.0.0.0/16"));
}

static void a_tenant_stays_while_it_has_functions_or_services(void **state)
{
	static const enum wf_kind kinds[] = {WF_KIND_FUNCTION, WF_KIND_SERVICE};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		WF_CLEANUP(cleanup_model) struct wf_model *m = wf_model_new();
		WF_CLEANUP(cleanup_object)
		struct wf_object *tenant = sample_tenant("red", "10.0.0.0/16");
		struct wf_problems problems = {0};

		assert_int_equal(wf_model_put(m, tenant), 0);
		sample_put(m, wf_object_new(kinds[i], "red", "x"));
		assert_int_equal(wf_model_check_remove(m, &tenant, 1, &problems), -EINVAL);
		assert_int_equal(problems.n, 1);
		wf_problems_done(&problems);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_takes_what_is_right),
		cmocka_unit_test(put_refuses_unknown_functions_with_near_names),
		cmocka_unit_test(put_refuses_endpoints_that_two_functions_select),
		cmocka_unit_test(put_refuses_static_functions_before_signatures),
		cmocka_unit_test(put_refuses_static_functions_before_the_internet),
		cmocka_unit_test(put_refuses_services_on_what_others_have),
		cmocka_unit_test(put_refuses_sids_that_are_taken_on_their_node),
		cmocka_unit_test(prefixes_of_a_service_cannot_be_taken_away),
		cmocka_unit_test(remove_refuses_what_is_needed),
		cmocka_unit_test(a_tenant_stays_while_it_has_functions_or_services),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
