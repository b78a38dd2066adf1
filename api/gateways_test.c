// SPDX-License-Identifier: Apache-2.0
/* Gateways, with the endpoints that they have in tenants. */
#include <signal.h>
#include <stdio.h>

#include "agent/path.h"
#include "api/fixture_test.h"
#include "api/item.h"
#include "base/buf.h"

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

/* "red up out=1 in=2 flows=3 refused=4; ..."; what is null is a '-'. */
static void add_arm(const json_t *arm, struct wf_buf *text)
{
	static const char *const keys[] = {"out", "in", "flows", "refused"};
	const char *problem = json_string_value(json_object_get(arm, "problem"));

	wf_buf_printf(text, "%s %s", json_string_value(json_object_get(arm, "tenant")),
		      json_is_true(json_object_get(arm, "is_up")) ? "up" : "down");
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const json_t *n = json_object_get(arm, keys[i]);

		assert_non_null(n);
		n = json_is_object(n) ? json_object_get(n, "packets") : n;
		if (json_is_integer(n))
			wf_buf_printf(text, " %s=%d", keys[i], (int)json_integer_value(n));
		else
			wf_buf_printf(text, " %s=-", keys[i]);
	}
	wf_buf_printf(text, "%s%s; ", problem ? " " : "", problem ? problem : "");
}

static void expect(struct fixture *f, const char *state, const char *arms)
{
	json_t *item = gateway(f, "/v1/gateways"), *arm;
	struct wf_buf text = {0};
	size_t i;

	json_array_foreach(json_object_get(item, "arms"), i, arm) add_arm(arm, &text);
	assert_string_equal(json_string_value(json_object_get(item, "state")), state);
	assert_string_equal(text.data, arms);
	wf_buf_done(&text);
	json_decref(item);
}

#define FAR(arm) arm " out=- in=- flows=- refused=-; "

static void a_gateway_has_an_arm_in_each_tenant_that_it_names(void **state)
{
	struct fixture *f = *state;

	fill_gateway(f);
	expect(f, "down", FAR("red down") FAR("blue down"));
}

static void an_arm_is_up_unless_its_node_says_otherwise(void **state)
{
	struct fixture *f = *state;
	json_t *item, *arm;

	fill_gateway(f);
	wf_rig_put(&f->rig, "/weft/v1/endpoint/red/gateway-gw", ARM "}");
	wf_rig_settle(&f->rig);
	expect(f, "partly", FAR("red up") FAR("blue down"));
	item = gateway(f, "/v1/gateways");
	arm = json_array_get(json_object_get(item, "arms"), 0);
	assert_string_equal(json_string_value(json_object_get(arm, "name")), "gateway-gw");
	assert_string_equal(json_string_value(json_array_get(json_object_get(arm, "addresses"), 0)),
			    "10.0.0.7");
	arm = json_array_get(json_object_get(item, "arms"), 1);
	assert_null(json_object_get(arm, "name"));
	json_decref(item);
	wf_rig_put(&f->rig, "/weft/v1/endpoint/red/gateway-gw", ARM ",\"down\":true}");
	wf_rig_settle(&f->rig);
	expect(f, "down", FAR("red down") FAR("blue down"));
}

static void give_outside(struct fixture *f)
{
	const struct wf_link out0 = {.name = "out0",
				     .mtu = 1500,
				     .is_up = true,
				     .has_carrier = true,
				     .is_ethernet = true};

	wf_kern_fake_link_set(f->rig.nodes[0].world, &out0);
	wf_rig_settle(&f->rig);
}

/* The slot of a counter of red/gateway-gw; the test counts in it, as a program would. */
static uint32_t slot_of(struct fixture *f, enum wf_counter_kind kind)
{
	const struct wf_agent *a = f->rig.nodes[0].agent;
	const struct wf_object *o = wf_model_find(a->model, WF_KIND_ENDPOINT, "red", "gateway-gw");
	struct wf_counter_key key = {.kind = kind};
	struct wf_dest_key name;

	assert_non_null(o);
	assert_true(wf_item_endpoint_key(a, o, &name));
	memcpy(key.name, &name, sizeof(name));
	assert_non_null(wf_slots_find(&a->slots, &key));
	return wf_slots_find(&a->slots, &key)->number;
}

static void its_node_says_what_passes(void **state)
{
	struct fixture *f = *state;
	struct wf_kern *world = f->rig.nodes[0].world;
	const struct wf_object *red;

	give_outside(f);
	must(f, "POST", "/v1/apply",
	     "{\"objects\":[" TENANT ",{\"kind\":\"Gateway\",\"name\":\"gw\",\"node\":\"n1\","
	     "\"outside\":\"out0\",\"egress\":"
	     "[{\"tenant\":\"red\",\"nat\":[\"203.0.113.10\"]}]}]}");
	wf_rig_settle(&f->rig);
	expect(f, "up", "red up out=0 in=0 flows=0 refused=0; ");
	red = wf_model_find(f->rig.nodes[0].agent->model, WF_KIND_TENANT, NULL, "red");
	wf_kern_fake_room_count(world, red->self.id, &(struct wf_room_stats){7, 3});
	wf_kern_fake_count(world, slot_of(f, WF_COUNTER_ENDPOINT_RX), 5, 500);
	wf_kern_fake_count(world, slot_of(f, WF_COUNTER_ENDPOINT_TX), 4, 400);
	expect(f, "up", "red up out=5 in=4 flows=7 refused=3; ");
}

/* n2 runs, and its gateway is there. */
static void fill_exit(struct fixture *f)
{
	const struct wf_link out0 = {.name = "out0",
				     .mtu = 1500,
				     .is_up = true,
				     .has_carrier = true,
				     .is_ethernet = true};

	wf_kern_fake_link_set(f->rig.nodes[1].world, &out0);
	must(f, "POST", "/v1/apply",
	     "{\"objects\":[" TENANT "," BLUE "," WEB "," DB "," GATEWAY "]}");
	must(f, "POST", "/v1/attach",
	     "{\"tenant\":\"red\",\"netns\":\"c1\",\"name\":\"cli\",\"labels\":{\"app\":\"cli\"}}");
	wf_rig_settle(&f->rig);
}

static bool has_exit(void *arg)
{
	struct fixture *f = arg;
	struct wf_outside_explanation x = {.n_exits = 0};
	int r = wf_path_explain_outside(f->rig.nodes[0].agent, "red", "cli", "198.51.100.1", &x,
					NULL);

	wf_outside_explanation_done(&x);
	return r == 0;
}

static void the_way_outside_is_told_by_gateway(void **state)
{
	const char *address, *name, *node, *header, *behavior, *end;
	struct fixture *f = *state;
	int outside, local;
	double share, part;
	json_t *json;

	fill_exit(f);
	assert_true(wf_rig_wait(&f->rig, has_exit, f));
	assert_int_equal(call(f, "GET", "/v1/path?tenant=red&from=cli&to=198.51.100.1", "", &json),
			 200);
	assert_int_equal(json_unpack(json,
				     "{s:{s:s,s:b},s:[{s:s,s:s,s:f,s:n,s:n,s:b,s:[{s:f,s:s,s:[{s:s,"
				     "s:[s]}]}!]}!]}",
				     "to", "address", &address, "outside", &outside, "gateways",
				     "name", &name, "node", &node, "share", &share, "dropped",
				     "policy", "local", &local, "paths", "share", &part, "header",
				     &header, "segments", "behavior", &behavior, "endpoints", &end),
			 0);
	assert_string_equal(address, "198.51.100.1");
	assert_true(outside && !local && share == 1 && part == 1);
	assert_string_equal(name, "gw");
	assert_string_equal(node, "n2");
	assert_true(strlen(header) >= 80);
	assert_string_equal(behavior, "End.DX46");
	assert_string_equal(end, "gateway-gw");
	json_decref(json);
}

static void what_does_not_leave_is_refused(void **state)
{
	static const struct {
		const char *query, *says;
		int status;
	} cases[] = {
		{"tenant=red&from=cli&to=2001:db8::1", "no IPv6 address", 422},
		{"tenant=red&from=cli&to=10.0.0.77", "no endpoint '10.0.0.77'", 404},
		{"tenant=red&from=cli&to=224.0.0.1", "multicast", 409},
		{"tenant=red&from=cli&to=198.51.100.1&port=tcp/80", "'port' is for services", 422},
	};
	struct fixture *f = *state;
	char path[128];
	json_t *json;

	fill_exit(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		_cleanup_free_ char *text = NULL;

		snprintf(path, sizeof(path), "/v1/path?%s", cases[i].query);
		assert_int_equal(call(f, "GET", path, "", &json), cases[i].status);
		text = json_dumps(json, JSON_COMPACT);
		if (!strstr(text, cases[i].says))
			fail_msg("%s", text);
		json_decref(json);
	}
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
		CASE(its_node_says_what_passes),
		CASE(the_way_outside_is_told_by_gateway),
		CASE(what_does_not_leave_is_refused),
		CASE(a_gateway_is_told_as_it_was_applied),
		CASE(what_it_names_is_kept),
	};

	signal(SIGPIPE, SIG_IGN); /* as in weftd: clients go away */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
