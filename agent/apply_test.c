// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "agent/rig.h"
#include "base/buf.h"

#define RED  "{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]}"
#define BLUE "{\"kind\":\"Tenant\",\"name\":\"blue\",\"prefixes\":[\"10.0.0.0/16\"]}"
#define POLICY                                                                                    \
	"{\"kind\":\"Policy\",\"tenant\":\"red\",\"name\":\"p\",\"from\":\"any\",\"to\":\"any\"," \
	"\"via\":[]}"
#define LOST                                                                                      \
	"{\"kind\":\"Policy\",\"tenant\":\"red\",\"name\":\"q\",\"from\":\"any\",\"to\":\"any\"," \
	"\"via\":[\"node/9\"]}"
#define EP(name, addr)                                                                           \
	"{\"kind\":\"Endpoint\",\"tenant\":\"red\",\"name\":\"" name "\",\"addresses\":[\"" addr \
	"\"]}"

static int setup(void **state)
{
	wf_rig_setup(state, sizeof(struct wf_rig), 1);
	return 0;
}

static struct wf_agent *agent(void **state)
{
	return ((struct wf_rig *)*state)->nodes[0].agent;
}

static int delete (struct wf_agent *a, enum wf_kind kind, const char *tenant, const char *name)
{
	struct wf_object *o = wf_object_new(kind, tenant, name);
	struct wf_outcome outcome = {0};
	int r = wf_agent_delete(a, &o, 1, &outcome, NULL);

	wf_outcome_done(&outcome);
	wf_object_unref(o);
	return r;
}

static uint32_t tenant_id(struct wf_agent *a, const char *name)
{
	return wf_model_find(a->model, WF_KIND_TENANT, NULL, name)->self.id;
}

static void unchanged_objects_are_not_written(void **state)
{
	struct wf_agent *a = agent(state);
	struct wf_outcome outcome = {0};
	uint64_t revision;

	assert_int_equal(wf_rig_apply(a, "[" RED "," POLICY "]", &outcome, NULL), 0);
	assert_int_equal(outcome.changes[0], WF_CHANGE_CREATED);
	assert_int_equal(outcome.changes[1], WF_CHANGE_CREATED);
	revision = outcome.revision;
	assert_int_equal(wf_rig_apply(a, "[" RED "," BLUE "," POLICY "]", &outcome, NULL), 0);
	assert_int_equal(outcome.changes[0], WF_CHANGE_UNCHANGED);
	assert_int_equal(outcome.changes[1], WF_CHANGE_CREATED);
	assert_int_equal(outcome.revision, revision + 1);
	assert_int_equal(wf_rig_apply(a, "[" RED "," BLUE "]", &outcome, NULL), 0);
	assert_int_equal(outcome.revision, revision + 1);
	wf_outcome_done(&outcome);
}

static void all_or_nothing(void **state)
{
	struct wf_agent *a = agent(state);
	struct wf_rig *rig = *state;
	struct wf_outcome outcome = {0};
	size_t before = wf_rig_count(rig, "");

	assert_int_equal(wf_rig_apply(a, "[" RED "," POLICY "," LOST "]", &outcome, NULL), -EINVAL);
	assert_int_equal(outcome.problems.n, 1);
	assert_int_equal(outcome.problems.items[0].index, 2);
	assert_string_equal(outcome.problems.items[0].key, "via[0]");
	assert_int_equal(wf_rig_count(rig, ""), before);
	wf_outcome_done(&outcome);
}

static void ids_are_the_lowest_free_and_stay(void **state)
{
	struct wf_agent *a = agent(state);

	wf_rig_must_apply(a, "[" RED "," BLUE "]");
	assert_int_equal(tenant_id(a, "red"), 1);
	assert_int_equal(tenant_id(a, "blue"), 2);
	assert_int_equal(delete (a, WF_KIND_TENANT, NULL, "red"), 0);
	wf_rig_must_apply(
		a, "[{\"kind\":\"Tenant\",\"name\":\"green\",\"prefixes\":[\"10.0.0.0/8\"]}]");
	wf_rig_must_apply(a, "[" RED "]");
	assert_int_equal(tenant_id(a, "green"), 1);
	assert_int_equal(tenant_id(a, "red"), 3);
	wf_rig_must_apply(
		a, "[{\"kind\":\"Tenant\",\"name\":\"blue\",\"prefixes\":[\"10.0.0.0/8\"]}]");
	assert_int_equal(tenant_id(a, "blue"), 2);
}

static void an_id_in_use_is_refused(void **state)
{
	struct wf_agent *a = agent(state);
	struct wf_outcome outcome = {0};

	wf_rig_must_apply(a, "[" RED "]");
	assert_int_equal(wf_rig_apply(a,
				      "[{\"kind\":\"Tenant\",\"name\":\"x\",\"id\":1,\"prefixes\":["
				      "\"10.0.0.0/8\"]}]",
				      &outcome, NULL),
			 -EINVAL);
	assert_int_equal(
		wf_rig_apply(a,
			     "[{\"kind\":\"Tenant\",\"name\":\"red\",\"id\":7,\"prefixes\":["
			     "\"10.0.0.0/16\"]}]",
			     &outcome, NULL),
		-EINVAL);
	wf_outcome_done(&outcome);
}

static void delete_says_what_is_missing_and_what_is_needed(void **state)
{
	struct wf_agent *a = agent(state);

	wf_rig_must_apply(a, "[" RED "," POLICY "]");
	assert_int_equal(delete (a, WF_KIND_TENANT, NULL, "blue"), -ENOENT);
	assert_int_equal(delete (a, WF_KIND_TENANT, NULL, "red"), -EEXIST);
	assert_int_equal(delete (a, WF_KIND_NODE, NULL, "n1"), -EEXIST);
	assert_int_equal(delete (a, WF_KIND_POLICY, "red", "p"), 0);
	assert_int_equal(delete (a, WF_KIND_TENANT, NULL, "red"), 0);
}

static void a_tenant_takes_its_identities_and_claims_along(void **state)
{
	struct wf_agent *a = agent(state);
	struct wf_rig *rig = *state;
	struct wf_outcome outcome = {0};

	wf_rig_must_apply(a, "[" RED "]");
	wf_rig_must_attach(a, "red", "web", "c1");
	assert_int_equal(wf_agent_detach(a, "red", "web", &outcome, NULL), 0);
	assert_int_equal(delete (a, WF_KIND_TENANT, NULL, "red"), 0);
	assert_int_equal(wf_rig_count(rig, "/weft/v1/identity/"), 0);
	assert_int_equal(wf_rig_count(rig, "/weft/v1-claims/"), 1); /* the node's id */
	wf_outcome_done(&outcome);
}

static void an_address_moves_between_endpoints_in_one_request(void **state)
{
	struct wf_agent *a = agent(state);

	wf_rig_must_apply(a, "[" RED "," EP("a", "10.0.0.5") "," EP("b", "10.0.0.6") "]");
	wf_rig_must_apply(a, "[" EP("a", "10.0.0.6") "," EP("b", "10.0.0.5") "]");
	assert_int_equal(wf_rig_count(*state, "/weft/v1-claims/address/red/"), 2);
	wf_rig_must_apply(a, "[" EP("a", "10.0.0.7") "," EP("b", "10.0.0.6") "]");
	assert_int_equal(wf_rig_count(*state, "/weft/v1-claims/address/red/"), 2);
}

static void a_claim_without_an_owner_is_free(void **state)
{
	struct wf_agent *a = agent(state);
	struct wf_rig *rig = *state;

	wf_rig_put(rig, "/weft/v1-claims/address/red/10.0.0.5", "/weft/v1/endpoint/red/ghost");
	wf_rig_put(rig, "/weft/v1-claims/tenant/1", "garbage");
	wf_rig_must_apply(a, "[" RED "," EP("a", "10.0.0.5") "]");
	assert_int_equal(tenant_id(a, "red"), 1);
}

static void thousands_of_objects_go_at_once(void **state)
{
	struct wf_agent *a = agent(state);
	struct wf_buf text = {0};
	size_t n;

	wf_buf_puts(&text, "[" RED);
	for (int i = 1; i < 3000; i++)
		wf_buf_printf(&text,
			      ",{\"kind\":\"Endpoint\",\"tenant\":\"red\",\"name\":\"e%d\","
			      "\"addresses\":[\"10.0.%d.%d\"]}",
			      i, i / 250 + 1, i % 250 + 1);
	wf_buf_puts(&text, "]");
	wf_rig_must_apply(a, text.data);
	wf_model_range(a->model, WF_KIND_ENDPOINT, "red", &n);
	assert_int_equal(n, 2999);
	assert_int_equal(wf_rig_count(*state, "/weft/v1-claims/address/red/"), 2999);
	wf_buf_done(&text);
}

static void a_dry_run_changes_nothing(void **state)
{
	struct wf_agent *a = agent(state);
	struct wf_object *o = wf_object_new(WF_KIND_TENANT, NULL, "red");
	struct wf_outcome outcome = {0};
	size_t before = wf_rig_count(*state, "");

	assert_int_equal(wf_prefix_parse("10.0.0.0/8", &o->self.prefixes[0]), 0);
	o->self.n_prefixes = 1;
	assert_int_equal(wf_agent_apply(a, &o, 1, true, &outcome, NULL), 0);
	assert_int_equal(outcome.changes[0], WF_CHANGE_CREATED);
	assert_int_equal(wf_rig_count(*state, ""), before);
	wf_outcome_done(&outcome);
	wf_object_unref(o);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(unchanged_objects_are_not_written),
		CASE(all_or_nothing),
		CASE(ids_are_the_lowest_free_and_stay),
		CASE(an_id_in_use_is_refused),
		CASE(delete_says_what_is_missing_and_what_is_needed),
		CASE(a_tenant_takes_its_identities_and_claims_along),
		CASE(an_address_moves_between_endpoints_in_one_request),
		CASE(a_claim_without_an_owner_is_free),
		CASE(thousands_of_objects_go_at_once),
		CASE(a_dry_run_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
