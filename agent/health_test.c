// SPDX-License-Identifier: Apache-2.0
/* What a node finds out about its endpoints is in their objects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "agent/current.h"
#include "agent/health.h"
#include "agent/rig.h"

#define RED "{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]}"
#define SERVICE(name, ip, labels, probe)                                                      \
	"{\"kind\":\"Service\",\"tenant\":\"red\",\"name\":\"" name "\",\"addresses\":[\"" ip \
	"\"],\"ports\":[\"tcp/80\"],\"backends\":[{\"labels\":{" labels "}}]" probe "}"
#define ARMS(in, out, probe)                                        \
	"{\"kind\":\"Function\",\"tenant\":\"red\",\"name\":\"f\"," \
	"\"in\":\"" in "\",\"out\":\"" out "\",\"instances\":{" WEB "}" probe "}"
#define FUNCTION(name, labels)                                             \
	"{\"kind\":\"Function\",\"tenant\":\"red\",\"name\":\"" name "\"," \
	"\"instances\":{" labels "}}"
#define WEB "\"app\":\"web\""
#define TCP(port)                                                                    \
	",\"probe\":{\"tcp\":" port ",\"interval\":\"100ms\",\"timeout\":\"100ms\"," \
	"\"rise\":1,\"fall\":1}"
#define SLOW_TCP ",\"probe\":{\"tcp\":80,\"interval\":\"60m\",\"timeout\":\"1s\"}"

struct test {
	struct wf_rig rig;
	const char *name; /* that is looked at */
	bool is_wanted;	  /* to be down */
};

static int setup(void **state)
{
	struct test *t = wf_rig_setup(state, sizeof(*t), 2);
	struct wf_agent *a = t->rig.nodes[0].agent;

	wf_rig_must_apply(a, "[" RED "]");
	wf_rig_must_attach_as(a, "red", "web", "c1", "app=web");
	wf_rig_must_attach_as(a, "red", "db", "c2", "app=db");
	return 0;
}

static struct wf_agent *node(struct test *t, int i)
{
	return t->rig.nodes[i].agent;
}

static const struct wf_object *endpoint(struct test *t, int i, const char *name)
{
	return wf_model_find(wf_agent_model(node(t, i)), WF_KIND_ENDPOINT, "red", name);
}

/* On the other node: it is in the store, and comes back from there. Down by a verdict, not because
 * its SID is new. */
static bool is_so(void *arg)
{
	struct test *t = arg;
	const struct wf_object *o = endpoint(t, 1, t->name);

	return o && o->endpoint.is_down == t->is_wanted &&
	       (!t->is_wanted || wf_agent_health_reason(node(t, 0), endpoint(t, 0, t->name)));
}

static void expect(struct test *t, const char *name, bool is_down)
{
	t->name = name;
	t->is_wanted = is_down;
	if (!wf_rig_wait(&t->rig, is_so, t))
		fail_msg("%s is not %s", name, is_down ? "down" : "up");
}

static void listen_on(struct test *t, const char *netns, uint16_t port)
{
	assert_int_equal(wf_kern_fake_listen(t->rig.nodes[0].world, netns, port), 0);
}

static void deaf_on(struct test *t, const char *netns, uint16_t port)
{
	wf_kern_fake_unlisten(t->rig.nodes[0].world, netns, port);
}

static void set_carrier(struct test *t, const char *name, bool has_carrier)
{
	struct wf_link link = *wf_agent_link(node(t, 0), "red", name);

	link.has_carrier = has_carrier;
	assert_true(wf_kern_fake_link_set(t->rig.nodes[0].world, &link) > 0);
}

struct told {
	char text[512];
	int n;
};

static void note(void *arg, const char *text)
{
	struct told *told = arg;

	snprintf(told->text, sizeof(told->text), "%s", text);
	told->n++;
}

static struct told downs(struct test *t, int i)
{
	struct told told = {.n = 0};

	wf_health_each_down(node(t, i), note, &told);
	return told;
}

static void a_backend_is_down_while_its_port_is_closed(void **state)
{
	struct test *t = *state;

	wf_rig_must_apply(node(t, 1), "[" SERVICE("s", "10.0.0.100", WEB, TCP("80")) "]");
	expect(t, "web", true);
	assert_string_equal(wf_agent_health_reason(node(t, 0), endpoint(t, 0, "web")),
			    "tcp/80: Connection refused");
	assert_string_equal(downs(t, 0).text,
			    "endpoint red/web is down: tcp/80: Connection refused");
	assert_int_equal(downs(t, 1).n, 0);
	assert_int_equal(wf_agent_health(node(t, 1), endpoint(t, 1, "web")), WF_HEALTH_DOWN);
	listen_on(t, "c1", 80);
	expect(t, "web", false);
	assert_int_equal(wf_agent_health(node(t, 1), endpoint(t, 1, "web")), WF_HEALTH_UP);
	assert_null(wf_agent_health_reason(node(t, 0), endpoint(t, 0, "web")));
	deaf_on(t, "c1", 80);
	expect(t, "web", true);
	assert_false(endpoint(t, 1, "db")->endpoint.is_down);
	assert_int_equal(wf_agent_health(node(t, 1), endpoint(t, 1, "db")), WF_HEALTH_UNKNOWN);
}

static void of_several_probes_all_must_be_good(void **state)
{
	struct test *t = *state;

	listen_on(t, "c1", 80);
	wf_rig_must_apply(node(t, 0), "[" SERVICE("a", "10.0.0.100", WEB, TCP("80")) "," SERVICE(
					      "b", "10.0.0.101", WEB, TCP("81")) "]");
	expect(t, "web", true);
	assert_string_equal(wf_agent_health_reason(node(t, 0), endpoint(t, 0, "web")),
			    "tcp/81: Connection refused");
	listen_on(t, "c1", 81);
	expect(t, "web", false);
	deaf_on(t, "c1", 80);
	expect(t, "web", true);
	assert_string_equal(wf_agent_health_reason(node(t, 0), endpoint(t, 0, "web")),
			    "tcp/80: Connection refused");
}

static void an_instance_without_a_probe_is_judged_by_its_link(void **state)
{
	struct test *t = *state;

	wf_rig_must_apply(node(t, 0), "[" FUNCTION("f", WEB) "]");
	wf_rig_settle(&t->rig);
	assert_int_equal(wf_agent_health(node(t, 0), endpoint(t, 0, "web")), WF_HEALTH_UP);
	set_carrier(t, "web", false);
	set_carrier(t, "db", false);
	expect(t, "web", true);
	assert_string_equal(wf_agent_health_reason(node(t, 0), endpoint(t, 0, "web")),
			    "its interface is down in the container");
	wf_rig_settle(&t->rig);
	assert_false(endpoint(t, 1, "db")->endpoint.is_down);
	set_carrier(t, "web", true);
	expect(t, "web", false);
}

/* The endpoints are on eth0. */
static void a_container_is_asked_at_the_arm_by_which_packets_enter(void **state)
{
	struct test *t = *state;

	wf_rig_must_apply(node(t, 0), "[" ARMS("eth1", "eth0", TCP("80")) "]");
	assert_int_equal(wf_pass(node(t, 0), NULL), 0);
	set_carrier(t, "web", false);
	expect(t, "web", true);
	set_carrier(t, "web", true);
	expect(t, "web", false); /* by its link alone: nobody listens */
	wf_rig_must_apply(node(t, 0), "[" ARMS("eth0", "eth1", TCP("80")) "]");
	expect(t, "web", true);
}

static void without_a_verdict_it_stays_what_its_object_says(void **state)
{
	struct test *t = *state;

	wf_rig_must_apply(node(t, 0), "[" SERVICE("s", "10.0.0.100", WEB, TCP("80")) "]");
	expect(t, "web", true);
	listen_on(t, "c1", 80);
	wf_rig_must_apply(node(t, 0), "[" SERVICE("s", "10.0.0.100", WEB, SLOW_TCP) "]");
	wf_rig_end(&t->rig, 0);
	wf_rig_start(&t->rig, 0);
	wf_rig_settle(&t->rig);
	assert_null(wf_agent_health_reason(node(t, 0), endpoint(t, 0, "web")));
	assert_true(endpoint(t, 1, "web")->endpoint.is_down);
	wf_rig_must_apply(node(t, 0), "[" SERVICE("s", "10.0.0.100", WEB, TCP("80")) "]");
	expect(t, "web", false);
}

static void what_nothing_selects_any_more_is_not_down(void **state)
{
	struct test *t = *state;

	wf_rig_must_apply(node(t, 0), "[" SERVICE("s", "10.0.0.100", WEB, TCP("80")) "]");
	expect(t, "web", true);
	set_carrier(t, "web", false);
	wf_rig_must_apply(node(t, 0),
			  "[" SERVICE("s", "10.0.0.100", "\"app\":\"db\"", TCP("80")) "]");
	expect(t, "web", false);
	expect(t, "db", true);
	assert_int_equal(wf_agent_health(node(t, 0), endpoint(t, 0, "web")), WF_HEALTH_UNKNOWN);
}

static void what_somebody_else_writes_is_put_right(void **state)
{
	struct test *t = *state;
	WF_CLEANUP(cleanup_object) struct wf_object *o = NULL;
	char key[WF_OBJECT_KEY_MAX];
	char *text;

	wf_rig_must_apply(node(t, 0), "[" SERVICE("s", "10.0.0.100", WEB, TCP("80")) "]");
	expect(t, "web", true);
	o = wf_object_clone(endpoint(t, 0, "web"));
	o->endpoint.is_down = false;
	text = wf_current_text(o);
	wf_rig_put(&t->rig, wf_object_key(o->kind, o->tenant, o->name, key), text);
	free(text);
	expect(t, "web", false);
	expect(t, "web", true);
}

static void a_probe_goes_on_while_the_wish_changes(void **state)
{
	struct test *t = *state;

	wf_rig_must_apply(node(t, 0), "[" SERVICE("s", "10.0.0.100", WEB, TCP("80")) "]");
	expect(t, "web", true);
	wf_rig_must_apply(node(t, 0), "[" SERVICE("t", "10.0.0.101", WEB, TCP("80")) "]");
	assert_int_equal(wf_pass(node(t, 0), NULL), 0);
	assert_non_null(wf_agent_health_reason(node(t, 0), endpoint(t, 0, "web")));
}

static void a_detached_endpoint_is_probed_no_more(void **state)
{
	struct test *t = *state;
	struct wf_outcome outcome = {0};

	wf_rig_must_apply(node(t, 0), "[" SERVICE("s", "10.0.0.100", WEB, TCP("80")) "]");
	expect(t, "web", true);
	assert_int_equal(wf_agent_detach(node(t, 0), "red", "web", &outcome, NULL), 0);
	wf_outcome_done(&outcome);
	wf_rig_settle(&t->rig);
	assert_int_equal(downs(t, 0).n, 0);
	listen_on(t, "c1", 80);
	for (int i = 0; i < 15; i++) {
		event_base_loopexit(t->rig.base, &(struct timeval){.tv_usec = 20000});
		event_base_dispatch(t->rig.base);
	}
	assert_int_equal(wf_kern_fake_accept(t->rig.nodes[0].world), -EAGAIN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, wf_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_backend_is_down_while_its_port_is_closed),
		TEST(of_several_probes_all_must_be_good),
		TEST(an_instance_without_a_probe_is_judged_by_its_link),
		TEST(a_container_is_asked_at_the_arm_by_which_packets_enter),
		TEST(without_a_verdict_it_stays_what_its_object_says),
		TEST(what_nothing_selects_any_more_is_not_down),
		TEST(what_somebody_else_writes_is_put_right),
		TEST(a_probe_goes_on_while_the_wish_changes),
		TEST(a_detached_endpoint_is_probed_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
