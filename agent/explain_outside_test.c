// SPDX-License-Identifier: Apache-2.0
/* What people are told of the ways to the Internet: n1 has cli, n2 gateway a, n3 gateway b, which
 * takes IPv4 alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "agent/path.h"
#include "agent/rig.h"

#define TENANT(name, prefixes) \
	"{\"kind\":\"Tenant\",\"name\":\"" name "\",\"prefixes\":[" prefixes "]}"
#define TENANTS \
	TENANT("red", "\"10.0.0.0/16\",\"fd00:1::/48\"") "," TENANT("blue", "\"10.1.0.0/16\"")
#define GATEWAY(name, node, nat)                                       \
	"{\"kind\":\"Gateway\",\"name\":\"" name "\",\"node\":\"" node \
	"\",\"outside\":\"out0\",\"egress\":[{\"tenant\":\"red\",\"nat\":[" nat "]}]}"
#define GW_A GATEWAY("a", "n2", "\"203.0.113.10\",\"2001:db8:a::10\"")
#define GW_B GATEWAY("b", "n3", "\"203.0.113.20\"")
#define POLICY(body)                                                                          \
	"[{\"kind\":\"Policy\",\"tenant\":\"red\",\"name\":\"p\",\"from\":{\"app\":\"cli\"}," \
	"\"to\":\"internet\"," body "}]"
#define INET4 "198.51.100.1"
#define INET6 "2001:db8:ff::1"

struct test {
	struct wf_rig rig;
	struct wf_outside_explanation told;
};

static struct wf_agent *node(struct test *t, int i)
{
	return t->rig.nodes[i].agent;
}

/* The node's interface to the outside. */
static void set_outside(struct test *t, int i, bool has_carrier)
{
	struct wf_kern *world = t->rig.nodes[i].world;
	struct wf_link out0 = {.name = "out0",
			       .mtu = 1500,
			       .is_up = true,
			       .has_carrier = has_carrier,
			       .is_ethernet = true};
	struct wf_links links = {0};

	world->ops->links(world, &links, NULL);
	wf_vec_each (l, &links)
		if (!strcmp(l->name, "out0"))
			out0.ifindex = l->ifindex;
	wf_links_done(&links);
	wf_kern_fake_link_set(world, &out0);
}

static int setup(void **state)
{
	struct test *t = wf_rig_setup(state, sizeof(*t), 3);

	for (int i = 0; i < 3; i++)
		set_outside(t, i, true);
	wf_rig_must_apply(node(t, 0), "[" TENANTS "," GW_A "," GW_B "]");
	wf_rig_must_attach_as(node(t, 0), "red", "cli", "c1", "app=cli");
	wf_rig_must_attach_as(node(t, 0), "blue", "cli", "c2", "app=cli");
	wf_rig_settle(&t->rig);
	return 0;
}

static int teardown(void **state)
{
	struct test *t = *state;

	wf_outside_explanation_done(&t->told);
	return wf_rig_teardown(state);
}

struct expected {
	struct test *t;
	const char *to;
	size_t n_exits;
};

static bool has_exits(void *arg)
{
	const struct expected *e = arg;
	struct test *t = e->t;

	wf_outside_explanation_done(&t->told);
	return wf_path_explain_outside(node(t, 0), "red", "cli", e->to, &t->told, NULL) == 0 &&
	       t->told.n_exits == e->n_exits;
}

static void wait_for(struct test *t, const char *to, size_t n_exits)
{
	struct expected e = {t, to, n_exits};

	if (!wf_rig_wait(&t->rig, has_exits, &e))
		fail_msg("to %s: %zu exits, expected %zu", to, t->told.n_exits, n_exits);
}

/* The @i-th exit is not dropped. */
static const struct wf_explanation *way_of(struct test *t, size_t i)
{
	assert_true(i < t->told.n_exits);
	assert_int_equal(t->told.exits[i].drop, WF_DROP_NONE);
	assert_non_null(t->told.exits[i].way);
	return t->told.exits[i].way;
}

static void every_gateway_has_its_share_and_its_way(void **state)
{
	struct test *t = *state;

	wait_for(t, INET4, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct wf_explained_exit *e = &t->told.exits[i];
		const struct wf_explanation *way = way_of(t, i);
		const struct wf_path_segment *s = way->paths[0].segments;

		assert_string_equal(e->gateway->name, i ? "b" : "a");
		assert_string_equal(e->node->name, i ? "n3" : "n2");
		assert_true(e->share == 0.5);
		assert_null(way->policy);
		assert_false(way->is_local);
		assert_int_equal(way->n_paths, 1);
		assert_int_equal(way->paths[0].n_segments, 1);
		assert_string_equal(s->behavior, "End.DX46");
		assert_string_equal(s->endpoints[0]->name, i ? "gateway-b" : "gateway-a");
	}
	assert_string_equal(t->told.from->name, "cli");
	assert_true(wf_addr_is_v4(&t->told.from_addr));
	assert_true(t->told.mtu > 0);
}

static void a_gateway_takes_the_families_of_its_pool(void **state)
{
	struct test *t = *state;

	wait_for(t, INET6, 1);
	assert_string_equal(t->told.exits[0].gateway->name, "a");
	assert_true(t->told.exits[0].share == 1);
	assert_false(wf_addr_is_v4(&t->told.from_addr));
}

static void a_gateway_that_is_down_is_no_way(void **state)
{
	struct test *t = *state;

	wait_for(t, INET4, 2);
	set_outside(t, 1, false);
	wait_for(t, INET4, 1);
	assert_string_equal(t->told.exits[0].gateway->name, "b");
}

static void a_policy_gives_the_way_to_gateways(void **state)
{
	struct test *t = *state;

	wf_rig_must_apply(node(t, 0), POLICY("\"via\":[\"node/n3\"]"));
	wf_rig_settle(&t->rig);
	wait_for(t, INET4, 2);
	assert_string_equal(way_of(t, 0)->policy->name, "p");
	assert_string_equal(way_of(t, 0)->paths[0].segments[0].nodes[0]->name, "n3");
}

static void who_may_not_leave_is_told_so(void **state)
{
	struct test *t = *state;

	wf_rig_must_apply(node(t, 0), POLICY("\"action\":\"deny\""));
	wf_rig_settle(&t->rig);
	wait_for(t, INET4, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(t->told.exits[i].drop, WF_DROP_DENIED);
		assert_null(t->told.exits[i].way);
		assert_true(t->told.exits[i].share == 0.5);
	}
}

static void a_gateway_of_this_node_needs_no_path(void **state)
{
	struct test *t = *state;

	wf_rig_must_apply(node(t, 0), "[" GATEWAY("c", "n1", "\"203.0.113.30\"") "]");
	wait_for(t, INET4, 3);
	assert_string_equal(t->told.exits[0].gateway->name, "c");
	assert_true(way_of(t, 0)->is_local);
	assert_false(way_of(t, 1)->is_local);
}

static void what_does_not_leave_says_why(void **state)
{
	struct test *t = *state;
	static const struct {
		int node;
		const char *tenant, *from, *to, *says;
		int code;
	} cases[] = {
		{0, "blue", "cli", INET4, "no gateway serves tenant 'blue'", -EEXIST},
		{0, "blue", "cli", INET6, "'cli' has no IPv6 address", -EINVAL},
		{0, "rde", "cli", INET4, "'rde' does not exist", -ENOENT},
		{0, "red", "clj", INET4, "has no endpoint 'clj'", -ENOENT},
		{0, "red", "cli", "inet", "'inet' is no address", -EINVAL},
		{1, "red", "cli", INET4, "is on node 'n1'", -EEXIST},
		{1, "red", "gateway-a", INET4, "a gateway's own endpoint", -EEXIST},
		{0, "red", "cli", "224.0.0.1", "224.0.0.0/4, multicast", -EEXIST},
		{0, "red", "cli", "169.254.1.1", "169.254.0.0/16, link-local", -EEXIST},
		{0, "red", "cli", "10.0.0.77", "not outside of tenant 'red'", -EEXIST},
	};

	wait_for(t, INET4, 2);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_outside_explanation x = {.n_exits = 0};
		struct wf_err err = {0};
		int r = wf_path_explain_outside(node(t, cases[i].node), cases[i].tenant,
						cases[i].from, cases[i].to, &x, &err);

		if (r != cases[i].code || !strstr(err.msg, cases[i].says))
			fail_msg("case %zu: %d, %s", i, r, err.msg);
	}
}

struct refusal {
	struct test *t;
	const char *to, *says;
};

static bool is_refused(void *arg)
{
	const struct refusal *e = arg;
	struct wf_outside_explanation x = {.n_exits = 0};
	struct wf_err err = {0};
	int r = wf_path_explain_outside(node(e->t, 0), "red", "cli", e->to, &x, &err);

	wf_outside_explanation_done(&x);
	return r == -EEXIST && strstr(err.msg, e->says);
}

static void without_a_gateway_that_works_nothing_leaves(void **state)
{
	struct test *t = *state;
	struct refusal no_v6 = {t, INET6, "that works takes IPv6 packets"},
		       none = {t, INET4, "no gateway of tenant 'red' works"};

	wait_for(t, INET4, 2);
	set_outside(t, 1, false);
	assert_true(wf_rig_wait(&t->rig, is_refused, &no_v6));
	set_outside(t, 2, false);
	assert_true(wf_rig_wait(&t->rig, is_refused, &none));
}

static void what_is_outside_is_known_by_its_address(void **state)
{
	struct test *t = *state;
	const struct wf_object *cli = wf_model_find(node(t, 0)->model, WF_KIND_ENDPOINT, "red",
						    "cli");
	char own[WF_ADDR_STR_MAX];

	wf_addr_str(&cli->endpoint.addrs[0], own);
	assert_true(wf_path_is_outside(node(t, 0), "red", INET4));
	assert_true(wf_path_is_outside(node(t, 0), "red", INET6));
	assert_true(wf_path_is_outside(node(t, 0), "red", "10.1.0.1"));
	assert_false(wf_path_is_outside(node(t, 0), "blue", "10.1.0.1"));
	assert_false(wf_path_is_outside(node(t, 0), "red", "10.0.0.77"));
	assert_false(wf_path_is_outside(node(t, 0), "red", own));
	assert_false(wf_path_is_outside(node(t, 0), "red", "cli"));
	assert_false(wf_path_is_outside(node(t, 0), "rde", INET4));
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(every_gateway_has_its_share_and_its_way),
		CASE(a_gateway_takes_the_families_of_its_pool),
		CASE(a_gateway_that_is_down_is_no_way),
		CASE(a_policy_gives_the_way_to_gateways),
		CASE(who_may_not_leave_is_told_so),
		CASE(a_gateway_of_this_node_needs_no_path),
		CASE(what_does_not_leave_says_why),
		CASE(without_a_gateway_that_works_nothing_leaves),
		CASE(what_is_outside_is_known_by_its_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
