// SPDX-License-Identifier: Apache-2.0
/* What people are told of the ways to a service: n1 has cli, n2 has web1, n3 has web2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "agent/membership.h"
#include "agent/path.h"
#include "agent/rig.h"

#define RED "{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\",\"fd00:1::/48\"]}"
#define SERVICE(name, address, labels)                                                             \
	"{\"kind\":\"Service\",\"tenant\":\"red\",\"name\":\"" name "\",\"addresses\":[\"" address \
	"\"],\"ports\":[\"udp/53\",\"tcp/80->8080\"],\"backends\":[{\"labels\":{" labels "}}]}"
#define WEB SERVICE("web", "10.0.0.100", "\"app\":\"web\"")
#define POLICY(body)                                                                          \
	"[{\"kind\":\"Policy\",\"tenant\":\"red\",\"name\":\"p\",\"from\":{\"app\":\"cli\"}," \
	"\"to\":{\"app\":\"web\"}," body "}]"

struct test {
	struct wf_rig rig;
	struct wf_service_explanation told;
	size_t n_slots; /* lists that are waited for */
};

static struct wf_agent *node(struct test *t, int i)
{
	return t->rig.nodes[i].agent;
}

static bool is_explained(void *arg)
{
	struct test *t = arg;

	wf_service_explanation_done(&t->told);
	return wf_path_explain_service(node(t, 0), "red", "cli", "web", NULL, &t->told, NULL) ==
		       0 &&
	       t->told.n_slots == t->n_slots;
}

/* All slots have one owner each, and no others. */
static bool is_plain(void *arg)
{
	struct test *t = arg;

	if (!is_explained(t))
		return false;
	for (size_t i = 0; i < t->told.n_slots; i++)
		if (t->told.slots[i].candidates[1].sid)
			return false;
	return true;
}

/* One had slots before the other came: an hour later nobody cares. */
static bool has_become_plain(void *arg)
{
	struct test *t = arg;

	if (is_plain(t))
		return true;
	wf_rig_later(&t->rig, WF_LINGER_MS);
	return false;
}

static int setup(void **state)
{
	struct test *t = wf_rig_setup(state, sizeof(*t), 3);

	wf_rig_must_apply(node(t, 0), "[" RED "," WEB "]");
	wf_rig_must_attach_as(node(t, 0), "red", "cli", "c1", "app=cli");
	wf_rig_must_attach_as(node(t, 1), "red", "web1", "c1", "app=web");
	wf_rig_must_attach_as(node(t, 2), "red", "web2", "c1", "app=web");
	t->n_slots = 2;
	if (!wf_rig_wait(&t->rig, has_become_plain, t))
		fail_msg("%zu lists", t->told.n_slots);
	return 0;
}

static int teardown(void **state)
{
	struct test *t = *state;

	wf_service_explanation_done(&t->told);
	return wf_rig_teardown(state);
}

static void each_backend_has_its_share_and_its_way(void **state)
{
	struct test *t = *state;
	double sum = 0;

	assert_int_equal(t->told.n_slots, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct wf_explained_slots *s = &t->told.slots[i];
		const struct wf_path_segment *last;

		assert_string_equal(s->backends[0]->name, i ? "web2" : "web1");
		assert_int_equal(s->drop, WF_DROP_NONE);
		assert_int_equal(s->way->n_paths, 1);
		assert_null(s->way->policy);
		last = &s->way->paths[0].segments[s->way->paths[0].n_segments - 1];
		assert_string_equal(last->nodes[0]->name, i ? "n3" : "n2");
		assert_ptr_equal(last->endpoints[0], s->backends[0]);
		assert_string_equal(last->behavior, "End.DX46");
		assert_true(s->share > 0.45 && s->share < 0.55);
		sum += s->share;
	}
	assert_true(sum > 0.999 && sum < 1.001);
	assert_string_equal(t->told.service->name, "web");
	assert_int_equal(t->told.port.proto, WF_PROTO_UDP);
	assert_int_equal(t->told.port.port, 53);
}

static const char *address_of_cli(struct test *t, bool is_v4, char buf[WF_ADDR_STR_MAX])
{
	const struct wf_object *o = wf_model_find(node(t, 0)->model, WF_KIND_ENDPOINT, "red",
						  "cli");

	for (unsigned int i = 0; i < o->endpoint.n_addrs; i++)
		if (wf_addr_is_v4(&o->endpoint.addrs[i]) == is_v4)
			return wf_addr_str(&o->endpoint.addrs[i], buf);
	fail_msg("it has none");
	return NULL;
}

/* Slots that came to @owner and were another one's; NULL: there are none. */
static const struct wf_explained_slots *taken_over_by(struct test *t, const char *owner)
{
	for (size_t i = 0; i < t->told.n_slots; i++) {
		const struct wf_explained_slots *s = &t->told.slots[i];

		if (s->backends[0] && !strcmp(s->backends[0]->name, owner) && s->backends[1])
			return s;
	}
	return NULL;
}

static bool has_web3(void *arg)
{
	struct test *t = arg;

	wf_service_explanation_done(&t->told);
	return wf_path_explain_service(node(t, 0), "red", "cli", "web", NULL, &t->told, NULL) ==
		       0 &&
	       taken_over_by(t, "web3");
}

static void who_had_a_slot_before_is_on_the_way(void **state)
{
	struct test *t = *state;
	const struct wf_explained_slots *s;
	const struct wf_path_info *p;

	wf_rig_must_attach_as(node(t, 1), "red", "web3", "c2", "app=web");
	assert_true(wf_rig_wait(&t->rig, has_web3, t));
	s = taken_over_by(t, "web3");
	assert_int_equal(s->drop, WF_DROP_NONE);
	assert_int_equal(s->way->n_paths, 1);
	p = &s->way->paths[0];
	assert_int_equal(p->n_segments, 3); /* the owner once more at the end */
	for (unsigned int i = 0; i < 3; i++)
		assert_ptr_equal(p->segments[i].endpoints[0], s->backends[i % 2]);
}

static void a_policy_gives_the_way_to_backends(void **state)
{
	struct test *t = *state;
	char buf[WF_ADDR_STR_MAX];

	wf_rig_must_apply(node(t, 0), POLICY("\"via\":[\"node/n3\"],\"ports\":[\"tcp/8080\"]"));
	wf_rig_settle(&t->rig);
	assert_true(is_explained(t));
	assert_null(t->told.slots[0].way->policy); /* of udp/53 */
	wf_service_explanation_done(&t->told);
	assert_int_equal(wf_path_explain_service(node(t, 0), "red", address_of_cli(t, true, buf),
						 "10.0.0.100", "tcp/80", &t->told, NULL),
			 0);
	assert_string_equal(t->told.slots[0].way->policy->name, "p");
	assert_string_equal(t->told.slots[0].way->paths[0].segments[0].nodes[0]->name, "n3");
	assert_int_equal(t->told.port.target, 8080);
}

static void a_backend_that_may_not_be_reached_says_so(void **state)
{
	struct test *t = *state;

	wf_rig_must_apply(node(t, 0), POLICY("\"action\":\"deny\""));
	wf_rig_settle(&t->rig);
	assert_true(is_explained(t));
	assert_int_equal(t->told.slots[0].drop, WF_DROP_DENIED);
	assert_null(t->told.slots[0].way);
	assert_true(t->told.slots[0].share > 0);
}

static void what_is_no_service_or_no_way_is_refused(void **state)
{
	struct test *t = *state;
	char buf[WF_ADDR_STR_MAX];
	const char *v6 = address_of_cli(t, false, buf);
	const struct {
		const char *tenant, *from, *to, *port, *says;
		int node, code;
	} cases[] = {
		{"red", "cli", "wev", NULL, "has no service 'wev'", 0, -ENOENT},
		{"red", "cli", "web1", NULL, "has no service 'web1'", 0, -ENOENT},
		{"red", "clj", "web", NULL, "has no endpoint 'clj'", 0, -ENOENT},
		{"rde", "cli", "web", NULL, "'rde' does not exist", 0, -ENOENT},
		{"red", "cli", "web", "tcp/81", "no port 'tcp/81': it has udp/53, tcp/80", 0,
		 -EINVAL},
		{"red", "cli", "web", "80", "no port '80'", 0, -EINVAL},
		{"red", "cli", "10.0.0.101", NULL, "has no service '10.0.0.101'", 0, -ENOENT},
		{"red", "cli", "none", NULL, "has no backend", 0, -EEXIST},
		{"red", "cli", "web", NULL, "is on node 'n1'", 1, -EEXIST},
		{"red", v6, "web", NULL, "no addresses of the same family", 0, -EINVAL},
	};

	wf_rig_must_apply(node(t, 0), "[" SERVICE("none", "10.0.0.102", "\"app\":\"none\"") "]");
	wf_rig_settle(&t->rig);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_service_explanation x = {.n_slots = 0};
		struct wf_err err = {0};
		int r = wf_path_explain_service(node(t, cases[i].node), cases[i].tenant,
						cases[i].from, cases[i].to, cases[i].port, &x,
						&err);

		if (r != cases[i].code || !strstr(err.msg, cases[i].says))
			fail_msg("case %zu: %d, %s", i, r, err.msg);
	}
	assert_true(wf_path_is_to_service(node(t, 0), "red", "web"));
	assert_true(wf_path_is_to_service(node(t, 0), "red", "10.0.0.100"));
	assert_false(wf_path_is_to_service(node(t, 0), "red", "web1"));
	assert_false(wf_path_is_to_service(node(t, 0), "red", v6));
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(each_backend_has_its_share_and_its_way),
		CASE(who_had_a_slot_before_is_on_the_way),
		CASE(a_policy_gives_the_way_to_backends),
		CASE(a_backend_that_may_not_be_reached_says_so),
		CASE(what_is_no_service_or_no_way_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
