// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/alias.h"
#include "agent/rig.h"

#define TENANT \
	"[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\",\"fd00::/48\"]}]"

static int setup(void **state)
{
	struct wf_rig *rig = wf_rig_setup(state, sizeof(*rig), 1);

	wf_rig_must_apply(rig->nodes[0].agent, TENANT);
	return 0;
}

static size_t n_ports(struct wf_rig *rig, int node)
{
	return wf_kern_fake_table_size(rig->nodes[node].world, WF_TABLE_PORT);
}

static size_t n_links(struct wf_rig *rig, int node)
{
	struct wf_links links = {0};
	size_t n;

	wf_kern_fake_fail(rig->nodes[node].world, 0, 0);
	assert_int_equal(rig->nodes[node].world->ops->links(rig->nodes[node].world, &links, NULL),
			 0);
	n = links.n;
	wf_links_done(&links);
	return n;
}

static void attach_makes_port_object_claims_and_entries(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	const struct wf_object *o = wf_rig_must_attach(a, "red", "web", "c1");
	const struct wf_link *link = wf_agent_link(a, "red", "web");

	assert_non_null(o);
	assert_string_equal(o->endpoint.node, "n1");
	assert_int_equal(o->endpoint.n_addrs, 2);
	assert_true(wf_addr_is_v4(&o->endpoint.addrs[0]));
	assert_false(wf_addr_is_v4(&o->endpoint.addrs[1]));
	assert_int_equal(o->endpoint.mac[0] & 3, 2);
	assert_int_not_equal(o->endpoint.identity, 0);
	assert_non_null(link);
	assert_string_equal(link->alias, "weft:red/web eth0 /run/netns/c1");
	assert_int_equal(n_ports(rig, 0), 1);
	assert_int_equal(wf_kern_fake_table_size(rig->nodes[0].world, WF_TABLE_DEST), 2);
	assert_int_equal(wf_rig_count(rig, "/weft/v1-claims/address/red/"), 2);
	assert_int_equal(wf_rig_count(rig, "/weft/v1-claims/identity/red/"), 1);
}

static void detach_gives_everything_back_but_the_identity(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	struct wf_outcome outcome = {0};
	struct wf_addr before;

	before = wf_rig_must_attach(a, "red", "web", "c1")->endpoint.addrs[0];
	assert_int_equal(wf_agent_detach(a, "red", "web", &outcome, NULL), 0);
	wf_rig_settle(rig);
	assert_int_equal(wf_rig_count(rig, "/weft/v1-claims/address/"), 0);
	assert_int_equal(wf_rig_count(rig, "/weft/v1/endpoint/"), 0);
	assert_int_equal(wf_rig_count(rig, "/weft/v1/identity/"), 1);
	assert_int_equal(n_ports(rig, 0), 0);
	assert_int_equal(n_links(rig, 0), 2);
	assert_int_equal(wf_kern_fake_table_size(rig->nodes[0].world, WF_TABLE_DEST), 0);
	assert_memory_equal(&wf_rig_must_attach(a, "red", "web", "c1")->endpoint.addrs[0], &before,
			    sizeof(before));
	assert_int_equal(wf_agent_detach(a, "red", "nobody", &outcome, NULL), -ENOENT);
	wf_outcome_done(&outcome);
}

static void attach_again_is_the_same_or_a_conflict(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	struct wf_outcome outcome = {0};
	struct wf_err err;

	wf_rig_must_attach(a, "red", "web", "c1");
	wf_rig_must_attach(a, "red", "web", "/var/run/netns/c1");
	assert_int_equal(n_links(rig, 0), 3);
	assert_int_equal(wf_rig_attach(a, "red", "web", "c2", &outcome, &err), -EEXIST);
	wf_rig_start(rig, 1);
	assert_int_equal(wf_rig_attach(rig->nodes[1].agent, "red", "web", "c1", &outcome, &err),
			 -EEXIST);
	assert_non_null(strstr(err.msg, "node 'n1'"));
	assert_int_equal(wf_agent_detach(rig->nodes[1].agent, "red", "web", &outcome, &err),
			 -EEXIST);
	wf_outcome_done(&outcome);
}

static void wrong_requests_are_refused_with_nothing_left(void **state)
{
	static const struct {
		struct wf_attach request;
		int code;
	} cases[] = {
		{{.tenant = "blue", .netns = "c1"}, -ENOENT},
		{{.tenant = "red", .netns = "nowhere"}, -ENOENT},
		{{.tenant = "red", .netns = ""}, -EINVAL},
		{{.tenant = "red", .netns = "a/b"}, -EINVAL},
		{{.tenant = "r ed", .netns = "c1"}, -EINVAL},
		{{.tenant = "red", .netns = "c1", .name = "-x"}, -EINVAL},
		{{.tenant = "red", .netns = "c1", .ifname = "sixteencharacter"}, -EINVAL},
		{{.tenant = "red", .netns = "c1", .ifname = "a/b"}, -EINVAL},
		{{.tenant = "red", .netns = "c1", .ifname = ""}, -EINVAL},
	};
	struct wf_rig *rig = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_outcome outcome = {0};
		struct wf_err err;

		assert_int_equal(wf_agent_attach(rig->nodes[0].agent, &cases[i].request, &outcome,
						 &err),
				 cases[i].code);
		wf_outcome_done(&outcome);
	}
	assert_int_equal(n_links(rig, 0), 2);
	assert_int_equal(wf_rig_count(rig, "/weft/v1/endpoint/"), 0);
	assert_int_equal(wf_rig_count(rig, "/weft/v1-claims/address/"), 0);
}

static void explicit_addresses_are_taken_or_refused(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_addr addr, outside;
	struct wf_attach request = {.tenant = "red", .netns = "c1", .addrs = &addr, .n_addrs = 1};
	struct wf_outcome outcome = {0};
	struct wf_err err;

	assert_int_equal(wf_addr_parse("10.0.7.7", &addr), 0);
	assert_int_equal(wf_addr_parse("10.9.0.1", &outside), 0);
	assert_int_equal(wf_agent_attach(rig->nodes[0].agent, &request, &outcome, &err), 0);
	assert_string_equal(outcome.endpoint->name, "c1");
	assert_int_equal(outcome.endpoint->endpoint.n_addrs, 1);
	assert_memory_equal(&outcome.endpoint->endpoint.addrs[0], &addr, sizeof(addr));
	request.netns = "c2";
	assert_int_equal(wf_agent_attach(rig->nodes[0].agent, &request, &outcome, &err), -EINVAL);
	assert_string_equal(outcome.problems.items[0].key, "addresses[0]");
	request.addrs = &outside;
	assert_int_equal(wf_agent_attach(rig->nodes[0].agent, &request, &outcome, &err), -EINVAL);
	wf_outcome_done(&outcome);
}

static void declared_endpoint_gives_its_labels_and_addresses_and_stays(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	struct wf_outcome outcome = {0};
	const struct wf_object *o;
	uint32_t identity;

	wf_rig_must_apply(a,
			  "[{\"kind\":\"Endpoint\",\"tenant\":\"red\",\"name\":\"db\",\"labels\":"
			  "{\"app\":\"db\"},\"addresses\":[\"10.0.3.3\"]}]");
	o = wf_rig_must_attach(a, "red", "db", "c1");
	identity = o->endpoint.identity;
	assert_int_equal(o->endpoint.n_addrs, 1);
	assert_int_equal(o->endpoint.labels.n, 1);
	wf_rig_must_apply(a,
			  "[{\"kind\":\"Endpoint\",\"tenant\":\"red\",\"name\":\"db\",\"labels\":"
			  "{\"app\":\"db2\"},\"addresses\":[\"10.0.3.3\"]}]");
	o = wf_model_find(a->model, WF_KIND_ENDPOINT, "red", "db");
	assert_string_equal(o->endpoint.node, "n1");
	assert_int_not_equal(o->endpoint.identity, identity);
	assert_int_equal(wf_rig_apply(a,
				      "[{\"kind\":\"Endpoint\",\"tenant\":\"red\",\"name\":\"db\","
				      "\"addresses\":[\"10.0.3.4\"]}]",
				      &outcome, NULL),
			 -EINVAL);
	assert_int_equal(wf_agent_detach(a, "red", "db", &outcome, NULL), 0);
	o = wf_model_find(a->model, WF_KIND_ENDPOINT, "red", "db");
	assert_non_null(o);
	assert_string_equal(o->endpoint.node, "");
	assert_int_equal(o->endpoint.identity, 0);
	wf_outcome_done(&outcome);
}

static void equal_labels_share_an_identity_across_nodes(void **state)
{
	struct wf_rig *rig = *state;
	uint32_t first =
		wf_rig_must_attach(rig->nodes[0].agent, "red", "a", "c1")->endpoint.identity;
	struct wf_agent *b = wf_rig_start(rig, 1);

	assert_int_equal(wf_rig_must_attach(b, "red", "b", "c1")->endpoint.identity, first);
}

static void a_failure_of_any_kernel_call_rolls_back(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	struct wf_kern *world = rig->nodes[0].world;
	unsigned int nth = 0;
	int r;

	do {
		struct wf_outcome outcome = {0};
		struct wf_err err = {0};

		wf_kern_fake_fail(world, ++nth, -EIO);
		r = wf_rig_attach(a, "red", "web", "c1", &outcome, &err);
		wf_kern_fake_fail(world, 0, 0);
		wf_outcome_done(&outcome);
		if (!r)
			break;
		assert_int_equal(r, -EIO);
		assert_int_equal(wf_rig_count(rig, "/weft/v1/endpoint/"), 0);
		assert_int_equal(wf_rig_count(rig, "/weft/v1-claims/address/"), 0);
		assert_int_equal(n_links(rig, 0), 2);
		wf_rig_settle(rig);
		assert_int_equal(n_ports(rig, 0), 0);
	} while (nth < 100);
	assert_true(nth > 5 && nth < 100);
	assert_int_equal(n_ports(rig, 0), 1);
}

static bool is_detached(void *arg)
{
	return wf_rig_count(arg, "/weft/v1/endpoint/") == 0;
}

static void a_dead_containers_addresses_come_back(void **state)
{
	struct wf_rig *rig = *state;

	wf_rig_must_attach(rig->nodes[0].agent, "red", "web", "c1");
	assert_int_equal(wf_kern_fake_netns_remove(rig->nodes[0].world, "c1"), 0);
	assert_true(wf_rig_wait(rig, is_detached, rig));
	assert_int_equal(wf_rig_count(rig, "/weft/v1-claims/address/"), 0);
}

static void an_interface_says_whose_it_is(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	char tenant[WF_NAME_MAX + 1], name[WF_NAME_MAX + 1];

	wf_rig_must_attach(a, "red", "web", "c1");
	assert_int_equal(wf_agent_find_port(a, "/run/netns/c1", "eth0", tenant, name, NULL), 0);
	assert_string_equal(tenant, "red");
	assert_string_equal(name, "web");
	assert_int_equal(wf_agent_find_port(a, "c1", "eth1", tenant, name, NULL), -ENOENT);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(attach_makes_port_object_claims_and_entries),
		CASE(detach_gives_everything_back_but_the_identity),
		CASE(attach_again_is_the_same_or_a_conflict),
		CASE(wrong_requests_are_refused_with_nothing_left),
		CASE(explicit_addresses_are_taken_or_refused),
		CASE(declared_endpoint_gives_its_labels_and_addresses_and_stays),
		CASE(equal_labels_share_an_identity_across_nodes),
		CASE(a_failure_of_any_kernel_call_rolls_back),
		CASE(a_dead_containers_addresses_come_back),
		CASE(an_interface_says_whose_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
