// SPDX-License-Identifier: Apache-2.0
/* What others do between the reading and the writing of a change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/edit.h"
#include "agent/rig.h"

#define RED "{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]}"
#define EP(name, addr)                                                                            \
	"[{\"kind\":\"Endpoint\",\"tenant\":\"red\",\"name\":\"" name "\",\"addresses\":[\"" addr \
	"\"]}]"

#define SERVICE(name, port)                                                               \
	"[{\"kind\":\"Service\",\"tenant\":\"red\",\"name\":\"" name "\",\"addresses\":[" \
	"\"10.0.0.5\"],\"ports\":[\"tcp/" port "\"],\"backends\":[{\"labels\":{\"a\":\"b\"}}]}]"

static int setup(void **state)
{
	struct wf_rig *rig = wf_rig_setup(state, sizeof(*rig), 2);

	wf_rig_must_apply(rig->nodes[0].agent, "[" RED "]");
	return 0;
}

/* An edit of agent 0 that makes endpoint @name with address 10.0.0.5. */
static void begin(struct wf_rig *rig, struct wf_edit *e, const char *name)
{
	struct wf_object *o = wf_object_new(WF_KIND_ENDPOINT, "red", name);
	struct wf_current old = {0};

	assert_int_equal(wf_addr_parse("10.0.0.5", &o->endpoint.addrs[0]), 0);
	o->endpoint.n_addrs = 1;
	wf_edit_init(e, rig->nodes[0].agent);
	assert_int_equal(wf_current_read(e->agent, o->kind, "red", name, &old, NULL), 0);
	assert_int_equal(wf_edit_add(e, &old, o), 0);
	assert_int_equal(wf_edit_need(e, WF_KIND_TENANT, NULL, "red", NULL), 0);
	wf_object_unref(o);
}

static int end(struct wf_edit *e)
{
	uint64_t revision;
	int r = wf_edit_commit(e, &revision, NULL);

	wf_edit_done(e);
	return r;
}

static void nothing_in_between_is_fine(void **state)
{
	struct wf_edit e;

	begin(*state, &e, "a");
	assert_int_equal(end(&e), 0);
}

static void an_address_given_away_in_between_is_noticed(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_edit e;

	begin(rig, &e, "a");
	wf_rig_must_apply(rig->nodes[1].agent, EP("b", "10.0.0.5"));
	assert_int_equal(end(&e), -EAGAIN);
}

static void an_object_changed_in_between_is_noticed(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_edit e;

	begin(rig, &e, "a");
	wf_rig_must_apply(rig->nodes[1].agent, EP("a", "10.0.0.6"));
	assert_int_equal(end(&e), -EAGAIN);
}

static void a_tenant_deleted_in_between_is_noticed(void **state)
{
	struct wf_object *red = wf_object_new(WF_KIND_TENANT, NULL, "red");
	struct wf_outcome outcome = {0};
	struct wf_rig *rig = *state;
	struct wf_edit e;

	begin(rig, &e, "a");
	assert_int_equal(wf_agent_delete(rig->nodes[1].agent, &red, 1, &outcome, NULL), 0);
	assert_int_equal(end(&e), -EAGAIN);
	wf_outcome_done(&outcome);
	wf_object_unref(red);
}

static void a_service_that_begins_to_share_an_address_in_between_is_noticed(void **state)
{
	struct wf_current old = {0};
	struct wf_rig *rig = *state;
	struct wf_edit e;

	wf_rig_must_apply(rig->nodes[0].agent, SERVICE("s", "80"));
	wf_edit_init(&e, rig->nodes[0].agent);
	assert_int_equal(wf_current_read(e.agent, WF_KIND_SERVICE, "red", "s", &old, NULL), 0);
	assert_int_equal(wf_edit_add(&e, &old, NULL), 0);
	wf_rig_must_apply(rig->nodes[1].agent, SERVICE("t", "81"));
	assert_int_equal(end(&e), -EAGAIN);
}

static void of_three_that_share_an_address_two_may_go_at_once(void **state)
{
	struct wf_object *gone[] = {wf_object_new(WF_KIND_SERVICE, "red", "s"),
				    wf_object_new(WF_KIND_SERVICE, "red", "t")};
	struct wf_outcome outcome = {0};
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	struct wf_edit e;

	wf_rig_must_apply(a, SERVICE("s", "80"));
	wf_rig_must_apply(a, SERVICE("t", "81"));
	wf_rig_must_apply(a, SERVICE("u", "82"));
	assert_int_equal(wf_agent_delete(a, gone, 2, &outcome, NULL), 0);
	begin(rig, &e, "a");
	assert_int_equal(end(&e), -EAGAIN);
	wf_outcome_done(&outcome);
	wf_object_unref(gone[0]);
	wf_object_unref(gone[1]);
}

static void what_was_read_is_what_must_stay(void **state)
{
	struct wf_current red = {0};
	struct wf_rig *rig = *state;
	struct wf_edit e;

	begin(rig, &e, "a");
	assert_int_equal(wf_current_read(e.agent, WF_KIND_TENANT, NULL, "red", &red, NULL), 0);
	assert_int_equal(wf_edit_hold(&e, &red, NULL), 0); /* begin() has read it, too */
	red.mod_revision--;
	assert_int_equal(wf_edit_hold(&e, &red, NULL), -EAGAIN);
	wf_current_done(&red);
	assert_int_equal(end(&e), 0);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(nothing_in_between_is_fine),
		CASE(an_address_given_away_in_between_is_noticed),
		CASE(an_object_changed_in_between_is_noticed),
		CASE(a_tenant_deleted_in_between_is_noticed),
		CASE(a_service_that_begins_to_share_an_address_in_between_is_noticed),
		CASE(of_three_that_share_an_address_two_may_go_at_once),
		CASE(what_was_read_is_what_must_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
