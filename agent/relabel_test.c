// SPDX-License-Identifier: Apache-2.0
/* An attached endpoint gets other labels, step by step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/relabel.h"
#include "agent/rig.h"

#define RED "[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]}]"
#define DECLARED(labels)                                               \
	"[{\"kind\":\"Endpoint\",\"tenant\":\"red\",\"name\":\"web\"," \
	"\"labels\":{" labels "}}]"

/* Node 1 has the endpoint "web", whose identity is `old`. */
struct test {
	struct wf_rig rig;
	uint32_t old;
};

static int setup(void **state)
{
	struct test *t = wf_rig_setup(state, sizeof(*t), 2);
	struct wf_agent *a = t->rig.nodes[0].agent;

	wf_rig_must_apply(a, RED);
	t->old = wf_rig_must_attach_as(a, "red", "web", "c1", "app=web")->endpoint.identity;
	wf_rig_settle(&t->rig);
	return 0;
}

static int label(struct wf_agent *a, const char *name, const char *text, struct wf_err *err)
{
	struct wf_outcome outcome = {0};
	struct wf_labels labels = {0};
	int r;

	assert_int_equal(wf_labels_parse(text, &labels), 0);
	r = wf_agent_label(a, "red", name, &labels, &outcome, err);
	wf_outcome_done(&outcome);
	wf_labels_done(&labels);
	return r;
}

static const struct wf_endpoint *web(struct test *t)
{
	struct wf_agent *a = t->rig.nodes[0].agent ? t->rig.nodes[0].agent : t->rig.nodes[1].agent;

	assert_int_equal(wf_watch_catch_up(a, NULL), 0);
	return &wf_model_find(a->model, WF_KIND_ENDPOINT, "red", "web")->endpoint;
}

static bool is_used(void *arg)
{
	return !web(arg)->is_announced;
}

static bool is_over(void *arg)
{
	return !web(arg)->identity_was;
}

static uint32_t sent_identity(struct test *t)
{
	const struct wf_rig_node *n = &t->rig.nodes[0];
	uint32_t ifindex = (uint32_t)wf_agent_link(n->agent, "red", "web")->ifindex;
	const struct wf_port *port = wf_kern_fake_lookup(n->world, WF_TABLE_PORT, &ifindex);

	return port->identity;
}

/* What node 2 takes from the endpoint. */
static const struct wf_dest *known(struct test *t)
{
	struct wf_dest_key key = {.tenant = 1};

	memcpy(key.addr, web(t)->addrs[0].bytes, sizeof(key.addr));
	return wf_kern_fake_lookup(t->rig.nodes[1].world, WF_TABLE_DEST, &key);
}

static void it_is_announced_then_used_then_the_old_one_is_forgotten(void **state)
{
	struct test *t = *state;
	uint32_t new;

	wf_rig_stop_clock(&t->rig);
	assert_int_equal(label(t->rig.nodes[0].agent, "web", "app=db", NULL), 0);
	new = web(t)->identity;
	assert_int_not_equal(new, t->old);
	assert_int_equal(web(t)->identity_was, t->old);
	assert_true(web(t)->is_announced);
	wf_rig_settle(&t->rig);
	assert_int_equal(sent_identity(t), t->old);
	assert_int_equal(known(t)->identity, t->old);
	assert_int_equal(known(t)->identity_was, new);

	wf_rig_settle(&t->rig);
	wf_rig_later(&t->rig, WF_ANNOUNCE_MS);
	assert_true(wf_rig_wait(&t->rig, is_used, t));
	wf_rig_settle(&t->rig);
	assert_int_equal(sent_identity(t), new);
	assert_int_equal(known(t)->identity, new);
	assert_int_equal(known(t)->identity_was, t->old);

	wf_rig_settle(&t->rig);
	wf_rig_later(&t->rig, WF_FORGET_MS);
	assert_true(wf_rig_wait(&t->rig, is_over, t));
	wf_rig_settle(&t->rig);
	assert_int_equal(known(t)->identity, new);
	assert_int_equal(known(t)->identity_was, 0);
}

static void it_takes_as_long_as_it_says(void **state)
{
	struct test *t = *state;
	int64_t begin = wf_agent_now_ms();

	assert_int_equal(label(t->rig.nodes[0].agent, "web", "app=db", NULL), 0);
	assert_true(wf_rig_wait(&t->rig, is_used, t));
	assert_true(wf_agent_now_ms() - begin >= WF_ANNOUNCE_MS);
	begin = wf_agent_now_ms();
	assert_true(wf_rig_wait(&t->rig, is_over, t));
	assert_true(wf_agent_now_ms() - begin >= WF_FORGET_MS - 50);
}

static void another_change_is_refused_until_then(void **state)
{
	struct test *t = *state;
	struct wf_agent *a = t->rig.nodes[0].agent;
	struct wf_err err = {0};

	wf_rig_stop_clock(&t->rig);
	assert_int_equal(label(a, "web", "app=db", NULL), 0);
	assert_int_equal(label(a, "web", "app=mq", &err), -EEXIST);
	assert_non_null(strstr(err.msg, "takes up to 1300 ms"));
	assert_int_equal(label(a, "web", "app=db", NULL), 0); /* which changes nothing */
	wf_rig_settle(&t->rig);
	wf_rig_later(&t->rig, WF_ANNOUNCE_MS);
	assert_true(wf_rig_wait(&t->rig, is_used, t));
	assert_int_equal(label(a, "web", "app=mq", NULL), -EEXIST);
	wf_rig_settle(&t->rig);
	wf_rig_later(&t->rig, WF_FORGET_MS);
	assert_true(wf_rig_wait(&t->rig, is_over, t));
	assert_int_equal(label(a, "web", "app=mq", NULL), 0);
}

static void equal_labels_change_nothing(void **state)
{
	struct test *t = *state;
	uint64_t before = t->rig.nodes[0].agent->revision;

	assert_int_equal(label(t->rig.nodes[0].agent, "web", "app=web", NULL), 0);
	assert_int_equal(wf_watch_catch_up(t->rig.nodes[0].agent, NULL), 0);
	assert_int_equal(t->rig.nodes[0].agent->revision, before);
}

static void any_node_can_be_asked_and_its_own_goes_on(void **state)
{
	struct test *t = *state;

	wf_rig_kill(&t->rig, 0);
	assert_int_equal(label(t->rig.nodes[1].agent, "web", "app=db", NULL), 0);
	wf_rig_later(&t->rig, WF_ANNOUNCE_MS + WF_FORGET_MS);
	wf_rig_settle(&t->rig);
	assert_true(web(t)->is_announced);
	wf_rig_start(&t->rig, 0);
	assert_true(wf_rig_wait(&t->rig, is_over, t));
}

static void a_restart_in_the_middle_goes_on(void **state)
{
	struct test *t = *state;

	assert_int_equal(label(t->rig.nodes[0].agent, "web", "app=db", NULL), 0);
	wf_rig_kill(&t->rig, 0);
	wf_rig_start(&t->rig, 0);
	assert_int_equal(sent_identity(t), t->old);
	wf_rig_settle(&t->rig);
	wf_rig_later(&t->rig, WF_ANNOUNCE_MS);
	assert_true(wf_rig_wait(&t->rig, is_used, t));
	wf_rig_kill(&t->rig, 0);
	wf_rig_start(&t->rig, 0);
	wf_rig_settle(&t->rig);
	wf_rig_later(&t->rig, WF_FORGET_MS);
	assert_true(wf_rig_wait(&t->rig, is_over, t));
}

static void nothing_is_forgotten_while_the_kernel_does_not_follow(void **state)
{
	struct test *t = *state;
	struct wf_agent *a = t->rig.nodes[0].agent;

	wf_rig_stop_clock(&t->rig);
	assert_int_equal(label(a, "web", "app=db", NULL), 0);
	assert_int_equal(wf_pass(a, NULL), 0);
	assert_int_equal(wf_pass_repair(a, NULL), 0);
	for (int i = 0; i < 20; i++) {
		/* Looking at the links goes well, at the tables it does not. */
		wf_kern_fake_fail(t->rig.nodes[0].world, 2, -EIO);
		assert_int_equal(wf_pass_repair(a, NULL), -EIO);
		a->later_ms += WF_ANNOUNCE_MS;
	}
	wf_kern_fake_fail(t->rig.nodes[0].world, 0, 0);
	assert_int_equal(wf_pass(a, NULL), 0);
	assert_true(web(t)->is_announced);
	a->later_ms += WF_ANNOUNCE_MS;
	assert_int_equal(wf_pass(a, NULL), 0);
	assert_false(web(t)->is_announced);
}

/* The last step of a change of labels is due in 1 s, the next one of a policy's in 100 ms. */
static void what_is_due_first_comes_first(void **state)
{
	struct test *t = *state;
	struct wf_agent *a = t->rig.nodes[0].agent;

	wf_rig_stop_clock(&t->rig);
	assert_int_equal(label(a, "web", "app=db", NULL), 0);
	assert_int_equal(wf_pass(a, NULL), 0);
	a->later_ms += WF_ANNOUNCE_MS;
	assert_int_equal(wf_pass(a, NULL), 0);
	assert_false(web(t)->is_announced);
	wf_rig_must_apply(a, "[{\"kind\":\"Policy\",\"tenant\":\"red\",\"name\":\"p\","
			     "\"from\":\"any\",\"to\":\"any\",\"via\":[\"node/n2\"]}]");
	assert_int_equal(wf_pass(a, NULL), 0);
	assert_true(a->pass_at_ms > 0);
	assert_true(a->pass_at_ms <= wf_agent_now_ms() + WF_SETTLE_MS);
}

static void a_declared_one_changes_the_same_way(void **state)
{
	struct test *t = *state;
	struct wf_agent *a = t->rig.nodes[0].agent;
	struct wf_outcome outcome = {0};

	wf_rig_stop_clock(&t->rig);
	wf_rig_must_apply(a, DECLARED("\"app\":\"db\""));
	assert_int_equal(web(t)->identity_was, t->old);
	assert_true(web(t)->is_announced);
	wf_rig_must_apply(a, DECLARED("\"app\":\"db\"")); /* which changes nothing */
	assert_int_equal(wf_rig_apply(a, DECLARED("\"app\":\"mq\""), &outcome, NULL), -EINVAL);
	assert_int_equal(outcome.problems.n, 1);
	assert_string_equal(outcome.problems.items[0].key, "labels");
	wf_outcome_done(&outcome);
	wf_rig_settle(&t->rig);
	wf_rig_later(&t->rig, WF_ANNOUNCE_MS);
	assert_true(wf_rig_wait(&t->rig, is_used, t));
	wf_rig_settle(&t->rig);
	wf_rig_later(&t->rig, WF_FORGET_MS);
	assert_true(wf_rig_wait(&t->rig, is_over, t));
	wf_rig_must_apply(a, DECLARED("\"app\":\"mq\""));
}

static void a_detach_in_the_middle_ends_it(void **state)
{
	struct test *t = *state;
	struct wf_outcome outcome = {0};

	wf_rig_must_apply(t->rig.nodes[0].agent, DECLARED("\"app\":\"db\""));
	assert_int_equal(wf_agent_detach(t->rig.nodes[0].agent, "red", "web", &outcome, NULL), 0);
	assert_int_equal(web(t)->identity, 0);
	assert_int_equal(web(t)->identity_was, 0);
	assert_false(web(t)->is_announced);
	wf_outcome_done(&outcome);
}

static void one_that_is_not_attached_just_has_other_labels(void **state)
{
	struct test *t = *state;
	struct wf_agent *a = t->rig.nodes[0].agent;
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};

	wf_rig_must_apply(a, DECLARED("\"app\":\"web\""));
	assert_int_equal(wf_agent_detach(a, "red", "web", &outcome, NULL), 0);
	wf_outcome_done(&outcome);
	assert_int_equal(label(a, "web", "app=x", NULL), 0);
	assert_int_equal(label(a, "web", "app=y", NULL), 0);
	assert_int_equal(web(t)->identity, 0);
	assert_string_equal(web(t)->labels.items[0].value, "y");
	assert_int_equal(label(a, "nobody", "app=y", &err), -ENOENT);
	assert_non_null(strstr(err.msg, "'nobody'"));
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(it_is_announced_then_used_then_the_old_one_is_forgotten),
		CASE(it_takes_as_long_as_it_says),
		CASE(another_change_is_refused_until_then),
		CASE(equal_labels_change_nothing),
		CASE(any_node_can_be_asked_and_its_own_goes_on),
		CASE(a_restart_in_the_middle_goes_on),
		CASE(nothing_is_forgotten_while_the_kernel_does_not_follow),
		CASE(what_is_due_first_comes_first),
		CASE(a_declared_one_changes_the_same_way),
		CASE(a_detach_in_the_middle_ends_it),
		CASE(one_that_is_not_attached_just_has_other_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
