// SPDX-License-Identifier: Apache-2.0
/* What people are told of a way through functions: node n1 has web, n2 has db and the instances. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "agent/path.h"
#include "agent/rig.h"

#define WISH                                                                                   \
	"[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]},"              \
	"{\"kind\":\"Function\",\"tenant\":\"red\",\"name\":\"fw\",\"instances\":{\"app\":"    \
	"\"fw\"},\"mode\":\"native\"},{\"kind\":\"Policy\",\"tenant\":\"red\",\"name\":\"p\"," \
	"\"from\":{\"app\":\"web\"},\"to\":{\"app\":\"db\"},\"via\":[\"fw\",\"node/n1\"]}]"

struct test {
	struct wf_rig rig;
	unsigned int n_paths; /* that are waited for */
	struct wf_explanation told;
};

static int setup(void **state)
{
	struct test *t = wf_rig_setup(state, sizeof(*t), 2);

	wf_rig_must_apply(t->rig.nodes[0].agent, WISH);
	wf_rig_must_attach_as(t->rig.nodes[0].agent, "red", "web", "c1", "app=web");
	wf_rig_must_attach_as(t->rig.nodes[1].agent, "red", "db", "c2", "app=db");
	wf_rig_must_attach_as(t->rig.nodes[1].agent, "red", "fw1", "c3", "app=fw");
	return 0;
}

static bool is_explained(void *arg)
{
	struct test *t = arg;

	return wf_path_explain(t->rig.nodes[0].agent, "red", "web", "db", &t->told, NULL) == 0 &&
	       t->told.policy && t->told.n_paths == t->n_paths;
}

static void wait_for(struct test *t, unsigned int n_paths)
{
	t->n_paths = n_paths;
	if (!wf_rig_wait(&t->rig, is_explained, t))
		fail_msg("%u paths, expected %u", t->told.n_paths, n_paths);
}

static void a_segment_tells_who_is_entered(void **state)
{
	struct test *t = *state;
	const struct wf_path_segment *s = t->told.paths[0].segments;

	wait_for(t, 1);
	assert_int_equal(t->told.paths[0].n_segments, 2);
	assert_int_equal(s[0].n_nodes, 2);
	assert_string_equal(s[0].nodes[0]->name, "n2");
	assert_string_equal(s[0].endpoints[0]->name, "fw1");
	assert_string_equal(s[0].nodes[1]->name, "n1");
	assert_null(s[0].endpoints[1]);
	assert_string_equal(s[0].behavior, "uN");
	assert_int_equal(s[1].n_nodes, 1);
	assert_string_equal(s[1].behavior, "End.DT46");
}

static void every_lane_is_a_path_with_its_share(void **state)
{
	struct test *t = *state;

	wf_rig_must_attach_as(t->rig.nodes[1].agent, "red", "fw2", "c4", "app=fw");
	wait_for(t, 2);
	wf_rig_settle(&t->rig);
	wait_for(t, 2);
	assert_true(t->told.paths[0].share == 0.5);
	assert_true(t->told.paths[1].share == 0.5);
	assert_int_not_equal(t->told.paths[0].segments[0].sids[0],
			     t->told.paths[1].segments[0].sids[0]);
}

static void an_instance_that_is_down_is_no_way(void **state)
{
	struct test *t = *state;
	struct wf_link link;

	wf_rig_must_attach_as(t->rig.nodes[1].agent, "red", "fw2", "c4", "app=fw");
	wait_for(t, 2);
	link = *wf_agent_link(t->rig.nodes[1].agent, "red", "fw1");
	link.has_carrier = false;
	assert_true(wf_kern_fake_link_set(t->rig.nodes[1].world, &link) > 0);
	wait_for(t, 1);
	assert_string_equal(t->told.paths[0].segments[0].endpoints[0]->name, "fw2");
	assert_true(t->told.paths[0].share == 1);
}

static void an_instance_at_the_end_of_a_segment_says_how(void **state)
{
	struct test *t = *state;

	wf_rig_must_apply(t->rig.nodes[0].agent,
			  "[{\"kind\":\"Policy\",\"tenant\":\"red\",\"name\":\"p\",\"from\":"
			  "{\"app\":\"web\"},\"to\":{\"app\":\"db\"},\"via\":[\"fw\"]}]");
	wf_rig_settle(&t->rig);
	wait_for(t, 1);
	assert_string_equal(t->told.paths[0].segments[0].behavior, "End.AN");
	assert_int_equal(t->told.paths[0].segments[0].n_nodes, 1);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_segment_tells_who_is_entered),
		CASE(every_lane_is_a_path_with_its_share),
		CASE(an_instance_that_is_down_is_no_way),
		CASE(an_instance_at_the_end_of_a_segment_says_how),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
