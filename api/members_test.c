// SPDX-License-Identifier: Apache-2.0
/* Functions and services, with the endpoints that belong to them. */
#include <signal.h>
#include <stdio.h>

#include "api/fixture_test.h"
#include "wire/sid.h"

#define FUNCTION                                                                                   \
	"{\"kind\":\"Function\",\"tenant\":\"red\",\"name\":\"fw\",\"instances\":{\"app\":\"fw\"}" \
	","                                                                                        \
	"\"in\":\"eth0\",\"out\":\"eth1\"}"
#define SERVICE                                                                                   \
	"{\"kind\":\"Service\",\"tenant\":\"red\",\"name\":\"web\",\"addresses\":[\"10.0.9.9\"]," \
	"\"ports\":[\"tcp/80->8080\"],\"backends\":[{\"labels\":{\"app\":\"web\",\"v\":\"2\"},"   \
	"\"weight\":0},{\"labels\":{\"app\":\"web\"}}]}"
#define IDLE                                                                                \
	"{\"kind\":\"Endpoint\",\"tenant\":\"red\",\"name\":\"web-2\",\"labels\":{\"app\":" \
	"\"web\","                                                                          \
	"\"v\":\"2\"}}"

/* One attached instance and backend each, and a backend that is declared alone. */
static void fill_members(struct fixture *f)
{
	must(f, "POST", "/v1/apply",
	     "{\"objects\":[" TENANT "," FUNCTION "," SERVICE "," IDLE "]}");
	must(f, "POST", "/v1/attach",
	     "{\"tenant\":\"red\",\"netns\":\"c1\",\"name\":\"box\",\"labels\":{\"app\":\"fw\"}}");
	must(f, "POST", "/v1/attach",
	     "{\"tenant\":\"red\",\"netns\":\"c2\",\"name\":\"web-1\",\"labels\":{\"app\":\"web\"},"
	     "\"ifname\":\"net1\"}");
}

/* What comes a moment later, and is looked at by itself. */
static void leave_out_shares(json_t *endpoints)
{
	static const char *const keys[] = {"sid",     "share", "share_before", "hindrance",
					   "packets", "bytes", "flows"};
	json_t *item;
	size_t i;

	json_array_foreach(endpoints, i, item) for (size_t k = 0; k < sizeof(keys) / sizeof(*keys);
						    k++) json_object_del(item, keys[k]);
}

/* The "endpoints" of the only item at @path are @expected. */
static void expect_endpoints(struct fixture *f, const char *path, const char *expected)
{
	_cleanup_free_ char *found = NULL;
	json_t *json, *items;

	assert_int_equal(call(f, "GET", path, "", &json), 200);
	items = json_object_get(json, "items");
	assert_int_equal(json_array_size(items), 1);
	leave_out_shares(json_object_get(json_array_get(items, 0), "endpoints"));
	found = json_dumps(json_object_get(json_array_get(items, 0), "endpoints"),
			   JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(found, expected);
	json_decref(json);
}

static void functions_are_listed_with_their_instances(void **state)
{
	struct fixture *f = *state;

	fill_members(f);
	expect_endpoints(f, "/v1/functions",
			 "[{\"ifname\":\"eth0\",\"is_up\":true,\"name\":\"box\",\"node\":\"n1\"}]");
}

static void services_are_listed_with_their_backends(void **state)
{
	struct fixture *f = *state;

	fill_members(f);
	expect_endpoints(f, "/v1/services?tenant=red&name=web",
			 "[{\"ifname\":\"net1\",\"is_up\":true,\"name\":\"web-1\",\"node\":\"n1\","
			 "\"weight\":1},{\"ifname\":null,\"is_up\":false,\"name\":\"web-2\","
			 "\"node\":null,\"weight\":0}]");
}

static json_t *backend(struct fixture *f, size_t i)
{
	json_t *json, *item;

	assert_int_equal(call(f, "GET", "/v1/services", "", &json), 200);
	item = json_array_get(json_object_get(json, "items"), 0);
	item = json_incref(json_array_get(json_object_get(item, "endpoints"), i));
	json_decref(json);
	return item;
}

/* All nodes have been told who it is spread over, and one goes. */
static bool is_spread(void *arg)
{
	const struct fixture *f = arg;
	const struct wf_object *o = wf_model_find(f->rig.nodes[0].agent->model, WF_KIND_SERVICE,
						  "red", "web");

	return o && o->service.history.n == 2 && o->service.history.items[0].n_seats == 1 &&
	       o->service.history.items[1].n_seats == 2;
}

static bool has_two(void *arg)
{
	const struct fixture *f = arg;
	const struct wf_object *o = wf_model_find(f->rig.nodes[0].agent->model, WF_KIND_SERVICE,
						  "red", "web");

	return o && o->service.history.n && o->service.history.items[0].n_seats == 2;
}

static void services_say_where_their_flows_go(void **state)
{
	struct fixture *f = *state;
	json_t *item;

	must(f, "POST", "/v1/apply", "{\"objects\":[" TENANT "," SERVICE "]}");
	must(f, "POST", "/v1/attach",
	     "{\"tenant\":\"red\",\"netns\":\"c1\",\"name\":\"a\",\"labels\":{\"app\":\"web\"}}");
	must(f, "POST", "/v1/attach",
	     "{\"tenant\":\"red\",\"netns\":\"c2\",\"name\":\"b\",\"labels\":{\"app\":\"web\"}}");
	assert_true(wf_rig_wait(&f->rig, has_two, f));
	must(f, "POST", "/v1/endpoints/red/b/labels", "{\"labels\":{\"v\":\"2\"}}");
	assert_true(wf_rig_wait(&f->rig, is_spread, f));
	item = backend(f, 0);
	assert_true(json_integer_value(json_object_get(item, "sid")) > 0);
	assert_true(json_real_value(json_object_get(item, "share")) == 1);
	assert_true(json_real_value(json_object_get(item, "share_before")) > 0.49);
	assert_true(json_real_value(json_object_get(item, "share_before")) < 0.51);
	assert_null(json_object_get(item, "hindrance"));
	json_decref(item);
	item = backend(f, 1);
	assert_true(json_real_value(json_object_get(item, "share")) == 0);
	assert_string_equal(json_string_value(json_object_get(item, "hindrance")), "weight 0");
	json_decref(item);
}

static bool knows_way(void *arg)
{
	json_t *json;
	const char *name;
	bool knows;

	call(arg, "GET", "/v1/path?tenant=red&from=cli&to=web&port=tcp/80", "", &json);
	knows = json_unpack(json, "{s:[{s:s}]}", "backends", "name", &name) == 0;
	json_decref(json);
	return knows;
}

static void the_way_to_a_service_is_that_to_its_backends(void **state)
{
	struct fixture *f = *state;
	const char *to, *address, *port, *name, *node, *sid, *header;
	double share;
	json_t *json;

	must(f, "POST", "/v1/apply", "{\"objects\":[" TENANT "," SERVICE "]}");
	must(f, "POST", "/v1/attach", "{\"tenant\":\"red\",\"netns\":\"c1\",\"name\":\"cli\"}");
	wf_rig_must_attach_as(f->rig.nodes[1].agent, "red", "a", "c1", "app=web");
	assert_true(wf_rig_wait(&f->rig, knows_way, f));
	assert_int_equal(call(f, "GET", "/v1/path?tenant=red&from=cli&to=10.0.9.9", "", &json),
			 200);
	assert_int_equal(json_unpack(json,
				     "{s:{s:s,s:s,s:n},s:s,s:i,s:[{s:s,s:s,s:[!],s:f,s:n,s:n,s:["
				     "{s:s,s:[{s:s}]}!]}!]}",
				     "to", "name", &to, "address", &address, "node", "port", &port,
				     "more", &(int){0}, "backends", "name", &name, "node", &node,
				     "others", "share", &share, "dropped", "policy", "paths",
				     "header", &header, "segments", "sid", &sid),
			 0);
	assert_string_equal(to, "web");
	assert_string_equal(address, "10.0.9.9");
	assert_string_equal(port, "tcp/80->8080");
	assert_string_equal(name, "a");
	assert_string_equal(node, "n2");
	assert_true(share == 1.0);
	assert_int_equal(strlen(header), 2 * 40);
	json_decref(json);
	assert_int_equal(call(f, "GET", "/v1/path?tenant=red&from=cli&to=web&port=x", "", &json),
			 422);
	json_decref(json);
	assert_int_equal(call(f, "GET", "/v1/path?tenant=red&from=cli&to=a&port=tcp/80", "", &json),
			 422);
	json_decref(json);
}

/* The slot of the counter of n1's SID of the endpoint; the test counts in it, as a program would.
 */
static uint32_t slot_of(struct fixture *f, uint16_t sid)
{
	const struct wf_agent *a = f->rig.nodes[0].agent;
	const uint64_t head = wf_sid_head_make(a->options.block, a->config.node,
					       WF_FN_ENDPOINT | sid);
	struct wf_counter_key key = {.kind = WF_COUNTER_SID};

	memcpy(key.name, &head, sizeof(head));
	assert_non_null(wf_slots_find(&a->slots, &key));
	return wf_slots_find(&a->slots, &key)->number;
}

static bool has_number(const struct fixture *f, const char *name)
{
	const struct wf_object *o = wf_model_find(f->rig.nodes[0].agent->model, WF_KIND_ENDPOINT,
						  "red", name);

	return o && o->endpoint.sid;
}

static bool have_numbers(void *arg)
{
	return has_number(arg, "a") && has_number(arg, "far");
}

static void flows_and_packets_are_those_of_the_node_that_is_asked(void **state)
{
	struct fixture *f = *state;
	uint16_t sid;
	json_t *item;

	must(f, "POST", "/v1/apply", "{\"objects\":[" TENANT "," SERVICE "]}");
	must(f, "POST", "/v1/attach",
	     "{\"tenant\":\"red\",\"netns\":\"c1\",\"name\":\"a\",\"labels\":{\"app\":\"web\"}}");
	wf_rig_must_attach_as(f->rig.nodes[1].agent, "red", "far", "c1", "app=web");
	assert_true(wf_rig_wait(&f->rig, have_numbers, f));
	wf_rig_settle(&f->rig);
	item = backend(f, 0);
	sid = (uint16_t)json_integer_value(json_object_get(item, "sid"));
	assert_int_equal(json_integer_value(json_object_get(item, "flows")), 0);
	json_decref(item);
	wf_kern_fake_flows(f->rig.nodes[0].world, sid, 12);
	wf_kern_fake_count(f->rig.nodes[0].world, slot_of(f, sid), 7, 700);
	item = backend(f, 0);
	assert_int_equal(json_integer_value(json_object_get(item, "flows")), 12);
	assert_int_equal(json_integer_value(json_object_get(item, "packets")), 7);
	assert_int_equal(json_integer_value(json_object_get(item, "bytes")), 700);
	json_decref(item);
	item = backend(f, 1);
	assert_string_equal(json_string_value(json_object_get(item, "name")), "far");
	assert_true(json_is_null(json_object_get(item, "flows")));
	assert_true(json_is_null(json_object_get(item, "packets")));
	json_decref(item);
}

static void an_endpoint_that_is_down_is_not_up(void **state)
{
	static const char text[] =
		"{\"kind\":\"Endpoint\",\"name\":\"far\",\"tenant\":\"red\",\"addresses\":[],"
		"\"labels\":{\"app\":\"fw\"},\"node\":\"n2\",\"identity\":1,\"down\":true}";
	struct fixture *f = *state;

	must(f, "POST", "/v1/apply", "{\"objects\":[" TENANT "," FUNCTION "]}");
	wf_rig_end(&f->rig, 1); /* nobody looks after it */
	wf_rig_put(&f->rig, "/weft/v1/endpoint/red/far", text);
	wf_rig_settle(&f->rig);
	expect_endpoints(f, "/v1/functions",
			 "[{\"ifname\":null,\"is_up\":false,\"name\":\"far\",\"node\":\"n2\"}]");
}

static void queries_filter_and_deletes_delete(void **state)
{
	static const struct {
		const char *path;
		size_t n;
	} cases[] = {
		{"/v1/functions", 1},
		{"/v1/functions?name=none", 0},
		{"/v1/functions?tenant=blue", 0},
		{"/v1/services?tenant=red", 1},
		{"/v1/services?tenant=blue&name=web", 0},
	};
	struct fixture *f = *state;
	json_t *json;

	fill_members(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(call(f, "GET", cases[i].path, "", &json), 200);
		assert_int_equal(json_array_size(json_object_get(json, "items")), cases[i].n);
		json_decref(json);
	}
	must(f, "POST", "/v1/delete",
	     "{\"objects\":[{\"kind\":\"Service\",\"tenant\":\"red\",\"name\":\"web\"},"
	     "{\"kind\":\"Function\",\"tenant\":\"red\",\"name\":\"fw\"}]}");
	assert_int_equal(call(f, "GET", "/v1/services", "", &json), 200);
	assert_int_equal(json_array_size(json_object_get(json, "items")), 0);
	json_decref(json);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		CASE(functions_are_listed_with_their_instances),
		CASE(services_are_listed_with_their_backends),
		CASE(services_say_where_their_flows_go),
		CASE(the_way_to_a_service_is_that_to_its_backends),
		CASE(flows_and_packets_are_those_of_the_node_that_is_asked),
		CASE(an_endpoint_that_is_down_is_not_up),
		CASE(queries_filter_and_deletes_delete),
	};

	signal(SIGPIPE, SIG_IGN); /* as in weftd: clients go away */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
