// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "api/fixture_test.h"

static void every_wrong_request_has_its_status(void **state)
{
	static const struct {
		const char *method, *path, *body;
		int status;
	} cases[] = {
		{"GET", "/", "", 404},
		{"GET", "/v1/nothing", "", 404},
		{"POST", "/v1/status", "", 405},
		{"GET", "/v1/apply", "", 405},
		{"POST", "/v1/apply", "", 400},
		{"POST", "/v1/apply", "{", 400},
		{"POST", "/v1/apply", "[]", 400},
		{"POST", "/v1/apply", "\xff", 400},
		{"POST", "/v1/apply", "{\"objects\":[],\"objects\":[]}", 400},
		{"POST", "/v1/apply", "{\"objects\":{}}", 400},
		{"POST", "/v1/apply", "{\"objects\":[],\"what\":1}", 400},
		{"POST", "/v1/apply", "{\"objects\":[],\"dry_run\":1}", 400},
		{"POST", "/v1/apply", "{\"objects\":[7]}", 422},
		{"POST", "/v1/apply", "{\"objects\":[{\"kind\":\"Tenant\",\"name\":\"x\"}]}", 422},
		{"POST", "/v1/apply", "{\"objects\":[" TENANT "," TENANT "]}", 422},
		{"POST", "/v1/delete", "{\"objects\":[{\"kind\":\"Tenant\",\"name\":\"x\"}]}", 404},
		{"POST", "/v1/delete", "{\"objects\":[{\"kind\":\"Node\",\"name\":\"n1\"}]}", 409},
		{"POST", "/v1/delete", "{\"objects\":[{\"kind\":\"What\",\"name\":\"x\"}]}", 422},
		{"POST", "/v1/attach", "{\"tenant\":\"red\"}", 400},
		{"POST", "/v1/attach", "{\"tenant\":\"red\",\"netns\":7}", 400},
		{"POST", "/v1/attach", "{\"tenant\":\"red\",\"netns\":\"c1\"}", 404},
		{"POST", "/v1/attach", "{\"tenant\":\"red\",\"netns\":\"c1\",\"addresses\":{}}",
		 400},
		{"POST", "/v1/attach",
		 "{\"tenant\":\"red\",\"netns\":\"c1\",\"addresses\":[\"x\"]}", 422},
		{"POST", "/v1/attach", "{\"tenant\":\"red\",\"netns\":\"c1\",\"labels\":[]}", 400},
		{"POST", "/v1/attach",
		 "{\"tenant\":\"red\",\"netns\":\"c1\",\"labels\":{\"a b\":\"\"}}", 422},
		{"POST", "/v1/detach", "{}", 400},
		{"POST", "/v1/detach", "{\"tenant\":\"red\",\"name\":\"x\",\"netns\":\"c1\"}", 400},
		{"POST", "/v1/detach", "{\"tenant\":\"red\",\"name\":\"x\"}", 404},
		{"POST", "/v1/detach", "{\"netns\":\"c1\",\"ifname\":\"eth0\"}", 404},
		{"POST", "/v1/detach", "{\"tenant\":\"-\",\"name\":\"x\"}", 422},
		{"GET", "/v1/path?tenant=red&from=a", "", 400},
		{"GET", "/v1/path?tenant=red&from=a&to=b", "", 404},
		{"GET", "/v1/sync", "", 400},
		{"GET", "/v1/sync?revision=-1", "", 400},
		{"GET", "/v1/sync?revision=1&timeout_ms=30001", "", 400},
		{"GET", "/v1/sync?revision=1000&timeout_ms=1", "", 503},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *json, *error, *problems;

		assert_int_equal(call(f, cases[i].method, cases[i].path, cases[i].body, &json) *
						 1000 +
					 (int)i,
				 cases[i].status * 1000 + (int)i);
		error = json_object_get(json_object_get(json, "error"), "message");
		problems = json_object_get(json, "problems");
		assert_true(json_is_string(error) || json_array_size(problems) > 0);
		json_decref(json);
	}
	assert_int_equal(wf_rig_count(&f->rig, "/weft/v1/tenant/"), 0);
}

static void every_list_answers(void **state)
{
	static const struct {
		const char *path;
		size_t n;
	} cases[] = {
		{"/v1/nodes", 2},
		{"/v1/nodes?name=n2", 1},
		{"/v1/tenants", 1},
		{"/v1/tenants?name=none", 0},
		{"/v1/endpoints", 2},
		{"/v1/endpoints?tenant=red&name=web", 1},
		{"/v1/endpoints?tenant=blue", 0},
		{"/v1/policies", 1},
		{"/v1/sids", 3},
		{"/v1/paths?policy=p", 2},
		{"/v1/paths?policy=none", 0},
		{"/v1/drops", WF_DROP_COUNT - 1},
	};
	struct fixture *f = *state;
	json_t *json;

	fill(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(call(f, "GET", cases[i].path, "", &json), 200);
		assert_int_equal(json_array_size(json_object_get(json, "items")), cases[i].n);
		json_decref(json);
	}
	must(f, "GET", "/v1/status", "");
	must(f, "GET", "/metrics", "");
}

static void counters_are_shown_with_what_they_count(void **state)
{
	struct fixture *f = *state;
	struct wf_agent *a = f->rig.nodes[0].agent;
	struct wf_counter_key key = {.kind = WF_COUNTER_ENDPOINT_TX};
	struct wf_dest_key name = {.tenant = 1};
	json_int_t packets, bytes;
	json_t *json;

	fill(f);
	memcpy(name.addr,
	       wf_model_find(a->model, WF_KIND_ENDPOINT, "red", "web")->endpoint.addrs[0].bytes,
	       16);
	memcpy(key.name, &name, sizeof(name));
	wf_kern_fake_count(f->rig.nodes[0].world, wf_slots_find(&a->slots, &key)->number, 3, 300);
	assert_int_equal(call(f, "GET", "/v1/endpoints?name=web", "", &json), 200);
	assert_int_equal(json_unpack(json, "{s:[{s:{s:I,s:I}}]}", "items", "tx", "packets",
				     &packets, "bytes", &bytes),
			 0);
	assert_int_equal(packets, 3);
	assert_int_equal(bytes, 300);
	json_decref(json);
}

static void a_path_is_explained_by_the_installed_tables(void **state)
{
	struct fixture *f = *state;
	const char *policy, *sid, *header, *node;
	double share;
	json_t *json;

	fill(f);
	assert_int_equal(call(f, "GET", "/v1/path?tenant=red&from=web&to=db", "", &json), 200);
	assert_int_equal(json_unpack(json, "{s:s,s:{s:s},s:[{s:f,s:s,s:[{s:s}]}!]}", "policy",
				     &policy, "to", "node", &node, "paths", "share", &share,
				     "header", &header, "segments", "sid", &sid),
			 0);
	assert_string_equal(policy, "p");
	assert_string_equal(node, "n2");
	assert_true(share == 1.0);
	assert_int_equal(strlen(header) % 2, 0);
	json_decref(json);
	assert_int_equal(call(f, "GET", "/v1/path?tenant=red&from=db&to=web", "", &json), 409);
	json_decref(json);
}

static void sync_waits_for_the_pass(void **state)
{
	struct fixture *f = *state;
	struct wf_agent *a = f->rig.nodes[0].agent;
	char path[64];
	struct answer answer, other;
	json_t *json;

	wf_rig_settle(&f->rig);
	snprintf(path, sizeof(path), "/v1/sync?revision=%llu", (unsigned long long)a->revision + 1);
	ask_for(f, &answer, "GET", path, "");
	ask_for(f, &other, "GET", "/v1/status", "");
	assert_int_equal(take(f, &other, &json), 200); /* the loop goes on meanwhile */
	json_decref(json);
	assert_false(answer.is_done);
	wf_rig_put(&f->rig, "/weft/v1/tenant/red", TENANT);
	assert_int_equal(take(f, &answer, &json), 200);
	assert_true(a->installed_revision >= a->revision);
	json_decref(json);
}

static void a_client_that_leaves_is_forgotten(void **state)
{
	struct fixture *f = *state;
	struct answer answer, other;
	json_t *json;

	ask_for(f, &answer, "GET", "/v1/sync?revision=1000&timeout_ms=100", "");
	ask_for(f, &other, "GET", "/v1/status", "");
	assert_int_equal(take(f, &other, &json), 200);
	json_decref(json);
	bufferevent_free(answer.conn);
	assert_int_equal(call(f, "GET", "/v1/sync?revision=1000&timeout_ms=150", "", &json), 503);
	json_decref(json);
}

static void a_lost_store_is_503(void **state)
{
	struct fixture *f = *state;
	struct wf_agent *a = f->rig.nodes[0].agent;
	const char *message;
	json_t *json;

	wf_watch_close(a);
	wf_err_set(&a->store_err, -EIO, "the disk burns");
	assert_int_equal(call(f, "POST", "/v1/apply", "{\"objects\":[" TENANT "]}", &json), 503);
	assert_int_equal(json_unpack(json, "{s:{s:s}}", "error", "message", &message), 0);
	assert_string_equal(message, "the disk burns");
	json_decref(json);
	assert_int_equal(call(f, "GET", "/v1/status", "", &json), 200);
	assert_true(json_is_false(json_object_get(json_object_get(json, "store"), "is_open")));
	json_decref(json);
}

static void too_large_is_413_and_too_long_a_head_is_no_request(void **state)
{
	static const char large[] = "POST /v1/apply HTTP/1.1\r\nHost: weft\r\nConnection: close\r\n"
				    "Content-Length: 67108865\r\n\r\n{";
	struct fixture *f = *state;
	char *head = calloc(1, 2 * WF_API_HEADER_MAX);
	struct answer a;
	json_t *json;

	ask(f, &a, large, sizeof(large) - 1);
	assert_int_equal(take(f, &a, &json), 413);
	memset(head, 'x', 2 * WF_API_HEADER_MAX - 1);
	memcpy(head, "GET /", 5);
	ask(f, &a, head, strlen(head));
	assert_true(take(f, &a, &json) >= 400);
	free(head);
}

static void the_socket_is_private_and_served_once(void **state)
{
	struct fixture *f = *state;
	struct wf_api *second = NULL;
	struct wf_err err = {0};
	struct stat st;

	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_int_equal(wf_api_new(f->rig.nodes[1].agent, f->rig.base, f->path, &second, &err),
			 -EADDRINUSE);
	assert_non_null(strstr(err.msg, f->path));
}

static void a_stale_socket_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	wf_api_free(f->api);
	f->api = NULL;
	strcpy(addr.sun_path, f->path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
	assert_int_equal(wf_api_new(f->rig.nodes[0].agent, f->rig.base, f->path, &f->api, NULL), 0);
	must(f, "GET", "/v1/status", "");
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		CASE(every_wrong_request_has_its_status),
		CASE(every_list_answers),
		CASE(counters_are_shown_with_what_they_count),
		CASE(a_path_is_explained_by_the_installed_tables),
		CASE(sync_waits_for_the_pass),
		CASE(a_client_that_leaves_is_forgotten),
		CASE(a_lost_store_is_503),
		CASE(too_large_is_413_and_too_long_a_head_is_no_request),
		CASE(the_socket_is_private_and_served_once),
		CASE(a_stale_socket_is_replaced),
	};

	signal(SIGPIPE, SIG_IGN); /* as in weftd: clients go away */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
