// SPDX-License-Identifier: Apache-2.0
/* Two daemons, one node: node 0 and node 1 of the rig are two places, and both are called n1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "agent/rig.h"

#define KEY    "/weft/v1-daemons/n1"
#define TENANT "[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]}]"

static int setup(void **state)
{
	struct wf_rig *rig = wf_rig_setup(state, sizeof(*rig), 0);

	strcpy(rig->nodes[1].name, "n1");
	wf_rig_must_apply(wf_rig_start(rig, 0), TENANT);
	return 0;
}

static void assert_key(struct wf_rig *rig, const char *value)
{
	struct wf_store_kv kv = {0};

	assert_int_equal(wf_store_get(rig->store, KEY, &kv, NULL), 0);
	assert_string_equal(kv.value, value);
	assert_int_not_equal(kv.lease, 0);
	wf_store_kv_done(&kv);
}

static void a_second_daemon_is_refused_with_the_place_of_the_first(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_err err = {0};

	assert_int_equal(wf_rig_try_start(rig, 1, 0, &err), -EEXIST);
	assert_string_equal(err.msg, "another weftd serves node 'n1' (rig's node 0): stop it, or "
				     "give this one another --node; one that died is forgotten "
				     "after 6 s");
	assert_key(rig, "rig's node 0; of a test");
	assert_null(wf_kern_fake_config(rig->nodes[1].world));
	wf_rig_must_attach(rig->nodes[0].agent, "red", "web", "c1");
}

static void one_that_was_killed_goes_on_at_once(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_err err = {0};

	wf_rig_kill(rig, 0);
	assert_int_equal(wf_rig_try_start(rig, 1, 0, NULL), -EEXIST);
	assert_int_equal(wf_rig_try_start(rig, 0, 0, &err), 0);
	assert_int_equal(wf_owner_keep(rig->nodes[0].agent, NULL), 0);
	assert_key(rig, "rig's node 0; of a test");
}

static void one_that_ended_is_followed_by_any(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_err err = {0};

	wf_rig_end(rig, 0);
	assert_int_equal(wf_rig_count(rig, KEY), 0);
	assert_int_equal(wf_rig_try_start(rig, 1, 0, &err), 0);
	assert_key(rig, "rig's node 1; of a test");
}

static void put_key(struct wf_rig *rig, const char *value)
{
	wf_rig_put(rig, KEY, value);
}

static void collect(void *arg, const char *text)
{
	strncat(arg, text, 1000);
}

static void one_that_lost_its_node_changes_nothing_until_it_is_free(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	char problems[4096] = "";
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};
	uint32_t ifindex;

	wf_rig_must_attach(a, "red", "web", "c1");
	ifindex = (uint32_t)wf_agent_link(a, "red", "web")->ifindex;
	put_key(rig, "elsewhere; x");
	assert_int_equal(wf_owner_keep(a, NULL), -EEXIST);
	wf_agent_each_problem(a, collect, problems);
	assert_non_null(strstr(problems, "nothing is changed any more: another weftd serves node "
					 "'n1' (elsewhere)"));
	assert_int_equal(wf_rig_attach(a, "red", "x", "c2", &outcome, &err), -EEXIST);
	wf_rig_put(rig, "/weft/v1/endpoint/red/web", NULL);
	wf_watch_catch_up(a, NULL);
	assert_int_equal(wf_pass_repair(a, NULL), 0);
	assert_non_null(wf_kern_fake_lookup(rig->nodes[0].world, WF_TABLE_PORT, &ifindex));
	put_key(rig, NULL);
	assert_int_equal(wf_owner_keep(a, NULL), 0);
	assert_key(rig, "rig's node 0; of a test");
	wf_rig_settle(rig);
	assert_null(wf_kern_fake_lookup(rig->nodes[0].world, WF_TABLE_PORT, &ifindex));
	wf_outcome_done(&outcome);
}

/* Though nobody has told it yet that the node is another's. */
static void endpoints_of_another_daemon_are_not_detached(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;

	wf_rig_must_attach(a, "red", "web", "c1");
	put_key(rig, "elsewhere; x");
	wf_kern_fake_netns_remove(rig->nodes[0].world, "c1");
	assert_int_equal(wf_pass(a, NULL), 0);
	assert_int_equal(a->gone.n, 1);
	a->gone.items[0].since_ms -= WF_GONE_AFTER_MS;
	assert_int_equal(a->owner.err.code, 0);
	assert_int_equal(wf_pass(a, NULL), 0);
	assert_int_equal(a->owner.err.code, -EEXIST);
	assert_int_equal(wf_rig_count(rig, "/weft/v1/endpoint/red/web"), 1);
}

static void a_key_that_was_deleted_is_written_again(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;

	put_key(rig, NULL);
	wf_rig_must_attach(a, "red", "web", "c1");
	assert_key(rig, "rig's node 0; of a test");
	wf_lease_revoke(rig->store, a->owner.lease, NULL);
	assert_int_equal(wf_owner_keep(a, NULL), 0);
	assert_key(rig, "rig's node 0; of a test");
}

/* As after a suspend: the first thing it is asked for comes before the next keep-alive. */
static void one_that_was_away_for_long_asks_before_it_changes_anything(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;

	put_key(rig, "elsewhere; x");
	assert_int_equal(wf_owner_check(a, NULL), 0);
	a->owner.heard_ms -= 6001;
	assert_int_equal(wf_owner_check(a, NULL), -EEXIST);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_second_daemon_is_refused_with_the_place_of_the_first),
		CASE(one_that_was_killed_goes_on_at_once),
		CASE(one_that_ended_is_followed_by_any),
		CASE(one_that_lost_its_node_changes_nothing_until_it_is_free),
		CASE(endpoints_of_another_daemon_are_not_detached),
		CASE(a_key_that_was_deleted_is_written_again),
		CASE(one_that_was_away_for_long_asks_before_it_changes_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
