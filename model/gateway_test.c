// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/sample.h"

static void it_serves_the_tenants_that_it_names_each_once(void **state)
{
	static const char *const named[] = {"red", "blue", "green", "grey"};
	struct wf_object *gw = sample_gateway("gw", "1");
	unsigned int at = 0;

	sample_egress(gw, "red", "203.0.113.10/32");
	sample_egress(gw, "blue", NULL);
	sample_publish(gw, "green", "web", "203.0.113.80");
	sample_publish(gw, "red", "web", "203.0.113.81");
	sample_publish(gw, "green", "db", "203.0.113.82");
	sample_publish(gw, "grey", "web", "203.0.113.83");
	for (int i = 0; i < 4; i++) {
		assert_string_equal(wf_gateway_next_tenant(&gw->gateway, &at), named[i]);
		assert_true(wf_gateway_serves(&gw->gateway, named[i]));
	}
	assert_null(wf_gateway_next_tenant(&gw->gateway, &at));
	assert_null(wf_gateway_next_tenant(&gw->gateway, &at));
	assert_false(wf_gateway_serves(&gw->gateway, "web"));
	assert_int_equal(wf_gateway_egress(&gw->gateway, "red")->n_nat, 1);
	assert_int_equal(wf_gateway_egress(&gw->gateway, "blue")->n_nat, 0);
	assert_null(wf_gateway_egress(&gw->gateway, "green"));
	wf_object_unref(gw);
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
		cmocka_unit_test(it_serves_the_tenants_that_it_names_each_once),
		cmocka_unit_test(its_endpoints_have_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
