// SPDX-License-Identifier: Apache-2.0
/* Three nodes, of which the second and the third have red's web servers: what the first makes of it
 * when one of them does not answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "agent/health.h"
#include "agent/reaching.h"
#include "agent/rig.h"

#define RED "{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]}"
#define WEB                                                                                        \
	"{\"kind\":\"Service\",\"tenant\":\"red\",\"name\":\"web\",\"addresses\":[\"10.0.0.100\"]" \
	","                                                                                        \
	"\"ports\":[\"tcp/80\"],\"backends\":[{\"labels\":{\"app\":\"web\"}}]}"

struct test {
	struct wf_rig rig;
	int observer;
	int other; /* that is looked at */
	enum wf_reach reach;
	unsigned int n_slots;
	bool is_down;
};

static struct wf_agent *node(struct test *t, int i)
{
	return t->rig.nodes[i].agent;
}

/* Slots of the observer's table that lead to the other one. */
static unsigned int count_slots(struct test *t)
{
	const struct wf_image *image = wf_agent_image(node(t, t->observer));
	unsigned int n = 0;

	for (size_t i = 0; i < wf_image_count(image, WF_TABLE_SHARE); i++) {
		const struct wf_share *share = wf_image_value(image, WF_TABLE_SHARE, i);

		for (unsigned int k = 0; k < WF_SHARE_SLOTS; k++)
			n += share->slots[k][0].sid && share->slots[k][0].node == t->other + 1;
	}
	return n;
}

/* Time goes by faster than by the clock. */
static void turn_all(struct test *t)
{
	for (int i = 0; i < WF_RIG_NODES; i++)
		if (node(t, i) && node(t, i)->reaching)
			wf_reach_turn(node(t, i));
}

static bool is_so(void *arg)
{
	struct test *t = arg;

	turn_all(t);
	return wf_agent_reach(node(t, t->observer), (uint16_t)(t->other + 1)) == t->reach &&
	       (count_slots(t) > 0) == (t->n_slots > 0);
}

static void expect(struct test *t, int other, enum wf_reach reach, bool has_slots)
{
	t->other = other;
	t->reach = reach;
	t->n_slots = has_slots;
	if (!wf_rig_wait(&t->rig, is_so, t))
		fail_msg("node %d has reach %d and %u slots", other,
			 (int)wf_agent_reach(node(t, t->observer), (uint16_t)(other + 1)),
			 count_slots(t));
}

static const struct wf_object *endpoint(struct test *t, const char *name)
{
	return wf_model_find(wf_agent_model(node(t, 0)), WF_KIND_ENDPOINT, "red", name);
}

static bool is_web1_so(void *arg)
{
	struct test *t = arg;

	turn_all(t);
	return endpoint(t, "web1")->endpoint.is_down == t->is_down;
}

static void expect_web1(struct test *t, bool is_down)
{
	t->is_down = is_down;
	if (!wf_rig_wait(&t->rig, is_web1_so, t))
		fail_msg("web1 is not %s", is_down ? "down" : "up");
}

static void silence(struct test *t, int other, bool is_silent)
{
	for (int i = 0; i < WF_RIG_NODES; i++)
		if (i != other)
			wf_kern_fake_silence(t->rig.nodes[i].world, (uint16_t)(other + 1),
					     is_silent);
}

static int setup(void **state)
{
	struct test *t = wf_rig_setup(state, sizeof(*t), 3);

	wf_rig_must_apply(node(t, 0), "[" RED "," WEB "]");
	for (int i = 0; i < WF_RIG_NODES; i++)
		assert_int_equal(wf_pass(node(t, i), NULL), 0);
	wf_rig_must_attach_as(node(t, 0), "red", "client", "c1", "app=client");
	wf_rig_must_attach_as(node(t, 1), "red", "web1", "c1", "app=web");
	wf_rig_must_attach_as(node(t, 2), "red", "web2", "c1", "app=web");
	expect(t, 1, WF_REACH_YES, true);
	expect(t, 2, WF_REACH_YES, true);
	return 0;
}

static void must_detach(struct wf_agent *a, const char *name)
{
	struct wf_outcome outcome = {0};

	assert_int_equal(wf_agent_detach(a, "red", name, &outcome, NULL), 0);
	wf_outcome_done(&outcome);
}

static void drop_key(struct test *t, const char *name)
{
	char key[WF_OBJECT_KEY_MAX];

	wf_rig_put(&t->rig, wf_owner_key_of(name, key), NULL);
}

static void note(void *arg, const char *text)
{
	*(bool *)arg |= strstr(text, "does not answer") != NULL;
}

static bool has_problem(struct test *t)
{
	bool has = false;

	wf_agent_each_problem(node(t, 0), note, &has);
	return has;
}

static void what_does_not_answer_gets_no_flows_from_here(void **state)
{
	struct test *t = *state;

	assert_false(has_problem(t));
	wf_kern_fake_silence(t->rig.nodes[0].world, 2, true);
	expect(t, 1, WF_REACH_NO, false);
	assert_true(has_problem(t));
	expect(t, 2, WF_REACH_YES, true);
	assert_false(endpoint(t, "web1")->endpoint.is_down); /* its daemon holds its key */
	t->observer = 2;
	expect(t, 1, WF_REACH_YES, true);
	t->observer = 0;
	wf_kern_fake_silence(t->rig.nodes[0].world, 2, false);
	expect(t, 1, WF_REACH_YES, true);
	assert_false(has_problem(t));
}

static void a_node_that_is_cut_off_goes_on_trying(void **state)
{
	struct test *t = *state;

	wf_kern_fake_cut(t->rig.nodes[0].world, true);
	expect(t, 1, WF_REACH_SILENT, true);
	expect(t, 2, WF_REACH_SILENT, true);
	wf_kern_fake_cut(t->rig.nodes[0].world, false);
	expect(t, 1, WF_REACH_YES, true);
	expect(t, 2, WF_REACH_YES, true);
}

static void a_daemon_that_dies_alone_changes_nothing(void **state)
{
	struct test *t = *state;

	wf_rig_kill(&t->rig, 1);
	drop_key(t, "n2");
	silence(t, 2, true); /* rounds go by */
	expect(t, 2, WF_REACH_NO, false);
	expect(t, 1, WF_REACH_YES, true);
	assert_false(endpoint(t, "web1")->endpoint.is_down);
}

static void what_is_lost_with_a_node_is_down_for_all_until_it_is_back(void **state)
{
	struct test *t = *state;

	wf_rig_kill(&t->rig, 1);
	silence(t, 1, true);
	expect(t, 1, WF_REACH_NO, false);
	assert_false(endpoint(t, "web1")->endpoint.is_down);
	drop_key(t, "n2"); /* as the end of its lease does */
	expect_web1(t, true);
	silence(t, 1, false);
	wf_rig_start(&t->rig, 1);
	expect_web1(t, false);
	expect(t, 1, WF_REACH_YES, true);
}

/* An endpoint that is selected gets its number, and keeps it. */
static void nobody_is_asked_who_has_neither_instances_nor_backends(void **state)
{
	struct test *t = *state;

	wf_rig_must_attach_as(node(t, 1), "red", "new", "c2", "app=new");
	t->observer = 1;
	expect(t, 2, WF_REACH_YES, true);
	assert_int_equal(node(t, 1)->reaching->peers.n, 2); /* the other one as a witness */
	wf_rig_kill(&t->rig, 0);
	must_detach(node(t, 2), "web2");
	assert_int_equal(wf_pass(node(t, 1), NULL), 0);
	assert_int_equal(node(t, 1)->reaching->peers.n, 0);
	assert_int_equal(wf_agent_reach(node(t, 1), 3), WF_REACH_UNKNOWN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, wf_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_does_not_answer_gets_no_flows_from_here),
		TEST(a_node_that_is_cut_off_goes_on_trying),
		TEST(a_daemon_that_dies_alone_changes_nothing),
		TEST(what_is_lost_with_a_node_is_down_for_all_until_it_is_back),
		TEST(nobody_is_asked_who_has_neither_instances_nor_backends),
	};

	return cmocka_run_group_tests_name("agent/reach", tests, NULL, NULL);
}
