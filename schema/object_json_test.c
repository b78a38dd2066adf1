// SPDX-License-Identifier: Apache-2.0
/* Objects to JSON and back, by example; and what is wrong with JSON that is no object. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "schema/object_text_test.h"

static void every_kind_is_written_as_it_was_read(void **state)
{
	static const char *const texts[] = {
		"{'kind':'Node','name':'1'}",
		"{'kind':'Node','name':'r','id':57343,'mtu':9000,'end':'5f00:0:9:1::'}",
		"{'kind':'Tenant','name':'red','id':7,'prefixes':['10.0.0.0/16','fd00::/48'],"
		"'default':'deny','encoding':'srh','metadata':'tlv','require':['hmac'],"
		"'verify':['node/4','node/r']}",
		"{'kind':'Identity','name':'app=web','tenant':'red','id':3,'labels':{'app':'web'}}",
		"{'kind':'Identity','name':'','tenant':'red','id':1,'labels':{}}",
		"{'kind':'Endpoint','name':'a','tenant':'red','addresses':['10.0.0.5','fd00::5'],"
		"'labels':{'app':'web'},'sr_aware':true,'node':'1','mac':'02:00:0a:00:00:05',"
		"'identity':3,'identity_was':2,'announced':true,'declared':true}",
		"{'kind':'Endpoint','name':'a','tenant':'red','addresses':[],'labels':{}}",
		"{'kind':'Policy','name':'p','tenant':'red','id':9,'from':{'app':'web'},"
		"'to':'10.0.0.0/24','via':['node/1','node/4'],'reverse':'symmetric',"
		"'encoding':'csid'}",
		"{'kind':'Policy','name':'p','tenant':'red','from':'any','to':'any','via':[]}",
		"{'kind':'Policy','name':'p','tenant':'red','from':'any','to':'any',"
		"'paths':[{'via':['node/1'],'weight':3},{'via':[],'weight':1}]}",
		"{'kind':'Policy','name':'p','tenant':'red','from':'tenant/blue/app=web,x=',"
		"'to':'any','ports':['tcp','udp/53','sctp/8000-8100','icmp','icmp/8'],"
		"'via':['node/1'],'require':['path','transit/100']}",
		"{'kind':'Policy','name':'p','tenant':'red','from':'tenant/blue','to':'tenant=x',"
		"'ports':['tcp/0'],'via':['node/1'],'require':['transit']}",
		"{'kind':'Policy','name':'p','tenant':'red','from':'internet','to':'any',"
		"'action':'deny'}",
		"{'kind':'Policy','name':'p','tenant':'red','from':'any','to':'internet','via':[],"
		"'require':['hmac']}",
		"{'kind':'Key','name':'k','id':4294967295,'linux':true,"
		"'secret':'00112233445566778899aabbccddeeff','state':'retiring','retires':"
		"1700000000000"
		"}",
		"{'kind':'Key','name':'k','id':1,'secret':'00112233445566778899aabbccddeeff','"
		"state':"
		"'signing'}",
		"{'kind':'Service','name':'w','tenant':'red','id':2,'addresses':['10.0.0.100'],"
		"'ports':['tcp/80'],'backends':[{'labels':{'app':'web'},'weight':1}],"
		"'affinity':'none','balance':'hash','drain':'30s','memberships':["
		"{'serial':3,'slots':1021,'backends':['1/2','4/1*50']},"
		"{'serial':1,'slots':4093,'backends':[],'drained':true}]}",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		WF_CLEANUP(cleanup_object) struct wf_object *o = NULL;
		_cleanup_free_ char *text = strdup(texts[i]), *again = NULL;

		for (char *quote = text; (quote = strchr(quote, '\''));)
			*quote = '"';
		o = from_text(text, true);
		again = to_text(o);
		assert_string_equal(again, text);
	}
}

static void what_people_declare_is_declared(void **state)
{
	WF_CLEANUP(cleanup_object)
	struct wf_object *o = from_text("{\"kind\":\"Endpoint\",\"name\":\"a\",\"tenant\":\"red\"}",
					false);

	assert_true(o->endpoint.is_declared);
}

static void an_identity_is_called_by_its_labels(void **state)
{
	WF_CLEANUP(cleanup_object)
	struct wf_object *o = from_text("{\"kind\":\"Identity\",\"tenant\":\"red\",\"id\":1,"
					"\"labels\":{\"b\":\"2\",\"a\":\"1\"}}",
					true);

	assert_string_equal(o->name, "a=1,b=2");
}

static const char secret_hex[] = "6e6f74746f62657365656e627970656f706c6521";

/* Where a secret goes to is asked for by name; everything else is for people. */
static void a_secret_is_written_for_the_store_alone(void **state)
{
	WF_CLEANUP(cleanup_object) struct wf_object *o = NULL;
	_cleanup_free_ char *for_people = NULL, *for_store = NULL;
	char text[256];
	json_t *json;

	snprintf(text, sizeof(text), "{\"kind\":\"Key\",\"name\":\"k\",\"id\":1,\"secret\":\"%s\"}",
		 secret_hex);
	o = from_text(text, false);
	assert_int_equal(o->key.secret_len, 20);
	assert_memory_equal(o->key.secret, "nottobeseenbypeople!", 20);
	for_store = to_text(o);
	assert_non_null(strstr(for_store, secret_hex));
	json = wf_object_to_json(o);
	for_people = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	assert_string_equal(for_people,
			    "{\"kind\":\"Key\",\"name\":\"k\",\"id\":1,\"state\":\"accepted\"}");
}

/* @json: with ' for ". Word for word, so no problem shows what is secret. */
static void expect_from_people(const char *json_text, const char *key, const char *msg)
{
	_cleanup_free_ char *text = strdup(json_text);
	struct wf_problems problems = {0};
	struct wf_object *o = NULL;
	json_t *json;

	for (char *quote = text; (quote = strchr(quote, '\''));)
		*quote = '"';
	json = json_loads(text, 0, NULL);
	assert_int_equal(wf_object_from_json(json, false, 0, &problems, &o), -EINVAL);
	assert_int_equal(problems.n, 1);
	assert_string_equal(problems.items[0].key, key);
	assert_string_equal(problems.items[0].msg, msg);
	wf_problems_done(&problems);
	json_decref(json);
}

static void secrets_that_are_wrong_are_not_shown(void **state)
{
	static const struct {
		const char *json, *key, *msg;
	} cases[] = {
		{"{'kind':'Key','name':'k','id':1}", "secret", "is missing"},
		{"{'kind':'Key','name':'k','id':1,'secret':'hunter2'}", "secret",
		 "is not base 16, two digits a byte (what it is, is not shown)"},
		{"{'kind':'Key','name':'k','id':1,'secret':12345678}", "secret",
		 "is not base 16, two digits a byte (what it is, is not shown)"},
		{"{'kind':'Key','name':'k','id':1,'secret':null}", "secret",
		 "is not base 16, two digits a byte (what it is, is not shown)"},
		{"{'kind':'Key','name':'k','id':1,'secret':''}", "secret",
		 "0 bytes; a secret has 16 to 64, such as openssl rand -hex 32 makes"},
		{"{'kind':'Key','name':'k','id':1,'secret':'00112233445566778899aabbccddee'}",
		 "secret", "15 bytes; a secret has 16 to 64, such as openssl rand -hex 32 makes"},
		{"{'kind':'Key','name':'k','id':1,'secret':'"
		 "0011223344556677889900112233445566778899001122334455667788990011"
		 "001122334455667788990011223344556677889900112233445566778899001122'}",
		 "secret", "65 bytes; a secret has 16 to 64, such as openssl rand -hex 32 makes"},
		{"{'kind':'Key','name':'k','id':1,'secret_file':'/etc/shadow'}", "secret_file",
		 "files are read by weft apply; send what is in it, as secret"},
		{"{'kind':'Key','name':'k','id':1,'secret':'00112233445566778899aabbccddeeff',"
		 "'state':'signing'}",
		 "state", "unknown key; there are 'kind', 'name', 'id', 'linux', 'secret'"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		expect_from_people(cases[i].json, cases[i].key, cases[i].msg);
}

static void what_is_implied_is_read_and_not_written(void **state)
{
	WF_CLEANUP(cleanup_object)
	struct wf_object *o = from_text("{\"kind\":\"Policy\",\"name\":\"p\",\"tenant\":\"red\","
					"\"from\":\"any\",\"to\":\"any\",\"require\":[\"hmac\","
					"\"path\"]}",
					false);
	_cleanup_free_ char *text = to_text(o);

	assert_int_equal(o->policy.require, WF_REQUIRE_HMAC | WF_REQUIRE_PATH);
	assert_int_equal(o->policy.n_paths, 1);
	assert_int_equal(o->policy.paths[0].weight, 1);
	assert_string_equal(text,
			    "{\"kind\":\"Policy\",\"name\":\"p\",\"tenant\":\"red\","
			    "\"from\":\"any\",\"to\":\"any\",\"via\":[],\"require\":[\"path\"]}");
}

static void garbage_from_the_store_is_refused(void **state)
{
	static const struct {
		const char *text, *key, *msg;
	} cases[] = {
		{"[]", "", "expected an object, like {kind: Node, name: 1}, not a list"},
		{"{\"kind\":\"Node\",\"name\":\"1\",\"x\":1}", "x",
		 "unknown key; there are 'kind', 'name', 'id', 'mtu', 'end'"},
		{"{\"kind\":\"Endpoint\",\"name\":\"a\",\"tenant\":\"red\",\"mac\":\"02:00\"}",
		 "mac", "expected a MAC address, like 02:00:00:00:00:01, not '02:00'"},
		{"{\"kind\":\"Node\",\"name\":\"1\",\"id\":1.0}", "id",
		 "expected a number from 1 to 57343, not 1"},
		{"{\"kind\":\"Identity\",\"tenant\":\"red\",\"id\":0,\"labels\":{}}", "id",
		 "expected a number from 1 to 16777215, not 0"},
		{"{\"kind\":\"Identity\",\"name\":\"b=1\",\"tenant\":\"red\",\"id\":1,\"labels\":{}"
		 "}",
		 "name", "an Identity is called by its labels, ''"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *json = json_loads(cases[i].text, 0, NULL);
		struct wf_problems problems = {0};
		struct wf_object *o = NULL;

		assert_int_equal(wf_object_from_json(json, true, 4, &problems, &o), -EINVAL);
		assert_null(o);
		assert_int_equal(problems.n, 1);
		assert_int_equal(problems.items[0].index, 4);
		assert_string_equal(problems.items[0].key, cases[i].key);
		assert_string_equal(problems.items[0].msg, cases[i].msg);
		wf_problems_done(&problems);
		json_decref(json);
	}
}

static void memberships_that_weft_did_not_write_are_refused(void **state)
{
	static const char *const cases[] = {
		"1",
		"[1]",
		"[{'serial':0,'slots':1021,'backends':[]}]",
		"[{'serial':1,'slots':1,'backends':[]}]",
		"[{'serial':1,'slots':65536,'backends':[]}]",
		"[{'serial':1,'slots':1024,'backends':[]}]",
		"[{'serial':1,'slots':1021}]",
		"[{'serial':1,'slots':1021,'backends':[1]}]",
		"[{'serial':1,'slots':1021,'backends':['1']}]",
		"[{'serial':1,'slots':1021,'backends':['0/1']}]",
		"[{'serial':1,'slots':1021,'backends':['57344/1']}]",
		"[{'serial':1,'slots':1021,'backends':['1/0']}]",
		"[{'serial':1,'slots':1021,'backends':['1/4096']}]",
		"[{'serial':1,'slots':1021,'backends':['1/1x']}]",
		"[{'serial':1,'slots':1021,'backends':['1/1*0']}]",
		"[{'serial':1,'slots':1021,'backends':['1/1*101']}]",
		"[{'serial':1,'slots':1021,'backends':['1/1*']}]",
		"[{'serial':1,'slots':1021,'backends':['2/1','1/1']}]",
		"[{'serial':1,'slots':1021,'backends':['1/1','1/1']}]",
		"[{},{},{},{},{},{},{},{},{}]",
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_problems problems = {0};
		struct wf_object *o = NULL;
		char text[512];
		json_t *json;

		snprintf(text, sizeof(text),
			 "{'kind':'Service','name':'w','tenant':'red','addresses':['10.0.0.1'],"
			 "'ports':['tcp/80'],'backends':[],'memberships':%s}",
			 cases[i]);
		for (char *quote = text; (quote = strchr(quote, '\''));)
			*quote = '"';
		json = json_loads(text, 0, NULL);
		assert_non_null(json);
		assert_int_equal(wf_object_from_json(json, true, 0, &problems, &o), -EINVAL);
		assert_int_equal(problems.n, 1);
		assert_string_equal(problems.items[0].key, "memberships");
		wf_problems_done(&problems);
		json_decref(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_written_as_it_was_read),
		cmocka_unit_test(what_people_declare_is_declared),
		cmocka_unit_test(an_identity_is_called_by_its_labels),
		cmocka_unit_test(a_secret_is_written_for_the_store_alone),
		cmocka_unit_test(secrets_that_are_wrong_are_not_shown),
		cmocka_unit_test(what_is_implied_is_read_and_not_written),
		cmocka_unit_test(garbage_from_the_store_is_refused),
		cmocka_unit_test(memberships_that_weft_did_not_write_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
