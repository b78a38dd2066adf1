// SPDX-License-Identifier: Apache-2.0
/* Gateways, with the endpoints that they have in tenants. */
#include <signal.h>
#include <stdio.h>

#include "api/fixture_test.h"

#define BLUE "{\"kind\":\"Tenant\",\"name\":\"blue\",\"prefixes\":[\"10.7.0.0/16\"]}"
#define WEB                                                                                       \
	"{\"kind\":\"Service\",\"tenant\":\"red\",\"name\":\"web\",\"addresses\":[\"10.0.9.9\"]," \
	"\"ports\":[\"tcp/80\"],\"backends\":[{\"labels\":{\"app\":\"web\"}}]}"
#define DB                                                                                        \
	"{\"kind\":\"Service\",\"tenant\":\"blue\",\"name\":\"db\",\"addresses\":[\"10.7.9.9\"]," \
	"\"ports\":[\"tcp/81\"],\"backends\":[{\"labels\":{\"app\":\"db\"}}]}"
/* Of a node whose weftd does not run: nobody makes its endpoints. */
#define GATEWAY                                                                       \
	"{\"kind\":\"Gateway\",\"name\":\"gw\",\"node\":\"n2\",\"outside\":\"out0\"," \
	"\"egress\":[{\"tenant\":\"red\",\"nat\":[\"203.0.113.10\"]}],"               \
	"\"publish\":[{\"service\":\"red/web\",\"addresses\":[\"203.0.113.80\"]},"    \
	"{\"service\":\"blue/db\",\"addresses\":[\"203.0.113.81\"]}]}"
#define ARM                                                                                      \
	"{\"kind\":\"Endpoint\",\"name\":\"gateway-gw\",\"tenant\":\"red\",\"addresses\":"       \
	"[\"10.0.0.7\"],\"labels\":{\"gateway\":\"gw\"},\"node\":\"n2\",\"identity\":1,\"sid\":" \
	"1,\"gateway\":true"

static void fill_gateway(struct fixture *f)
{
	wf_rig_end(&f->rig, 1);
	must(f, "POST", "/v1/apply",
	     "{\"objects\":[" TENANT "," BLUE "," WEB "," DB "," GATEWAY "]}");
}

static json_t *gateway(struct fixture *f, const char *path)
{
	json_t *json, *item;

	assert_int_equal(call(f, "GET", path, "", &json), 200);
	assert_int_equal(json_array_size(json_object_get(json, "items")), 1);
	item = json_incref(json_array_get(json_object_get(json, "items"), 0));
	json_decref(json);
	return item;
}

static void expect(struct fixture *f, const char *state, const char *arms)
{
	json_t *item = gateway(f, "/v1/gateways");
	_cleanup_free_ char *found = json_dumps(json_object_get(item, "arms"),
						JSON_COMPACT | JSON_SORT_KEYS);

	assert_string_equal(json_string_value(json_object_get(item, "state")), state);
	assert_string_equal(found, arms);
	json_decref(item);
}

#define NO_BLUE "{\"in\":null,\"is_up\":false,\"out\":null,\"tenant\":\"blue\"}"

static void a_gateway_has_an_arm_in_each_tenant_that_it_names(void **state)
{
	struct fixture *f = *state;

	fill_gateway(f);
	expect(f, "down",
	       "[{\"in\":null,\"is_up\":false,\"out\":null,\"tenant\":\"red\"}," NO_BLUE "]");
}

static void an_arm_is_up_unless_its_node_says_otherwise(void **state)
{
	struct fixture *f = *state;

	fill_gateway(f);
	wf_rig_put(&f->rig, "/weft/v1/endpoint/red/gateway-gw", ARM "}");
	wf_rig_settle(&f->rig);
	expect(f, "partly",
	       "[{\"addresses\":[\"10.0.0.7\"],\"in\":null,\"is_up\":true,\"name\":\"gateway-gw\","
	       "\"out\":null,\"tenant\":\"red\"}," NO_BLUE "]");
	wf_rig_put(&f->rig, "/weft/v1/endpoint/red/gateway-gw", ARM ",\"down\":true}");
	wf_rig_settle(&f->rig);
	expect(f, "down",
	       "[{\"addresses\":[\"10.0.0.7\"],\"in\":null,\"is_up\":false,\"name\":\"gateway-gw\","
	       "\"out\":null,\"tenant\":\"red\"}," NO_BLUE "]");
}

static void a_gateway_is_told_as_it_was_applied(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *found = NULL;
	json_t *item;

	fill_gateway(f);
	item = gateway(f, "/v1/gateways?name=gw");
	json_object_del(item, "arms");
	json_object_del(item, "state");
	found = json_dumps(item, JSON_COMPACT);
	assert_string_equal(
		found, "{\"kind\":\"Gateway\",\"name\":\"gw\",\"node\":\"n2\",\"outside\":\"out0\","
		       "\"egress\":[{\"tenant\":\"red\",\"nat\":[\"203.0.113.10\"],\"ports\":"
		       "\"1024-65535\"}],\"publish\":[{\"service\":\"red/web\",\"addresses\":"
		       "[\"203.0.113.80\"]},{\"service\":\"blue/db\",\"addresses\":"
		       "[\"203.0.113.81\"]}]}");
	json_decref(item);
}

static void what_it_names_is_kept(void **state)
{
	static const struct {
		const char *object, *expected;
	} cases[] = {
		{"{\"kind\":\"Service\",\"tenant\":\"red\",\"name\":\"web\"}",
		 "Service 'web' is needed by Gateway 'gw'"},
		{"{\"kind\":\"Node\",\"name\":\"n2\"}", "Node 'n2' is needed by Gateway 'gw'"},
	};
	struct fixture *f = *state;
	char body[256];
	json_t *json;

	fill_gateway(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		_cleanup_free_ char *text = NULL;

		snprintf(body, sizeof(body), "{\"objects\":[%s]}", cases[i].object);
		assert_int_equal(call(f, "POST", "/v1/delete", body, &json), 409);
		text = json_dumps(json, JSON_COMPACT);
		if (!strstr(text, cases[i].expected))
			fail_msg("%s", text);
		json_decref(json);
	}
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_gateway_has_an_arm_in_each_tenant_that_it_names),
		CASE(an_arm_is_up_unless_its_node_says_otherwise),
		CASE(a_gateway_is_told_as_it_was_applied),
		CASE(what_it_names_is_kept),
	};

	signal(SIGPIPE, SIG_IGN); /* as in weftd: clients go away */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
