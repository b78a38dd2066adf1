// SPDX-License-Identifier: Apache-2.0
/* Listeners: what they hear, by which names, and that the programs are silent without them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/drop.h"
#include "agent/monitor.h"
#include "agent/rig.h"

#define BOTH	 (1 << WF_EVENT_DROP | 1 << WF_EVENT_VERDICT)
#define DROPS	 (1 << WF_EVENT_DROP)
#define VERDICTS (1 << WF_EVENT_VERDICT)

#define WISH                                                                            \
	"[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]},"       \
	"{\"kind\":\"Policy\",\"tenant\":\"red\",\"name\":\"detour\",\"from\":\"any\"," \
	"\"to\":\"any\",\"via\":[\"node/n3\"]}]"

struct heard {
	unsigned int n;
	char last[512];
	struct wf_listener *leaves; /* at the first event; NULL: stays */
};

/* n1 has web, n2 db; policy detour is by n3. */
static int setup(void **state)
{
	struct wf_rig *rig = wf_rig_setup(state, sizeof(*rig), 3);

	wf_rig_must_apply(rig->nodes[0].agent, WISH);
	wf_rig_must_attach(rig->nodes[0].agent, "red", "web", "c1");
	wf_rig_must_attach(rig->nodes[1].agent, "red", "db", "c1");
	wf_rig_settle(rig);
	return 0;
}

static struct wf_agent *agent_of(struct wf_rig *rig)
{
	return rig->nodes[0].agent;
}

static const struct wf_endpoint *endpoint(struct wf_rig *rig, const char *name)
{
	return &wf_model_find(agent_of(rig)->model, WF_KIND_ENDPOINT, "red", name)->endpoint;
}

static uint16_t detour(struct wf_rig *rig)
{
	return wf_model_find(agent_of(rig)->model, WF_KIND_POLICY, "red", "detour")->policy.id;
}

static struct wf_event event(struct wf_rig *rig, enum wf_event_type type)
{
	struct wf_event e = {.type = type, .hook = WF_HOOK_APPLY};

	e.tenant = wf_model_find(agent_of(rig)->model, WF_KIND_TENANT, NULL, "red")->self.id;
	memcpy(e.flow.src, endpoint(rig, "web")->addrs[0].bytes, 16);
	memcpy(e.flow.dst, endpoint(rig, "db")->addrs[0].bytes, 16);
	e.flow.proto = 6;
	e.time_ns = (uint64_t)wf_agent_now_ns();
	e.node = wf_model_find(agent_of(rig)->model, WF_KIND_NODE, NULL, "n2")->node.id;
	e.ifindex = (uint32_t)wf_agent_link(agent_of(rig), "red", "web")->ifindex;
	return e;
}

static const char *name_of(const struct wf_object *o)
{
	return o ? o->name : "-";
}

static void hear(void *arg, const struct wf_sight *s)
{
	struct heard *h = arg;

	h->n++;
	snprintf(h->last, sizeof(h->last), "%s %s>%s %s by %s to %s%s", name_of(s->tenant),
		 name_of(s->from.endpoint), name_of(s->to.endpoint),
		 s->event->drop ? wf_drop_name(s->event->drop) : name_of(s->policy),
		 name_of(s->way), name_of(s->node), s->has_path ? " by a path" : "");
	if (h->leaves)
		wf_agent_unlisten(TAKE_PTR(h->leaves));
}

/* Nothing is told to it. */
static const struct wf_hearer deaf = {.sight = NULL};

static struct wf_listener *listen_to(struct wf_rig *rig, const struct wf_monitor_filter *filter,
				     struct heard *h)
{
	struct wf_listener *l = NULL;
	struct wf_err err = {0};

	if (wf_agent_listen(agent_of(rig), filter, &(struct wf_hearer){.sight = hear, .arg = h}, &l,
			    &err) < 0)
		fail_msg("%s", err.msg);
	return l;
}

static void tell(struct wf_rig *rig, const struct wf_event *e)
{
	wf_kern_fake_tell(rig->nodes[0].world, e);
	event_base_loop(rig->base, EVLOOP_NONBLOCK);
}

static void the_programs_tell_what_any_listener_wants(void **state)
{
	static const struct wf_monitor_filter drops = {.mask = DROPS},
					      verdicts = {.mask = VERDICTS};
	struct wf_rig *rig = *state;
	struct wf_kern *k = rig->nodes[0].world;
	struct heard h = {0};
	struct wf_listener *a, *b;

	assert_int_equal(wf_kern_fake_monitor(k).mask, 0);
	a = listen_to(rig, &drops, &h);
	assert_int_equal(wf_kern_fake_monitor(k).mask, DROPS);
	assert_int_equal(wf_kern_fake_monitor(k).rate, WF_MONITOR_RATE);
	b = listen_to(rig, &verdicts, &h);
	assert_int_equal(wf_kern_fake_monitor(k).mask, DROPS | VERDICTS);
	wf_agent_unlisten(a);
	assert_int_equal(wf_kern_fake_monitor(k).mask, VERDICTS);
	wf_agent_unlisten(b);
	assert_int_equal(wf_kern_fake_monitor(k).mask, 0);
	assert_int_equal(wf_kern_fake_monitor(k).rate, 0);
}

static void numbers_get_their_names(void **state)
{
	static const struct wf_monitor_filter all = {.mask = DROPS | VERDICTS};
	struct wf_rig *rig = *state;
	struct heard h = {0};
	struct wf_listener *l = listen_to(rig, &all, &h);
	struct wf_event e = event(rig, WF_EVENT_DROP);

	e.drop = WF_DROP_DENIED;
	tell(rig, &e);
	assert_string_equal(h.last, "red web>db denied by - to n2");
	e.tenant = 0; /* the interface tells */
	tell(rig, &e);
	assert_string_equal(h.last, "red web>db denied by - to n2");
	e.hook = WF_HOOK_VALIDATE;
	tell(rig, &e);
	assert_string_equal(h.last, "- ->- denied by - to n2");
	e = event(rig, WF_EVENT_VERDICT);
	e.policy = e.way = detour(rig);
	tell(rig, &e);
	assert_string_equal(h.last, "red web>db detour by detour to n2 by a path");
	e.way = 0;
	tell(rig, &e);
	assert_string_equal(h.last, "red web>db detour by - to n2 by a path");
	e.policy = e.way = 999; /* deleted meanwhile */
	e.flow.dst[15] ^= 0x55;
	tell(rig, &e);
	assert_string_equal(h.last, "red web>- - by - to n2");
	assert_int_equal(h.n, 6);
	wf_agent_unlisten(l);
}

static void an_event_without_a_flow_has_no_ends(void **state)
{
	static const struct wf_monitor_filter all = {.mask = DROPS};
	struct wf_rig *rig = *state;
	struct wf_event e = {.type = WF_EVENT_DROP, .drop = 255, .ifindex = 12345};
	struct heard h = {0};
	struct wf_listener *l = listen_to(rig, &all, &h);

	tell(rig, &e);
	assert_string_equal(h.last, "- ->- unknown by - to -");
	wf_agent_unlisten(l);
}

static void filters_let_through_what_they_name(void **state)
{
	static const struct {
		struct wf_monitor_filter filter;
		unsigned int n;
	} cases[] = {
		{{.mask = BOTH}, 2},
		{{.mask = DROPS}, 1},
		{{.mask = VERDICTS}, 1},
		{{.mask = BOTH, .tenant = "red"}, 2},
		{{.mask = BOTH, .tenant = "blue"}, 0},
		{{.mask = BOTH, .endpoint = "web"}, 2},
		{{.mask = BOTH, .endpoint = "db", .tenant = "red"}, 2},
		{{.mask = BOTH, .endpoint = "other"}, 0},
		{{.mask = BOTH, .policy = "detour"}, 1},
		{{.mask = BOTH, .reason = WF_DROP_DENIED}, 1},
		{{.mask = BOTH, .reason = WF_DROP_NO_PATH}, 0},
	};
	struct wf_rig *rig = *state;
	struct wf_event drop = event(rig, WF_EVENT_DROP), verdict = event(rig, WF_EVENT_VERDICT);

	drop.drop = WF_DROP_DENIED;
	verdict.way = detour(rig);
	wf_rig_must_apply(agent_of(rig), "[{\"kind\":\"Tenant\",\"name\":\"blue\","
					 "\"prefixes\":[\"10.0.0.0/16\"]}]");
	wf_rig_must_attach(agent_of(rig), "blue", "other", "c2");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct heard h = {0};
		struct wf_listener *l = listen_to(rig, &cases[i].filter, &h);

		tell(rig, &drop);
		tell(rig, &verdict);
		assert_int_equal(h.n * 100 + i, cases[i].n * 100 + i);
		wf_agent_unlisten(l);
	}
}

static void a_filter_that_names_nothing_is_refused_with_what_is_near(void **state)
{
	static const struct {
		struct wf_monitor_filter filter;
		const char *says;
	} cases[] = {
		{{.mask = BOTH, .tenant = "rad"}, "no tenant 'rad'; did you mean 'red'?"},
		{{.mask = BOTH, .endpoint = "wbe"}, "no endpoint 'wbe'; did you mean 'web'?"},
		{{.mask = BOTH, .policy = "detuor"}, "no policy 'detuor'; did you mean 'detour'?"},
	};
	struct wf_rig *rig = *state;
	struct wf_listener *l = NULL;
	enum wf_drop reason = 99;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_err err = {0};

		assert_int_equal(wf_agent_listen(agent_of(rig), &cases[i].filter, &deaf, &l, &err),
				 -ENOENT);
		assert_non_null(strstr(err.msg, cases[i].says));
		assert_null(l);
	}
	struct wf_err err = {0};
	assert_int_equal(wf_drop_parse("no-rout", &reason, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "did you mean 'no-route'"));
	assert_int_equal(wf_drop_parse("no-route", &reason, &err), 0);
	assert_int_equal(reason, WF_DROP_NO_ROUTE);
	assert_int_equal(wf_drop_parse("none", &reason, &err), -EINVAL);
}

static void more_than_the_rate_is_counted(void **state)
{
	static const struct wf_monitor_filter slow = {.mask = DROPS, .rate = 5};
	struct wf_rig *rig = *state;
	struct wf_event e = event(rig, WF_EVENT_DROP);
	struct heard h = {0};
	struct wf_listener *l = listen_to(rig, &slow, &h);

	for (int i = 0; i < 1000; i++)
		tell(rig, &e);
	assert_in_range(h.n, 5, 500);
	assert_int_equal(h.n + wf_listener_missed(l).n_rate, 1000);
	assert_int_equal(wf_listener_missed(l).n_lost, 0);
	wf_agent_unlisten(l);
}

static void what_the_programs_lose_is_known_from_the_beginning_on(void **state)
{
	static const struct wf_monitor_filter all = {.mask = DROPS};
	struct wf_rig *rig = *state;
	struct wf_event e = event(rig, WF_EVENT_DROP);
	struct heard h = {0};
	struct wf_listener *a = listen_to(rig, &all, &h), *b;

	for (int i = 0; i < WF_KERN_FAKE_RING + 3; i++)
		wf_kern_fake_tell(rig->nodes[0].world, &e);
	b = listen_to(rig, &all, &h);
	assert_int_equal(wf_listener_missed(a).n_lost, 3);
	assert_int_equal(wf_listener_missed(b).n_lost, 0);
	wf_agent_unlisten(a);
	wf_agent_unlisten(b);
}

static void a_listener_may_leave_while_it_listens(void **state)
{
	static const struct wf_monitor_filter all = {.mask = DROPS};
	struct wf_rig *rig = *state;
	struct wf_event e = event(rig, WF_EVENT_DROP);
	struct heard stays = {0}, leaves = {0};
	struct wf_listener *l = listen_to(rig, &all, &stays);

	leaves.leaves = listen_to(rig, &all, &leaves);
	tell(rig, &e);
	tell(rig, &e);
	assert_int_equal(leaves.n, 1);
	assert_int_equal(stays.n, 2);
	wf_agent_unlisten(l);
}

static void so_many_listen_and_no_more(void **state)
{
	static const struct wf_monitor_filter all = {.mask = DROPS};
	struct wf_listener *l[WF_LISTENERS_MAX], *more;
	struct wf_rig *rig = *state;
	struct heard h = {0};

	for (int i = 0; i < WF_LISTENERS_MAX; i++)
		l[i] = listen_to(rig, &all, &h);
	assert_int_equal(wf_agent_listen(agent_of(rig), &all, &deaf, &more, NULL), -EUSERS);
	for (int i = 0; i < WF_LISTENERS_MAX; i++)
		wf_agent_unlisten(l[i]);
	wf_agent_unlisten(listen_to(rig, &all, &h));
}

/* At each of the kernel's calls. */
static void a_listener_that_cannot_begin_leaves_the_programs_silent(void **state)
{
	static const struct wf_monitor_filter all = {.mask = DROPS};
	struct wf_rig *rig = *state;
	struct wf_kern *k = rig->nodes[0].world;
	struct wf_listener *l;

	for (unsigned int nth = 1; nth <= 2; nth++) {
		struct wf_err err = {0};

		wf_kern_fake_fail(k, nth, -EIO);
		assert_int_equal(wf_agent_listen(agent_of(rig), &all, &deaf, &l, &err), -EIO);
		wf_kern_fake_fail(k, 0, 0);
		assert_int_equal(wf_kern_fake_monitor(k).mask, 0);
		assert_int_equal(agent_of(rig)->listeners.n, 0);
	}
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(the_programs_tell_what_any_listener_wants),
		CASE(numbers_get_their_names),
		CASE(an_event_without_a_flow_has_no_ends),
		CASE(filters_let_through_what_they_name),
		CASE(a_filter_that_names_nothing_is_refused_with_what_is_near),
		CASE(more_than_the_rate_is_counted),
		CASE(what_the_programs_lose_is_known_from_the_beginning_on),
		CASE(a_listener_may_leave_while_it_listens),
		CASE(so_many_listen_and_no_more),
		CASE(a_listener_that_cannot_begin_leaves_the_programs_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
