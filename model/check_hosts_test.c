// SPDX-License-Identifier: Apache-2.0
/*
 * Tenants with host access. The world: nodes 1 and 2; tenants red 10.0.0.0/16 (host access), blue
 * 10.1.0.0/16, green 10.0.0.0/8; endpoint blue/host-1; node 1's own endpoint in red.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/host.h"
#include "model/member.h"
#include "model/expect_test.h"
#include "model/sample.h"

static struct wf_object *hosted(const char *name, const char *prefix)
{
	struct wf_object *o = sample_tenant(name, prefix);

	o->self.is_host = true;
	return o;
}

static struct wf_object *own(const char *tenant, const char *name, const char *addr)
{
	struct wf_object *o = sample_endpoint(tenant, name, addr);

	o->endpoint.is_host = true;
	strcpy(o->endpoint.node, "1");
	assert_int_equal(wf_labels_set(&o->endpoint.labels, WF_HOST_LABEL, "1"), 0);
	return o;
}

static struct wf_model *world(void)
{
	struct wf_object *objects[] = {
		sample_node("1", 1),
		sample_node("2", 2),
		hosted("red", "10.0.0.0/16"),
		sample_tenant("blue", "10.1.0.0/16"),
		sample_tenant("green", "10.0.0.0/8"),
		sample_endpoint("blue", "host-1", "10.1.0.7"),
		own("red", "host-1", "10.0.0.7"),
	};
	struct wf_model *m = wf_model_new();

	assert_non_null(m);
	for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++) {
		assert_int_equal(wf_model_put(m, objects[i]), 0);
		wf_object_unref(objects[i]);
	}
	return m;
}

static void prefixes_of_tenants_with_host_access_cannot_overlap(void **state)
{
	EXPECT(wf_model_check_put,
	       "0 host: tenants 'green' and 'red' cannot both have host access: 10.0.0.0/8 of the "
	       "one overlaps 10.0.0.0/16 of the other, and a node has one routing for both\n",
	       hosted("green", "10.0.0.0/8"));
	EXPECT(wf_model_check_put, "", sample_tenant("green", "10.0.0.0/8"));
	EXPECT(wf_model_check_put, "", hosted("new", "10.2.0.0/16"));
	EXPECT(wf_model_check_put, "", hosted("red", "10.0.0.0/16"));
	EXPECT(wf_model_check_put, "", hosted("green", "10.0.0.0/8"),
	       sample_tenant("red", "10.0.0.0/16"));
	EXPECT(wf_model_check_put,
	       "1 host: tenants 'y' and 'x' cannot both have host access: 10.5.0.0/17 of the one "
	       "overlaps 10.5.0.0/16 of the other, and a node has one routing for both\n",
	       hosted("x", "10.5.0.0/16"), hosted("y", "10.5.0.0/17"));
}

static void names_of_the_nodes_endpoints_are_the_nodes(void **state)
{
	EXPECT(wf_model_check_put,
	       "0 host: endpoint 'host-1' has the name of node '1's own endpoint: delete it, or "
	       "give it another name\n",
	       hosted("blue", "10.1.0.0/16"));
	EXPECT(wf_model_check_put,
	       "0 name: 'host-2' is the name of node '2's own endpoint in tenant 'red', which has "
	       "host access: choose another name\n",
	       sample_endpoint("red", "host-2", "10.0.0.8"));
	EXPECT(wf_model_check_put, "", sample_endpoint("red", "host-3", "10.0.0.8"));
	EXPECT(wf_model_check_put, "", sample_endpoint("blue", "host-2", "10.1.0.8"));
	EXPECT(wf_model_check_put, "", own("red", "host-2", "10.0.0.8"));
}

static void it_goes_with_its_tenant_and_its_node(void **state)
{
	EXPECT(wf_model_check_remove, "", sample_tenant("red", "10.0.0.0/16"));
	EXPECT(wf_model_check_remove, "", sample_node("1", 1));
	EXPECT(wf_model_check_remove,
	       "0 : Tenant 'blue' is needed by Endpoint 'host-1' of tenant 'blue'\n",
	       sample_tenant("blue", "10.1.0.0/16"));
}

static void it_is_no_instance_of_a_function(void **state)
{
	struct wf_object *f = sample_function("red", "f", "host=1"),
			 *e = own("red", "host-1", "10.0.0.7");

	assert_false(wf_function_has(&f->function, &e->endpoint));
	e->endpoint.is_host = false;
	assert_true(wf_function_has(&f->function, &e->endpoint));
	wf_object_unref(e);
	wf_object_unref(f);
}

static void a_name_is_made_of_the_nodes_and_says_it(void **state)
{
	char name[WF_NAME_MAX + 1], node[WF_NAME_MAX + 1];

	assert_int_equal(wf_host_name("n1", name), 0);
	assert_string_equal(name, "host-n1");
	assert_string_equal(wf_host_node(name), "n1");
	assert_null(wf_host_node("host-"));
	assert_null(wf_host_node("hos"));
	memset(node, 'n', sizeof(node));
	node[WF_HOST_NODE_MAX] = '\0';
	assert_int_equal(wf_host_name(node, name), 0);
	assert_int_equal(strlen(name), WF_NAME_MAX);
	node[WF_HOST_NODE_MAX] = 'n';
	node[WF_HOST_NODE_MAX + 1] = '\0';
	assert_int_equal(wf_host_name(node, name), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_of_tenants_with_host_access_cannot_overlap),
		cmocka_unit_test(names_of_the_nodes_endpoints_are_the_nodes),
		cmocka_unit_test(it_goes_with_its_tenant_and_its_node),
		cmocka_unit_test(it_is_no_instance_of_a_function),
		cmocka_unit_test(a_name_is_made_of_the_nodes_and_says_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
