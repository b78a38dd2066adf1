// SPDX-License-Identifier: Apache-2.0
/* How identities come, are left, and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/identity.h"
#include "agent/rig.h"

#define RED	"[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]}]"
#define REST_MS (WF_IDENTITY_REST_MS + 1000) /* and what keeps nodes apart */

static int setup(void **state)
{
	struct wf_rig *rig = wf_rig_setup(state, sizeof(*rig), 2);

	wf_rig_must_apply(rig->nodes[0].agent, RED);
	return 0;
}

/* NULL: there is none. */
static const struct wf_object *identity(struct wf_agent *a, const char *labels)
{
	assert_int_equal(wf_watch_catch_up(a, NULL), 0);
	return wf_model_find(a->model, WF_KIND_IDENTITY, "red", labels);
}

struct look {
	struct wf_agent *agent;
	const char *labels;
	bool is_left;
};

static bool is_so(void *arg)
{
	const struct look *l = arg;
	const struct wf_object *o = identity(l->agent, l->labels);

	return o && o->identity.is_left == l->is_left;
}

static bool wait_left(struct wf_rig *rig, const char *labels, bool is_left)
{
	struct look l = {rig->nodes[0].agent, labels, is_left};

	return wf_rig_wait(rig, is_so, &l);
}

static void detach(struct wf_agent *a, const char *name)
{
	struct wf_outcome outcome = {0};

	assert_int_equal(wf_agent_detach(a, "red", name, &outcome, NULL), 0);
	wf_outcome_done(&outcome);
}

static bool is_gone(void *arg)
{
	return !identity(arg, "app=web");
}

static void an_identity_goes_a_while_after_its_last_endpoint(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;

	wf_rig_must_attach_as(a, "red", "web1", "c1", "app=web");
	wf_rig_must_attach_as(rig->nodes[1].agent, "red", "web2", "c1", "app=web");
	detach(a, "web1");
	wf_rig_later(rig, REST_MS);
	wf_rig_settle(rig);
	assert_false(identity(a, "app=web")->identity.is_left);
	detach(rig->nodes[1].agent, "web2");
	assert_true(wait_left(rig, "app=web", true));
	wf_rig_settle(rig);
	wf_rig_later(rig, WF_IDENTITY_REST_MS - 5000);
	wf_rig_settle(rig);
	assert_non_null(identity(a, "app=web"));
	wf_rig_later(rig, 6000);
	assert_true(wf_rig_wait(rig, is_gone, a));
	assert_int_equal(wf_rig_count(rig, "/weft/v1-claims/identity/"), 0);
}

static void its_number_is_not_given_again_before(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	uint32_t id = wf_rig_must_attach_as(a, "red", "web", "c1", "app=web")->endpoint.identity;

	detach(a, "web");
	assert_int_not_equal(
		wf_rig_must_attach_as(a, "red", "db", "c2", "app=db")->endpoint.identity, id);
	assert_true(wait_left(rig, "app=web", true));
	assert_int_not_equal(
		wf_rig_must_attach_as(a, "red", "mq", "c3", "app=mq")->endpoint.identity, id);
	wf_rig_settle(rig);
	wf_rig_later(rig, REST_MS);
	assert_true(wf_rig_wait(rig, is_gone, a));
	assert_int_equal(wf_rig_must_attach_as(a, "red", "vm", "c4", "app=vm")->endpoint.identity,
			 id);
}

static void labels_that_come_back_keep_their_number(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	uint32_t id = wf_rig_must_attach_as(a, "red", "web", "c1", "app=web")->endpoint.identity;

	detach(a, "web");
	assert_true(wait_left(rig, "app=web", true));
	wf_rig_must_attach_as(rig->nodes[1].agent, "red", "again", "c1", "app=web");
	assert_false(identity(a, "app=web")->identity.is_left);
	assert_int_equal(identity(a, "app=web")->identity.id, id);
	wf_rig_settle(rig);
	wf_rig_later(rig, REST_MS);
	wf_rig_settle(rig);
	assert_non_null(identity(a, "app=web"));
}

static void a_mark_that_was_wrong_is_taken_away(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;

	wf_rig_must_attach_as(a, "red", "web", "c1", "app=web");
	wf_rig_put(rig, "/weft/v1/identity/red/app=web",
		   "{\"kind\":\"Identity\",\"tenant\":\"red\",\"name\":\"app=web\",\"id\":1,"
		   "\"labels\":{\"app\":\"web\"},\"left\":true}");
	assert_true(identity(a, "app=web")->identity.is_left);
	wf_rig_later(rig, REST_MS);
	assert_true(wait_left(rig, "app=web", false));
}

/* Agent 1 lets the identity go while agent 0 is about to take it. */
static void who_takes_one_that_goes_notices(void **state)
{
	struct wf_object *o = wf_object_new(WF_KIND_ENDPOINT, "red", "new");
	struct wf_current none = {0};
	struct wf_rig *rig = *state;
	struct wf_edit e;
	uint64_t revision;

	wf_rig_must_attach_as(rig->nodes[0].agent, "red", "web", "c1", "app=web");
	wf_edit_init(&e, rig->nodes[0].agent);
	assert_int_equal(wf_labels_parse("app=web", &o->endpoint.labels), 0);
	assert_int_equal(wf_identity_take(&e, o, NULL), 0);
	assert_int_equal(wf_edit_add(&e, &none, o), 0);
	detach(rig->nodes[0].agent, "web");
	assert_true(wait_left(rig, "app=web", true));
	assert_int_equal(wf_edit_commit(&e, &revision, NULL), -EAGAIN);
	wf_edit_done(&e);
	wf_object_unref(o);
}

static void who_lets_one_go_that_is_taken_notices(void **state)
{
	struct wf_current old = {0};
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	struct wf_edit e;
	uint64_t revision;

	wf_rig_must_attach_as(a, "red", "web", "c1", "app=web");
	detach(a, "web");
	assert_true(wait_left(rig, "app=web", true));
	wf_edit_init(&e, a);
	assert_int_equal(wf_current_read(a, WF_KIND_IDENTITY, "red", "app=web", &old, NULL), 0);
	assert_int_equal(wf_edit_add(&e, &old, NULL), 0);
	wf_rig_must_attach_as(rig->nodes[1].agent, "red", "web", "c2", "app=web");
	assert_int_equal(wf_edit_commit(&e, &revision, NULL), -EAGAIN);
	wf_edit_done(&e);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(an_identity_goes_a_while_after_its_last_endpoint),
		CASE(its_number_is_not_given_again_before),
		CASE(labels_that_come_back_keep_their_number),
		CASE(a_mark_that_was_wrong_is_taken_away),
		CASE(who_takes_one_that_goes_notices),
		CASE(who_lets_one_go_that_is_taken_notices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
