// SPDX-License-Identifier: Apache-2.0
/* Endpoints that packets are sent to by their own SID have one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "agent/rig.h"
#include "wire/sid.h"

#define RED "{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]}"
#define FUNCTION                                                     \
	"{\"kind\":\"Function\",\"tenant\":\"red\",\"name\":\"fw\"," \
	"\"instances\":{\"app\":\"fw\"},\"in\":\"eth0\"}"
#define SERVICE(probe)                                                                        \
	"{\"kind\":\"Service\",\"tenant\":\"red\",\"name\":\"s\",\"addresses\":"              \
	"[\"10.0.0.100\"],\"ports\":[\"tcp/80\"],\"backends\":[{\"labels\":{\"app\":\"web\"}" \
	"}]" probe "}"
#define CLOSED_PORT ",\"probe\":{\"tcp\":80,\"interval\":\"60m\",\"timeout\":\"1s\",\"fall\":1}"

struct test {
	struct wf_rig rig;
	const char *name; /* that is looked at */
};

static int setup(void **state)
{
	struct test *t = wf_rig_setup(state, sizeof(*t), 2);

	wf_rig_must_apply(t->rig.nodes[0].agent, "[" RED "]");
	return 0;
}

static struct wf_agent *node(struct test *t, int i)
{
	return t->rig.nodes[i].agent;
}

/* As the other node knows it: from the store. */
static const struct wf_endpoint *endpoint(struct test *t, const char *name)
{
	const struct wf_object *o = wf_model_find(node(t, 1)->model, WF_KIND_ENDPOINT, "red", name);

	return o ? &o->endpoint : NULL;
}

static bool has_number(void *arg)
{
	const struct test *t = arg;
	const struct wf_endpoint *e = endpoint(arg, t->name);

	return e && e->sid;
}

static bool is_ready(void *arg)
{
	const struct test *t = arg;

	return has_number(arg) && !endpoint(arg, t->name)->is_down;
}

/* Its number. */
static uint16_t expect(struct test *t, const char *name, bool (*is_so)(void *arg))
{
	t->name = name;
	if (!wf_rig_wait(&t->rig, is_so, t))
		fail_msg("%s has no number, or is down", name);
	return endpoint(t, name)->sid;
}

static void attach(struct test *t, int i, const char *name, const char *netns, const char *labels)
{
	wf_rig_must_attach_as(node(t, i), "red", name, netns, labels);
}

static void detach(struct test *t, int i, const char *name)
{
	struct wf_outcome outcome = {0};

	assert_int_equal(wf_agent_detach(node(t, i), "red", name, &outcome, NULL), 0);
	wf_outcome_done(&outcome);
}

static void who_is_selected_gets_a_number_before_and_after(void **state)
{
	struct test *t = *state;
	uint16_t first, second, backend;

	attach(t, 0, "fw1", "c1", "app=fw");
	attach(t, 0, "other", "c2", "app=other");
	attach(t, 0, "web", "c4", "app=web");
	wf_rig_must_apply(node(t, 1), "[" FUNCTION "," SERVICE("") "]");
	first = expect(t, "fw1", is_ready);
	backend = expect(t, "web", is_ready);
	attach(t, 0, "fw2", "c3", "app=fw");
	second = expect(t, "fw2", is_ready);
	assert_int_not_equal(first, second);
	assert_int_not_equal(first, backend);
	wf_rig_settle(&t->rig);
	assert_int_equal(endpoint(t, "other")->sid, 0);
	assert_int_equal(wf_rig_count(&t->rig, "/weft/v1-claims/sid/n1/"), 3);
}

static void a_number_stays_and_comes_back(void **state)
{
	struct wf_object *function = wf_object_new(WF_KIND_FUNCTION, "red", "fw");
	struct wf_outcome outcome = {0};
	struct test *t = *state;
	uint16_t sid;

	wf_rig_must_apply(node(t, 0), "[" FUNCTION "]");
	attach(t, 0, "fw1", "c1", "app=fw");
	sid = expect(t, "fw1", is_ready);
	detach(t, 0, "fw1");
	assert_int_equal(wf_rig_count(&t->rig, "/weft/v1-claims/sid/n1/"), 0);
	attach(t, 0, "fw1", "c1", "app=fw");
	assert_int_equal(expect(t, "fw1", is_ready), sid);
	assert_int_equal(wf_agent_delete(node(t, 0), &function, 1, &outcome, NULL), 0);
	wf_rig_settle(&t->rig);
	assert_int_equal(endpoint(t, "fw1")->sid, sid);
	wf_outcome_done(&outcome);
	wf_object_unref(function);
}

/* Until its node has a verdict it is down, so nobody sends to it. */
static void who_is_not_known_to_work_is_down(void **state)
{
	struct test *t = *state;

	wf_rig_must_apply(node(t, 0), "[" SERVICE(CLOSED_PORT) "]");
	attach(t, 1, "web", "c1", "app=web");
	expect(t, "web", has_number);
	wf_rig_settle(&t->rig);
	assert_true(endpoint(t, "web")->is_down);
	assert_int_equal(wf_rig_count(&t->rig, "/weft/v1-claims/sid/n2/"), 1);
}

static void the_node_of_an_instance_has_its_sid(void **state)
{
	struct test *t = *state;
	struct wf_agent *a = node(t, 0);
	const struct wf_sid_entry *entry;
	uint64_t head;

	wf_rig_must_apply(a, "[" FUNCTION "]");
	attach(t, 0, "fw1", "c1", "app=fw");
	expect(t, "fw1", is_ready);
	wf_rig_settle(&t->rig);
	head = wf_sid_head_make(a->options.block, a->config.node,
				WF_FN_ENDPOINT | endpoint(t, "fw1")->sid);
	entry = wf_image_find(a->installed, WF_TABLE_SID, &head);
	assert_non_null(entry);
	assert_int_equal(entry->behavior, WF_BEHAVIOR_AD);
	assert_int_not_equal(entry->ifindex, 0);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(who_is_selected_gets_a_number_before_and_after),
		CASE(a_number_stays_and_comes_back),
		CASE(who_is_not_known_to_work_is_down),
		CASE(the_node_of_an_instance_has_its_sid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
