// SPDX-License-Identifier: Apache-2.0
/* Who services are spread over, as agents write it: three nodes, backends web1 to web3 on them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "agent/membership.h"
#include "agent/rig.h"

#define RED "{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]}"
#define SERVICE(weight)                                                                        \
	"[{\"kind\":\"Service\",\"tenant\":\"red\",\"name\":\"s\",\"addresses\":"              \
	"[\"10.0.0.100\"],\"ports\":[\"tcp/80\"],\"drain\":\"30s\",\"backends\":[{\"labels\":" \
	"{\"app\":\"web\"},\"weight\":" weight "}]}]"
#define DRAIN_MS 30000
#define APART_MS 1000 /* more than what keeps nodes apart */

struct test {
	struct wf_rig rig;
	const char *expected;
	uint64_t n_passes[WF_RIG_NODES]; /* when they began to be counted */
};

static int setup(void **state)
{
	struct test *t = wf_rig_setup(state, sizeof(*t), 3);

	wf_rig_must_apply(t->rig.nodes[0].agent, "[" RED "]");
	return 0;
}

static struct wf_agent *node(struct test *t, int i)
{
	return t->rig.nodes[i].agent;
}

static const struct wf_service *service(struct wf_agent *a)
{
	const struct wf_object *o = wf_model_find(a->model, WF_KIND_SERVICE, "red", "s");

	return o ? &o->service : NULL;
}

/* "3:n1,n2 1:n1d ": serials, the nodes with backends, drained ones. */
static void put_history(const struct wf_history *h, char *p)
{
	*p = '\0';
	for (unsigned int i = 0; i < h->n; i++) {
		p += sprintf(p, "%u:", h->items[i].serial);
		for (unsigned int k = 0; k < h->items[i].n_seats; k++)
			p += sprintf(p, "%sn%u", k ? "," : "", h->items[i].seats[k].node);
		p += sprintf(p, "%s ", h->items[i].is_drained ? "d" : "");
	}
}

static bool is_expected(void *arg)
{
	const struct test *t = arg;

	for (int i = 0; i < WF_RIG_NODES; i++) {
		const struct wf_service *s = node(arg, i) ? service(node(arg, i)) : NULL;
		char text[256];

		if (!node(arg, i))
			continue;
		if (!s)
			return false;
		put_history(&s->history, text);
		if (strcmp(text, t->expected) != 0)
			return false;
	}
	return true;
}

static void expect(struct test *t, const char *expected)
{
	char text[256];

	t->expected = expected;
	if (wf_rig_wait(&t->rig, is_expected, t))
		return;
	put_history(&service(node(t, 0))->history, text);
	fail_msg("not '%s' but '%s'", expected, text);
}

/* And so it stays. */
static void expect_still(struct test *t, const char *expected)
{
	wf_rig_settle(&t->rig);
	expect(t, expected);
}

static void attach(struct test *t, int i)
{
	char name[8];

	snprintf(name, sizeof(name), "web%d", i + 1);
	wf_rig_must_attach_as(node(t, i), "red", name, "c1", "app=web");
}

static void detach(struct test *t, int i)
{
	struct wf_outcome outcome = {0};
	char name[8];

	snprintf(name, sizeof(name), "web%d", i + 1);
	assert_int_equal(wf_agent_detach(node(t, i), "red", name, &outcome, NULL), 0);
	wf_outcome_done(&outcome);
}

static void apply(struct test *t, const char *json)
{
	wf_rig_must_apply(node(t, 0), json);
}

static void relabel(struct test *t, const char *name, const char *text)
{
	struct wf_outcome outcome = {0};
	struct wf_labels labels = {0};

	assert_int_equal(wf_labels_parse(text, &labels), 0);
	assert_int_equal(wf_agent_label(node(t, 2), "red", name, &labels, &outcome, NULL), 0);
	wf_outcome_done(&outcome);
	wf_labels_done(&labels);
}

static void backends_come_and_go(void **state)
{
	struct test *t = *state;

	apply(t, SERVICE("1"));
	attach(t, 0);
	expect(t, "1:n1 ");
	attach(t, 1);
	expect(t, "2:n1,n2 1:n1 ");
	detach(t, 0);
	expect(t, "3:n2 2:n1,n2 1:n1 ");
	detach(t, 1);
	expect(t, "4: 3:n2 2:n1,n2 1:n1 ");
}

static void one_that_comes_back_is_no_news(void **state)
{
	struct test *t = *state;

	apply(t, SERVICE("1"));
	attach(t, 0);
	expect(t, "1:n1 ");
	attach(t, 1);
	expect(t, "2:n1,n2 1:n1 ");
	detach(t, 1);
	expect(t, "3:n1 2:n1,n2 ");
}

static void who_has_other_labels_or_no_weight_is_taken_out(void **state)
{
	struct test *t = *state;

	apply(t, SERVICE("1"));
	attach(t, 0);
	expect(t, "1:n1 ");
	attach(t, 1);
	expect(t, "2:n1,n2 1:n1 ");
	relabel(t, "web2", "app=other");
	expect(t, "3:n1 2:n1,n2 ");
	apply(t, SERVICE("0"));
	expect(t, "4: 3:n1 2:n1,n2 ");
}

/* Does the history have web2 while its labels are only announced? */
static bool is_early(struct wf_agent *a)
{
	const struct wf_object *o = wf_model_find(a->model, WF_KIND_ENDPOINT, "red", "web2");
	char text[256];

	put_history(&service(a)->history, text);
	return o->endpoint.is_announced && strstr(text, "n2");
}

static bool is_expected_in_time(void *arg)
{
	for (int i = 0; i < WF_RIG_NODES; i++)
		assert_false(is_early(node(arg, i)));
	return is_expected(arg);
}

/* Before that it is sent to as what it was, and policies may deny that. */
static void who_gets_the_labels_comes_in_when_all_know_what_it_is(void **state)
{
	struct test *t = *state;

	apply(t, SERVICE("1"));
	attach(t, 0);
	expect(t, "1:n1 ");
	wf_rig_must_attach_as(node(t, 1), "red", "web2", "c1", "app=other");
	expect_still(t, "1:n1 ");
	relabel(t, "web2", "app=web");
	t->expected = "2:n1,n2 1:n1 ";
	assert_true(wf_rig_wait(&t->rig, is_expected_in_time, t));
}

static bool is_web2_up(void *arg)
{
	for (int i = 0; i < WF_RIG_NODES; i++) {
		const struct wf_object *o = wf_model_find(node(arg, i)->model, WF_KIND_ENDPOINT,
							  "red", "web2");

		if (!o || !o->endpoint.sid || o->endpoint.is_down)
			return false;
	}
	return true;
}

static bool have_passed_twice(void *arg)
{
	struct test *t = arg;

	for (int i = 0; i < WF_RIG_NODES; i++) {
		struct wf_agent *a = node(arg, i);

		if (!t->n_passes[i])
			t->n_passes[i] = a->n_passes;
		if (a->n_passes < t->n_passes[i] + 2) {
			wf_agent_want_pass(a);
			return false;
		}
	}
	return true;
}

/* Until their nodes have them nobody is asked. */
static void a_new_backend_waits_until_all_know_it(void **state)
{
	struct test *t = *state;

	apply(t, SERVICE("1"));
	attach(t, 0);
	expect(t, "1:n1 ");
	wf_rig_stop_clock(&t->rig);
	attach(t, 1);
	assert_true(wf_rig_wait(&t->rig, is_web2_up, t));
	wf_rig_later(&t->rig, WF_SETTLE_MS / 2); /* and passes in which nothing is due */
	assert_true(wf_rig_wait(&t->rig, have_passed_twice, t));
	expect(t, "1:n1 ");
	wf_rig_later(&t->rig, APART_MS);
	expect(t, "2:n1,n2 1:n1 ");
}

static void what_was_is_drained_and_then_forgotten(void **state)
{
	struct test *t = *state;

	apply(t, SERVICE("1"));
	attach(t, 0);
	expect(t, "1:n1 ");
	attach(t, 1);
	expect(t, "2:n1,n2 1:n1 ");
	wf_rig_settle(&t->rig);
	wf_rig_stop_clock(&t->rig);
	wf_rig_later(&t->rig, DRAIN_MS / 2);
	expect_still(t, "2:n1,n2 1:n1 ");
	wf_rig_later(&t->rig, DRAIN_MS / 2 + APART_MS);
	expect(t, "2:n1,n2 1:n1d ");
	wf_rig_settle(&t->rig);
	wf_rig_later(&t->rig, WF_LINGER_MS / 2);
	expect_still(t, "2:n1,n2 1:n1d ");
	wf_rig_later(&t->rig, WF_LINGER_MS / 2 + APART_MS);
	expect(t, "2:n1,n2 ");
}

/* Each former one has its own time. */
static void another_change_does_not_delay_the_drain(void **state)
{
	struct test *t = *state;

	apply(t, SERVICE("1"));
	attach(t, 0);
	expect(t, "1:n1 ");
	attach(t, 1);
	expect(t, "2:n1,n2 1:n1 ");
	wf_rig_settle(&t->rig);
	wf_rig_later(&t->rig, DRAIN_MS / 2);
	wf_rig_settle(&t->rig);
	attach(t, 2);
	expect(t, "3:n1,n2,n3 2:n1,n2 1:n1 ");
	wf_rig_settle(&t->rig);
	wf_rig_later(&t->rig, DRAIN_MS / 2 + APART_MS);
	expect(t, "3:n1,n2,n3 2:n1,n2 1:n1d ");
}

static void it_survives_a_restart_and_another_apply(void **state)
{
	struct test *t = *state;

	apply(t, SERVICE("1"));
	attach(t, 0);
	expect(t, "1:n1 ");
	attach(t, 1);
	expect(t, "2:n1,n2 1:n1 ");
	for (int i = 0; i < WF_RIG_NODES; i++)
		wf_rig_kill(&t->rig, i);
	for (int i = 0; i < WF_RIG_NODES; i++)
		wf_rig_start(&t->rig, i);
	expect_still(t, "2:n1,n2 1:n1 ");
	apply(t, SERVICE("1"));
	expect_still(t, "2:n1,n2 1:n1 ");
	apply(t, SERVICE("7"));
	expect(t, "3:n1,n2 2:n1,n2 1:n1 ");
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		TEST(backends_come_and_go),
		TEST(one_that_comes_back_is_no_news),
		TEST(who_has_other_labels_or_no_weight_is_taken_out),
		TEST(who_gets_the_labels_comes_in_when_all_know_what_it_is),
		TEST(a_new_backend_waits_until_all_know_it),
		TEST(what_was_is_drained_and_then_forgotten),
		TEST(another_change_does_not_delay_the_drain),
		TEST(it_survives_a_restart_and_another_apply),
	};

	return cmocka_run_group_tests_name("agent/membership", tests, NULL, NULL);
}
