// SPDX-License-Identifier: Apache-2.0
/* What listeners hear of health: n1 and n2 have a web server of red each, a backend of its service;
 * n1 and n3 listen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "agent/monitor.h"
#include "agent/reaching.h"
#include "agent/rig.h"

#define WISH                                                                                       \
	"[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]},"                  \
	"{\"kind\":\"Tenant\",\"name\":\"blue\",\"prefixes\":[\"10.0.0.0/16\"]},"                  \
	"{\"kind\":\"Policy\",\"tenant\":\"red\",\"name\":\"p\",\"from\":\"any\",\"to\":\"any\"}," \
	"{\"kind\":\"Service\",\"tenant\":\"red\",\"name\":\"s\",\"addresses\":[\"10.0.0.100\"],"  \
	"\"ports\":[\"tcp/80\"],\"backends\":[{\"labels\":{\"app\":\"web\"}}],"                    \
	"\"probe\":{\"tcp\":80,\"interval\":\"100ms\",\"timeout\":\"100ms\",\"rise\":1,\"fall\":"  \
	"1}}]"

struct heard {
	struct wf_listener *listener; /* owned */
	unsigned int n;
	char all[1024]; /* a line for each */
};

struct test {
	struct wf_rig rig;
	struct heard heard;
	const char *wanted; /* in what is heard */
	bool is_fast;	    /* time goes by faster than by the clock, for pings */
};

static struct wf_agent *node(struct test *t, int i)
{
	return t->rig.nodes[i].agent;
}

static void hear(void *arg, const struct wf_news *news)
{
	static const char *const healths[] = {"-", "up", "down"};
	static const char *const reaches[] = {"-", "yes", "silent", "no"};
	const bool is_node = news->object->kind == WF_KIND_NODE;
	struct heard *h = arg;
	const size_t len = strlen(h->all);

	assert_true(news->time_ms > 1600000000000);
	snprintf(h->all + len, sizeof(h->all) - len, "%s%s%s %s%s%s\n", news->object->tenant,
		 is_node ? "" : "/", news->object->name,
		 is_node ? reaches[news->reach] : healths[news->health], news->why ? ": " : "",
		 news->why ? news->why : "");
	h->n++;
}

static void listen_at(struct test *t, int i, const struct wf_monitor_filter *filter)
{
	const struct wf_hearer hearer = {.news = hear, .arg = &t->heard};
	struct wf_err err = {0};

	if (wf_agent_listen(node(t, i), filter, &hearer, &t->heard.listener, &err) < 0)
		fail_msg("%s", err.msg);
}

static const struct wf_monitor_filter news = {.mask = WF_LISTEN_NEWS};

static void serve(struct test *t, int i, bool is_open)
{
	if (is_open)
		assert_int_equal(wf_kern_fake_listen(t->rig.nodes[i].world, "c1", 80), 0);
	else
		wf_kern_fake_unlisten(t->rig.nodes[i].world, "c1", 80);
}

static bool is_up(struct test *t, const char *name)
{
	const struct wf_object *o = wf_model_find(node(t, 2)->model, WF_KIND_ENDPOINT, "red", name);

	return o && o->endpoint.sid && !o->endpoint.is_down;
}

static bool are_up(void *arg)
{
	return is_up(arg, "web1") && is_up(arg, "web2");
}

static int setup(void **state)
{
	struct test *t = wf_rig_setup(state, sizeof(*t), 3);

	wf_rig_must_apply(node(t, 0), WISH);
	for (int i = 0; i < 2; i++) {
		serve(t, i, true);
		wf_rig_must_attach_as(node(t, i), "red", i ? "web2" : "web1", "c1", "app=web");
	}
	assert_true(wf_rig_wait(&t->rig, are_up, t));
	wf_rig_settle(&t->rig);
	return 0;
}

static int teardown(void **state)
{
	struct test *t = *state;

	if (t->heard.listener)
		wf_agent_unlisten(t->heard.listener);
	return wf_rig_teardown(state);
}

static void turn(struct test *t)
{
	for (int i = 0; i < WF_RIG_NODES; i++)
		if (node(t, i)->reaching)
			wf_reach_turn(node(t, i));
}

static bool has_wanted(void *arg)
{
	struct test *t = arg;

	if (t->is_fast)
		turn(t);
	return strstr(t->heard.all, t->wanted);
}

static void expect(struct test *t, const char *wanted)
{
	t->wanted = wanted;
	if (!wf_rig_wait(&t->rig, has_wanted, t))
		fail_msg("'%s' was not heard, but '%s'", wanted, t->heard.all);
}

static void its_own_node_says_why_a_backend_is_down(void **state)
{
	struct test *t = *state;

	listen_at(t, 0, &news);
	serve(t, 0, false);
	expect(t, "red/web1 down: tcp/80: Connection refused\n");
	serve(t, 0, true);
	expect(t, "red/web1 up\n");
	assert_int_equal(t->heard.n, 2); /* and not what was so before */
}

static void all_nodes_hear_of_it(void **state)
{
	struct test *t = *state;

	listen_at(t, 2, &news);
	serve(t, 0, false);
	expect(t, "red/web1 down\n");
	serve(t, 0, true);
	expect(t, "red/web1 up\n");
}

static void who_comes_is_heard_of_when_it_works(void **state)
{
	struct test *t = *state;

	listen_at(t, 2, &news);
	wf_rig_must_attach_as(node(t, 0), "red", "web3", "c2", "app=web");
	assert_int_equal(wf_kern_fake_listen(t->rig.nodes[0].world, "c2", 80), 0);
	expect(t, "red/web3 up\n");
	assert_ptr_equal(strstr(t->heard.all, "red/web3"), strstr(t->heard.all, "red/web3 up"));
}

static bool all_answer(void *arg)
{
	struct test *t = arg;

	turn(t);
	return wf_agent_reach(node(t, 0), 2) == WF_REACH_YES &&
	       wf_agent_reach(node(t, 0), 3) == WF_REACH_YES;
}

static void nodes_that_do_not_answer_are_heard_of(void **state)
{
	struct test *t = *state;

	listen_at(t, 0, &news);
	t->is_fast = true;
	assert_true(wf_rig_wait(&t->rig, all_answer, t));
	assert_int_equal(t->heard.n, 0); /* that it answers at all is none */
	for (int i = 0; i < WF_RIG_NODES; i++)
		wf_kern_fake_silence(t->rig.nodes[i].world, 2, true);
	expect(t, "n2 no\n");
	for (int i = 0; i < WF_RIG_NODES; i++)
		wf_kern_fake_silence(t->rig.nodes[i].world, 2, false);
	expect(t, "n2 yes\n");
}

static void filters_hold_for_news(void **state)
{
	static const struct {
		struct wf_monitor_filter filter;
		bool is_heard;
	} cases[] = {
		{{.mask = WF_LISTEN_NEWS, .tenant = "red"}, true},
		{{.mask = WF_LISTEN_NEWS, .tenant = "red", .endpoint = "web1"}, true},
		{{.mask = WF_LISTEN_NEWS, .endpoint = "web2"}, false},
		{{.mask = WF_LISTEN_NEWS, .tenant = "blue"}, false},
		{{.mask = WF_LISTEN_NEWS, .policy = "p"}, false},
		{{.mask = 1 << WF_EVENT_DROP}, false},
	};
	struct test *t = *state;
	struct wf_object *web1 = wf_model_find(node(t, 0)->model, WF_KIND_ENDPOINT, "red", "web1");
	const struct wf_news told = {.time_ms = 1700000000000,
				     .object = web1,
				     .health = WF_HEALTH_UP};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		listen_at(t, 0, &cases[i].filter);
		t->heard.n = 0;
		wf_monitor_tell(node(t, 0), &told);
		if (t->heard.n != cases[i].is_heard)
			fail_msg("case %zu: heard %u times", i, t->heard.n);
		wf_agent_unlisten(TAKE_PTR(t->heard.listener));
	}
}

static void of_nodes_only_those_hear_who_name_nobody(void **state)
{
	static const struct wf_monitor_filter of_red = {.mask = WF_LISTEN_NEWS, .tenant = "red"};
	struct test *t = *state;

	listen_at(t, 0, &of_red);
	wf_news_reach(node(t, 0), 2, WF_REACH_NO);
	assert_int_equal(t->heard.n, 0);
	wf_agent_unlisten(TAKE_PTR(t->heard.listener));
	listen_at(t, 0, &news);
	wf_news_reach(node(t, 0), 2, WF_REACH_NO);
	assert_int_equal(t->heard.n, 1);
}

static void leave(void *arg, const struct wf_news *told)
{
	struct test *t = arg;

	t->heard.n++;
	wf_agent_unlisten(TAKE_PTR(t->heard.listener));
}

static bool has_heard(void *arg)
{
	return ((struct test *)arg)->heard.n > 0;
}

static void who_is_told_may_leave(void **state)
{
	struct test *t = *state;
	const struct wf_hearer hearer = {.news = leave, .arg = t};

	assert_int_equal(wf_agent_listen(node(t, 2), &news, &hearer, &t->heard.listener, NULL), 0);
	serve(t, 0, false);
	serve(t, 1, false);
	assert_true(wf_rig_wait(&t->rig, has_heard, t));
	wf_rig_settle(&t->rig);
	assert_int_equal(t->heard.n, 1);
	assert_null(node(t, 2)->news);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(its_own_node_says_why_a_backend_is_down),
		CASE(all_nodes_hear_of_it),
		CASE(who_comes_is_heard_of_when_it_works),
		CASE(nodes_that_do_not_answer_are_heard_of),
		CASE(filters_hold_for_news),
		CASE(of_nodes_only_those_hear_who_name_nobody),
		CASE(who_is_told_may_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
