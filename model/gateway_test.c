// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/sample.h"

static void it_serves_the_tenants_that_it_names(void **state)
{
	struct wf_object *gw = sample_gateway("gw", "1");
	const struct wf_publish *p;

	sample_egress(gw, "red", "203.0.113.10/32");
	sample_egress(gw, "blue", NULL);
	sample_publish(gw, "green", "web", "203.0.113.80");
	assert_true(wf_gateway_serves(&gw->gateway, "red"));
	assert_true(wf_gateway_serves(&gw->gateway, "blue"));
	assert_true(wf_gateway_serves(&gw->gateway, "green"));
	assert_false(wf_gateway_serves(&gw->gateway, "web"));
	assert_int_equal(wf_gateway_egress(&gw->gateway, "red")->n_nat, 1);
	assert_int_equal(wf_gateway_egress(&gw->gateway, "blue")->n_nat, 0);
	assert_null(wf_gateway_egress(&gw->gateway, "green"));
	p = wf_gateway_publishes(&gw->gateway, "green", "web");
	assert_int_equal(p->n_addrs, 1);
	assert_null(wf_gateway_publishes(&gw->gateway, "red", "web"));
	assert_null(wf_gateway_publishes(&gw->gateway, "green", "db"));
	wf_object_unref(gw);
}

static void all_gateways_that_publish_a_service_are_walked(void **state)
{
	struct wf_object *gw1 = sample_gateway("gw1", "1"), *gw2 = sample_gateway("gw2", "2"),
			 *gw3 = sample_gateway("gw3", "3");
	WF_CLEANUP(cleanup_model) struct wf_model *m = wf_model_new();
	size_t at = 0;

	sample_publish(gw1, "red", "web", "203.0.113.80");
	sample_egress(gw2, "red", NULL);
	sample_publish(gw2, "red", "db", "203.0.113.81");
	sample_publish(gw3, "blue", "web", "203.0.113.82");
	sample_publish(gw3, "red", "web", "203.0.113.80");
	sample_put(m, gw1);
	sample_put(m, gw2);
	sample_put(m, gw3);
	assert_ptr_equal(wf_published_next(m, "red", "web", &at), &gw1->gateway.publish[0]);
	assert_ptr_equal(wf_published_next(m, "red", "web", &at), &gw3->gateway.publish[1]);
	assert_null(wf_published_next(m, "red", "web", &at));
	assert_null(wf_published_next(m, "red", "web", &at));
	at = 0;
	assert_null(wf_published_next(m, "green", "web", &at));
}

static void its_endpoints_have_its_name(void **state)
{
	char name[WF_NAME_MAX + 1], gateway[WF_NAME_MAX + 1] = "";

	assert_int_equal(wf_gateway_endpoint_name("gw", name), 0);
	assert_string_equal(name, "gateway-gw");
	memset(gateway, 'g', WF_GATEWAY_NAME_MAX);
	assert_int_equal(wf_gateway_endpoint_name(gateway, name), 0);
	assert_int_equal(strlen(name), WF_NAME_MAX);
	gateway[WF_GATEWAY_NAME_MAX] = 'g';
	assert_int_equal(wf_gateway_endpoint_name(gateway, name), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_serves_the_tenants_that_it_names),
		cmocka_unit_test(all_gateways_that_publish_a_service_are_walked),
		cmocka_unit_test(its_endpoints_have_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
