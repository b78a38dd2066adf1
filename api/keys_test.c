// SPDX-License-Identifier: Apache-2.0
/* Keys and labels: what is asked comes to the store, and no secret comes back from anywhere. */
#include <signal.h>
#include <stdio.h>

#include "api/fixture_test.h"

#define SECRET "6e6f74746f62657365656e6279616e79626f6479" /* "nottobeseenbyanybody" */
#define KEY(name, id, secret) \
	"{\"kind\":\"Key\",\"name\":\"" name "\",\"id\":" id ",\"secret\":\"" secret "\"}"
#define OBJECTS(objects) "{\"objects\":[" objects "]}"
#define SIGNED                                                                            \
	"{\"kind\":\"Policy\",\"tenant\":\"red\",\"name\":\"s\",\"from\":\"any\",\"to\":" \
	"\"any\",\"require\":[\"path\"]}"

/* The first problem, or the error, of a refusal with @status. */
static void expect_refusal(struct fixture *f, const char *path, const char *body, int status,
			   const char *msg)
{
	json_t *json, *text;

	assert_int_equal(call(f, "POST", path, body, &json), status);
	text = json_object_get(json_object_get(json, "error"), "message");
	if (!text)
		text = json_object_get(json_array_get(json_object_get(json, "problems"), 0),
				       "message");
	assert_string_equal(json_string_value(text), msg);
	json_decref(json);
}

/* "a signing, b accepted" */
static void expect_keys(struct fixture *f, const char *expected)
{
	char found[256] = "";
	json_t *json, *item;
	size_t i;

	wf_rig_settle(&f->rig);
	assert_int_equal(call(f, "GET", "/v1/keys", "", &json), 200);
	json_array_foreach(json_object_get(json, "items"), i, item)
	{
		size_t len = strlen(found);

		snprintf(found + len, sizeof(found) - len, "%s%s %s", i ? ", " : "",
			 json_string_value(json_object_get(item, "name")),
			 json_string_value(json_object_get(item, "state")));
	}
	assert_string_equal(found, expected);
	json_decref(json);
}

static void no_answer_has_a_secret(void **state)
{
	static const struct {
		const char *method, *path, *body;
	} cases[] = {
		{"POST", "/v1/apply", OBJECTS(KEY("a", "1", SECRET))},
		{"POST", "/v1/apply", OBJECTS(KEY("a", "1", SECRET "00"))},
		{"POST", "/v1/apply", OBJECTS(KEY("b", "1", SECRET))},
		{"POST", "/v1/apply", OBJECTS(KEY("b", "2", SECRET "0"))},
		{"POST", "/v1/apply", OBJECTS(KEY("b", "2", SECRET "zz"))},
		{"POST", "/v1/apply",
		 "{\"objects\":[{\"kind\":\"Key\",\"secret\":\"" SECRET "\"}]}"},
		{"POST", "/v1/apply", "{\"objects\":[{\"secret\":\"" SECRET "\" \"" SECRET "\"}]}"},
		{"POST", "/v1/apply", "{\"objects\":[{\"secret\":" SECRET "}]}"},
		{"GET", "/v1/keys", ""},
		{"GET", "/v1/keys?name=a", ""},
		{"GET", "/v1/status", ""},
		{"POST", "/v1/delete", OBJECTS(KEY("a", "1", SECRET))},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *json;
		char *text;

		call(f, cases[i].method, cases[i].path, cases[i].body, &json);
		text = json_dumps(json, 0);
		assert_non_null(text);
		/* Not even the half of it. */
		assert_null(strstr(text, "6e6f7474"));
		assert_null(strstr(text, "nottobe"));
		free(text);
		json_decref(json);
	}
}

static void keys_come_rotate_and_go(void **state)
{
	struct fixture *f = *state;

	expect_refusal(f, "/v1/keys/rotate", "{}", 404,
		       "there is no key: add one with 'weft key add'; it signs at once");
	must(f, "POST", "/v1/apply", OBJECTS(KEY("a", "1", SECRET)));
	expect_keys(f, "a signing");
	expect_refusal(f, "/v1/keys/rotate", "{}", 409,
		       "there is no key after 'a': add one with 'weft key add', then rotate");
	must(f, "POST", "/v1/apply", OBJECTS(KEY("b", "2", SECRET)));
	expect_keys(f, "a signing, b accepted");
	must(f, "POST", "/v1/keys/rotate", "{}");
	expect_keys(f, "a retiring, b signing");
}

static void a_key_is_refused_that_cannot_be(void **state)
{
	struct fixture *f = *state;

	must(f, "POST", "/v1/apply", OBJECTS(KEY("a", "1", SECRET)));
	expect_refusal(f, "/v1/apply", OBJECTS(KEY("b", "1", SECRET)), 422,
		       "id 1 is in use by key 'a'");
	expect_refusal(f, "/v1/apply", OBJECTS(KEY("b", "2", "0011")), 422,
		       "2 bytes; a secret has 16 to 64, such as openssl rand -hex 32 makes");
	expect_refusal(f, "/v1/apply", OBJECTS("{\"kind\":\"Key\",\"name\":\"b\",\"id\":2}"), 422,
		       "is missing");
	expect_refusal(f, "/v1/apply", OBJECTS(KEY("a", "1", SECRET "00")), 422,
		       "stays as it is: add another key, then rotate");
	expect_keys(f, "a signing");
}

static void the_key_that_signs_stays_while_it_is_needed(void **state)
{
	struct fixture *f = *state;

	must(f, "POST", "/v1/apply", OBJECTS(TENANT));
	expect_refusal(f, "/v1/apply", OBJECTS(SIGNED), 422,
		       "there is no key that signs: add one with weft key add, or a Key here");
	must(f, "POST", "/v1/apply", OBJECTS(SIGNED "," KEY("a", "1", SECRET)));
	expect_refusal(f, "/v1/delete", OBJECTS(KEY("a", "1", SECRET)), 409,
		       "Key 'a' is needed by Policy 's' of tenant 'red', which requires hmac: "
		       "rotate first");
	must(f, "POST", "/v1/delete", OBJECTS(SIGNED));
	must(f, "POST", "/v1/delete", OBJECTS(KEY("a", "1", SECRET)));
	expect_keys(f, "");
}

/* The endpoint web of tenant red as a node sees it. */
static const struct wf_endpoint *endpoint_at(struct fixture *f, int node)
{
	const struct wf_model *m;

	wf_rig_settle(&f->rig);
	m = wf_agent_model(f->rig.nodes[node].agent);
	return &wf_model_find(m, WF_KIND_ENDPOINT, "red", "web")->endpoint;
}

static void labels_are_changed_one_by_one(void **state)
{
	struct fixture *f = *state;
	json_t *json, *labels;

	fill(f);
	assert_int_equal(call(f, "POST", "/v1/endpoints/red/web/labels",
			      "{\"labels\":{\"tier\":\"1\",\"x\":null}}", &json),
			 200);
	labels = json_object_get(json, "labels");
	assert_int_equal(json_object_size(labels), 2);
	assert_string_equal(json_string_value(json_object_get(labels, "app")), "web");
	assert_string_equal(json_string_value(json_object_get(labels, "tier")), "1");
	assert_true(json_integer_value(json_object_get(json, "revision")) > 0);
	json_decref(json);
	assert_int_equal(endpoint_at(f, 1)->labels.n, 2);
}

static void labels_are_taken_away(void **state)
{
	struct fixture *f = *state;
	json_t *json;

	must(f, "POST", "/v1/apply",
	     OBJECTS(TENANT
		     ",{\"kind\":\"Endpoint\",\"tenant\":\"red\",\"name\":\"web\",\"labels\":"
		     "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}}"));
	assert_int_equal(call(f, "POST", "/v1/endpoints/red/web/labels",
			      "{\"labels\":{\"a\":null,\"c\":null,\"none\":null}}", &json),
			 200);
	assert_int_equal(json_object_size(json_object_get(json, "labels")), 1);
	json_decref(json);
	assert_int_equal(endpoint_at(f, 0)->labels.n, 1);
	assert_string_equal(endpoint_at(f, 0)->labels.items[0].key, "b");
}

static void wrong_labels_are_refused(void **state)
{
	static const struct {
		const char *path, *body;
		int status;
		const char *msg;
	} cases[] = {
		{"/v1/endpoints/red/wbe/labels", "{\"labels\":{\"a\":\"b\"}}", 404,
		 "there is no endpoint 'wbe' in tenant 'red': list them with 'weft endpoint list'"},
		{"/v1/endpoints/red/-/labels", "{\"labels\":{\"a\":\"b\"}}", 404,
		 "there is no endpoint '' in tenant 'red': list them with 'weft endpoint list'"},
		{"/v1/endpoints/red/web/label", "{\"labels\":{\"a\":\"b\"}}", 404,
		 "there is no '/v1/endpoints/red/web/label'; docs/api.md lists what there is"},
		{"/v1/endpoints/red/web/x/labels", "{\"labels\":{\"a\":\"b\"}}", 404,
		 "there is no '/v1/endpoints/red/web/x/labels'; docs/api.md lists what there is"},
		{"/v1/endpoints/red/web/labels", "{\"labels\":{}}", 400,
		 "'labels' must be an object of texts, and null for what goes, like {\"app\": "
		 "\"web\", \"tier\": null}"},
		{"/v1/endpoints/red/web/labels", "{\"labels\":{\"a b\":\"\"}}", 422,
		 "label 'a b' is wrong: letters, digits, '-', '_', '.', at most 63 each"},
		{"/v1/endpoints/red/web/labels", "{\"labels\":{\"a\":1}}", 422,
		 "label 'a' is wrong: letters, digits, '-', '_', '.', at most 63 each"},
		{"/v1/attach", "{\"tenant\":\"red\",\"netns\":\"c9\",\"sr_aware\":1}", 400,
		 "'sr_aware' must be true or false"},
	};
	struct fixture *f = *state;

	fill(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		expect_refusal(f, cases[i].path, cases[i].body, cases[i].status, cases[i].msg);
	assert_int_equal(endpoint_at(f, 0)->labels.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_answer_has_a_secret, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(keys_come_rotate_and_go, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(a_key_is_refused_that_cannot_be, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(the_key_that_signs_stays_while_it_is_needed,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(labels_are_changed_one_by_one, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(labels_are_taken_away, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(wrong_labels_are_refused, fixture_setup,
						fixture_teardown),
	};

	signal(SIGPIPE, SIG_IGN); /* as in weftd: clients go away */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
