// SPDX-License-Identifier: Apache-2.0
/* What would happen to a packet, as JSON. */
#include <signal.h>
#include <stdio.h>

#include "api/fixture_test.h"

static void a_check_names_who_decides_where(void **state)
{
	const char *from, *to, *port, *verdict, *at[2], *node[2], *policy[2], *way, *via, *because;
	const char *back;
	struct fixture *f = *state;
	json_t *json, *way_back;

	fill(f);
	assert_int_equal(call(f, "GET",
			      "/v1/policy/check?from=web&to=red/db&tenant=red&port=tcp/80", "",
			      &json),
			 200);
	assert_int_equal(
		json_unpack(json,
			    "{s:{s:s},s:{s:s},s:s,s:s,s:n,s:[{s:s,s:s,s:s},{s:s,s:s,s:s}!],"
			    "s:{s:s,s:[s!]},s:[!],s:[!],s:{s:s,s:[{s:s},{}!],s:o}}",
			    "from", "name", &from, "to", "name", &to, "port", &port, "verdict",
			    &verdict, "reason", "rulings", "at", &at[0], "node", &node[0], "policy",
			    &policy[0], "at", &at[1], "node", &node[1], "policy", &policy[1], "way",
			    "policy", &way, "via", &via, "require", "verified_at", "reply",
			    "because", &because, "rulings", "node", &back, "way", &way_back),
		0);
	assert_string_equal(from, "web");
	assert_string_equal(to, "db");
	assert_string_equal(port, "tcp/80");
	assert_string_equal(verdict, "allowed");
	assert_string_equal(at[0], "sender");
	assert_string_equal(node[0], "n1");
	assert_string_equal(policy[0], "p");
	assert_string_equal(at[1], "receiver");
	assert_string_equal(node[1], "n2");
	assert_string_equal(policy[1], "p");
	assert_string_equal(way, "p");
	assert_string_equal(via, "node/n2");
	assert_string_equal(because, "policy");
	assert_string_equal(back, "n2");
	json_decref(json);
}

static void what_is_dropped_says_why_and_has_no_answers(void **state)
{
	const char *verdict, *reason, *text;
	struct fixture *f = *state;
	json_t *json;

	fill(f);
	assert_int_equal(call(f, "GET",
			      "/v1/policy/check?from=192.0.2.1&to=web&tenant=red&port=udp/53", "",
			      &json),
			 200);
	assert_int_equal(json_unpack(json, "{s:{s:n,s:n},s:s,s:s,s:s,s:[{}!],s:n,s:n}", "from",
				     "name", "node", "verdict", &verdict, "reason", &reason, "text",
				     &text, "rulings", "way", "reply"),
			 0);
	assert_string_equal(verdict, "dropped");
	assert_string_equal(reason, "denied");
	json_decref(json);
}

static void wrong_questions_have_their_status(void **state)
{
	static const struct {
		const char *query;
		int status;
	} cases[] = {
		{"from=web&to=db&tenant=red", 400},
		{"from=web&to=db&tenant=rad&port=tcp/1", 404},
		{"from=web&to=red/nobody&tenant=red&port=tcp/1", 404},
		{"from=web&to=db&tenant=red&port=tcp", 422},
		{"from=web&to=red/db&port=tcp/1", 422},
	};
	struct fixture *f = *state;

	fill(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char path[128];
		json_t *json;

		snprintf(path, sizeof(path), "/v1/policy/check?%s", cases[i].query);
		assert_int_equal(call(f, "GET", path, "", &json), cases[i].status);
		assert_non_null(json_object_get(json, "error"));
		json_decref(json);
	}
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_check_names_who_decides_where),
		CASE(what_is_dropped_says_why_and_has_no_answers),
		CASE(wrong_questions_have_their_status),
	};

	signal(SIGPIPE, SIG_IGN); /* as in weftd: clients go away */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
