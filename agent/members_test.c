// SPDX-License-Identifier: Apache-2.0
/* Functions and services on their way into the store, and what they mean to endpoints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "agent/rig.h"

/* Two addresses that endpoints can have. */
#define RED "{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/30\"]}"
#define SERVICE(name, addr, port)                                                               \
	"{\"kind\":\"Service\",\"tenant\":\"red\",\"name\":\"" name "\",\"addresses\":[\"" addr \
	"\"],\"ports\":[\"" port "\"],\"backends\":[{\"labels\":{\"app\":\"web\"}}]}"
#define FUNCTION(name, labels) \
	"{\"kind\":\"Function\",\"tenant\":\"red\",\"name\":\"" name "\",\"instances\":" labels "}"
#define POLICY                                                                                    \
	"{\"kind\":\"Policy\",\"tenant\":\"red\",\"name\":\"p\",\"from\":\"any\",\"to\":\"any\"," \
	"\"via\":[\"fw\"]}"

#define ADDRESS "/weft/v1-claims/address/red/10.0.0.1"

static int setup(void **state)
{
	struct wf_rig *rig = wf_rig_setup(state, sizeof(*rig), 1);

	wf_rig_must_apply(rig->nodes[0].agent, "[" RED "]");
	return 0;
}

static struct wf_agent *agent(void **state)
{
	return ((struct wf_rig *)*state)->nodes[0].agent;
}

static const struct wf_service *service(void **state, const char *name)
{
	return &wf_model_find(agent(state)->model, WF_KIND_SERVICE, "red", name)->service;
}

/* @names: n of them. */
static int delete_all(struct wf_agent *a, enum wf_kind kind, const char *const *names, size_t n)
{
	struct wf_object *objects[4];
	struct wf_outcome outcome = {0};
	int r;

	for (size_t i = 0; i < n; i++)
		objects[i] = wf_object_new(kind, "red", names[i]);
	r = wf_agent_delete(a, objects, n, &outcome, NULL);
	for (size_t i = 0; i < n; i++)
		wf_object_unref(objects[i]);
	wf_outcome_done(&outcome);
	return r;
}

static int delete_one(struct wf_agent *a, enum wf_kind kind, const char *name)
{
	return delete_all(a, kind, &name, 1);
}

/* What is said of @key in the store is @expected; NULL: there is no such key. */
static void expect_key(void **state, const char *key, const char *expected)
{
	struct wf_rig *rig = *state;
	struct wf_store_kv kv = {0};
	int r = wf_store_get(rig->store, key, &kv, NULL);

	assert_int_equal(r, expected ? 0 : -ENOENT);
	if (expected)
		assert_string_equal(kv.value, expected);
	wf_store_kv_done(&kv);
}

/* Applying @json fails, for a reason that has @why in it. */
static void expect_refused(void **state, const char *json, const char *why)
{
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};

	assert_int_equal(wf_rig_apply(agent(state), json, &outcome, &err), -EINVAL);
	if (!strstr(err.msg, why))
		fail_msg("'%s' is not in: %s", why, err.msg);
	wf_outcome_done(&outcome);
}

static void a_service_gets_an_id_within_its_tenant_and_keeps_it(void **state)
{
	struct wf_agent *a = agent(state);

	wf_rig_must_apply(a, "[" SERVICE("a", "10.0.0.1", "tcp/80") "]");
	wf_rig_must_apply(a, "[" SERVICE("b", "10.0.0.1", "tcp/81") "]");
	assert_int_equal(service(state, "a")->id, 1);
	assert_int_equal(service(state, "b")->id, 2);
	expect_key(state, "/weft/v1-claims/service/red/2", "/weft/v1/service/red/b");
	expect_key(state, "/weft/v1-claims/port/red/10.0.0.1/6/81", "/weft/v1/service/red/b");
	wf_rig_must_apply(a, "[" SERVICE("b", "10.0.0.1", "udp/82") "]");
	assert_int_equal(service(state, "b")->id, 2);
	expect_key(state, "/weft/v1-claims/port/red/10.0.0.1/6/81", NULL);
	expect_key(state, "/weft/v1-claims/port/red/10.0.0.1/17/82", "/weft/v1/service/red/b");
	assert_int_equal(delete_one(a, WF_KIND_SERVICE, "a"), 0);
	assert_int_equal(delete_one(a, WF_KIND_SERVICE, "b"), 0);
	assert_int_equal(wf_rig_count(*state, "/weft/v1-claims/service/"), 0);
	assert_int_equal(wf_rig_count(*state, "/weft/v1-claims/port/"), 0);
	assert_int_equal(wf_rig_count(*state, "/weft/v1-claims/address/"), 0);
}

static void an_address_stays_taken_while_one_of_its_services_is_there(void **state)
{
	static const char *const both[] = {"b", "c"};
	struct wf_agent *a = agent(state);

	wf_rig_must_apply(a, "[" SERVICE("a", "10.0.0.1", "tcp/80") "]");
	wf_rig_must_apply(a, "[" SERVICE("b", "10.0.0.1", "tcp/81") "]");
	expect_key(state, ADDRESS, "/weft/v1/service/red/a");
	assert_int_equal(delete_one(a, WF_KIND_SERVICE, "a"), 0);
	expect_key(state, ADDRESS, "/weft/v1/service/red/b");
	/* One goes to another address and another one comes, at once. */
	wf_rig_must_apply(a, "[" SERVICE("b", "10.0.0.2", "tcp/81") "," SERVICE("c", "10.0.0.1",
										"tcp/80") "]");
	expect_key(state, ADDRESS, "/weft/v1/service/red/c");
	wf_rig_must_apply(a, "[" SERVICE("b", "10.0.0.1", "tcp/81") "]");
	expect_key(state, ADDRESS, "/weft/v1/service/red/c");
	assert_int_equal(delete_all(a, WF_KIND_SERVICE, both, 2), 0);
	expect_key(state, ADDRESS, NULL);
}

static void endpoints_do_not_get_the_address_of_a_service(void **state)
{
	struct wf_agent *a = agent(state);
	struct wf_outcome outcome = {0};
	char addr[WF_ADDR_STR_MAX];
	const struct wf_object *o;
	struct wf_err err;

	wf_rig_must_apply(a, "[" SERVICE("s", "10.0.0.1", "tcp/80") "]");
	o = wf_rig_must_attach(a, "red", "web", "c1");
	assert_string_equal(wf_addr_str(&o->endpoint.addrs[0], addr), "10.0.0.2");
	assert_int_equal(wf_rig_attach(a, "red", "more", "c2", &outcome, &err), -EADDRNOTAVAIL);
	wf_outcome_done(&outcome);
	expect_refused(state, "[" SERVICE("t", "10.0.0.2", "tcp/80") "]",
		       "10.0.0.2 is in use by endpoint 'web'");
	assert_int_equal(delete_one(a, WF_KIND_SERVICE, "s"), 0);
	wf_rig_must_attach(a, "red", "more", "c2");
}

static void attaching_says_where_and_detaching_forgets_it(void **state)
{
	struct wf_agent *a = agent(state);
	struct wf_outcome outcome = {0};
	const struct wf_endpoint *e;
	uint64_t inode = 0;

	wf_rig_must_apply(a, "[{\"kind\":\"Endpoint\",\"tenant\":\"red\",\"name\":\"web\"}]");
	e = &wf_rig_must_attach(a, "red", "web", "c1")->endpoint;
	assert_string_equal(e->ifname, "eth0");
	assert_int_equal(a->kern->ops->netns_inode(a->kern, "/run/netns/c1", &inode, NULL), 0);
	assert_int_not_equal(inode, 0);
	assert_int_equal(e->netns, inode);
	assert_int_not_equal(wf_rig_must_attach(a, "red", "other", "c2")->endpoint.netns, inode);
	/* What its node wrote stays when people apply it. */
	wf_rig_must_apply(a, "[{\"kind\":\"Endpoint\",\"tenant\":\"red\",\"name\":\"web\","
			     "\"sr_aware\":true}]");
	e = &wf_model_find(a->model, WF_KIND_ENDPOINT, "red", "web")->endpoint;
	assert_true(e->is_sr_aware);
	assert_string_equal(e->ifname, "eth0");
	assert_int_equal(e->netns, inode);
	assert_int_equal(wf_agent_detach(a, "red", "web", &outcome, NULL), 0);
	wf_outcome_done(&outcome);
	e = &wf_model_find(a->model, WF_KIND_ENDPOINT, "red", "web")->endpoint;
	assert_string_equal(e->ifname, "");
	assert_int_equal(e->netns, 0);
}

static void sids_and_verdicts_go_with_the_place(void **state)
{
	static const char text[] =
		"{\"kind\":\"Endpoint\",\"name\":\"web\",\"tenant\":\"red\",\"addresses\":"
		"[\"10.0.0.1\"],\"labels\":{},\"node\":\"n1\",\"identity\":1,\"declared\":true,"
		"\"sid\":7,\"down\":true,\"ifname\":\"eth0\",\"netns\":5}";
	struct wf_agent *a = agent(state);
	struct wf_outcome outcome = {0};
	const struct wf_endpoint *e;

	wf_rig_must_attach(a, "red", "web", "c1");
	wf_rig_put(*state, "/weft/v1/endpoint/red/web", text);
	wf_rig_must_apply(a, "[{\"kind\":\"Endpoint\",\"tenant\":\"red\",\"name\":\"web\","
			     "\"addresses\":[\"10.0.0.1\"],\"sr_aware\":true}]");
	e = &wf_model_find(a->model, WF_KIND_ENDPOINT, "red", "web")->endpoint;
	assert_int_equal(e->sid, 7);
	assert_true(e->is_down);
	expect_key(state, "/weft/v1-claims/sid/n1/7", "/weft/v1/endpoint/red/web");
	assert_int_equal(wf_agent_detach(a, "red", "web", &outcome, NULL), 0);
	wf_outcome_done(&outcome);
	e = &wf_model_find(a->model, WF_KIND_ENDPOINT, "red", "web")->endpoint;
	assert_int_equal(e->sid, 0);
	assert_false(e->is_down);
	expect_key(state, "/weft/v1-claims/sid/n1/7", NULL);
}

static void labels_that_two_functions_select_are_refused(void **state)
{
	struct wf_agent *a = agent(state);
	struct wf_labels labels = {0};
	struct wf_outcome outcome = {0};
	struct wf_err err;

	wf_rig_must_apply(a, "[" FUNCTION("fw", "{\"app\":\"fw\"}") "," FUNCTION(
				     "ids", "{\"ids\":\"1\"}") "]");
	wf_rig_must_attach_as(a, "red", "box", "c1", "app=fw");
	assert_int_equal(wf_labels_parse("app=fw,ids=1", &labels), 0);
	assert_int_equal(wf_agent_label(a, "red", "box", &labels, &outcome, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "functions 'fw' and 'ids' both select endpoint 'box'"));
	assert_int_equal(outcome.problems.n, 1);
	wf_labels_unset(&labels, "app");
	assert_int_equal(wf_agent_label(a, "red", "box", &labels, &outcome, &err), 0);
	wf_labels_done(&labels);
	wf_outcome_done(&outcome);
	expect_refused(state, "[" FUNCTION("more", "{\"ids\":\"1\"}") "]",
		       "endpoint 'box' would be an instance of function 'ids', too");
	assert_null(wf_model_find(a->model, WF_KIND_FUNCTION, "red", "more"));
}

static void a_function_stays_while_a_policy_leads_through_it(void **state)
{
	struct wf_agent *a = agent(state);
	struct wf_outcome outcome = {0};

	expect_refused(state, "[" POLICY "]", "there is no function 'fw'");
	wf_rig_must_apply(a, "[" FUNCTION("fw", "{\"app\":\"fw\"}") "," POLICY "]");
	assert_int_equal(delete_one(a, WF_KIND_FUNCTION, "fw"), -EEXIST);
	assert_int_equal(delete_one(a, WF_KIND_POLICY, "p"), 0);
	assert_int_equal(delete_one(a, WF_KIND_FUNCTION, "fw"), 0);
	/* Once more, so that nothing was left. */
	assert_int_equal(
		wf_rig_apply(a, "[" FUNCTION("fw", "{\"app\":\"fw\"}") "]", &outcome, NULL), 0);
	assert_int_equal(outcome.changes[0], WF_CHANGE_CREATED);
	assert_int_equal(
		wf_rig_apply(a, "[" FUNCTION("fw", "{\"app\":\"fw\"}") "]", &outcome, NULL), 0);
	assert_int_equal(outcome.changes[0], WF_CHANGE_UNCHANGED);
	wf_outcome_done(&outcome);
}

static void find_empty(void *arg, const char *text)
{
	if (strstr(text, "has no instance"))
		snprintf(arg, 100, "%s", text);
}

/* What the status says of functions without instances; "" if nothing. */
static const char *empty(void **state, char said[100])
{
	said[0] = '\0';
	wf_agent_each_problem(agent(state), find_empty, said);
	return said;
}

static void a_function_on_a_path_without_instances_is_a_problem(void **state)
{
	char said[100];

	wf_rig_must_apply(agent(state), "[" FUNCTION("fw", "{\"app\":\"fw\"}") "]");
	assert_string_equal(empty(state, said), "");
	wf_rig_must_apply(agent(state), "[" POLICY "]");
	assert_string_equal(empty(state, said),
			    "function red/fw has no instance that is up: what is "
			    "to go through it is dropped");
	wf_rig_must_apply(agent(state),
			  "[" FUNCTION("fw", "{\"app\":\"fw\"},\"on_failure\":\"bypass\"") "]");
	assert_string_equal(empty(state, said),
			    "function red/fw has no instance that is up: packets pass it by");
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_function_on_a_path_without_instances_is_a_problem),
		CASE(a_service_gets_an_id_within_its_tenant_and_keeps_it),
		CASE(an_address_stays_taken_while_one_of_its_services_is_there),
		CASE(endpoints_do_not_get_the_address_of_a_service),
		CASE(attaching_says_where_and_detaching_forgets_it),
		CASE(sids_and_verdicts_go_with_the_place),
		CASE(labels_that_two_functions_select_are_refused),
		CASE(a_function_stays_while_a_policy_leads_through_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
