// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/host.h"
#include "agent/rig.h"
#include "kern/port.h"

#define RED(more)                                              \
	"[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":" \
	"[\"10.0.0.0/16\",\"fd00::/48\"]" more "}]"
#define HOST ",\"host\":true"

static int setup(void **state)
{
	wf_rig_setup(state, sizeof(struct wf_rig), 1);
	return 0;
}

static size_t n_endpoints(struct wf_rig *rig)
{
	return wf_rig_count(rig, "/weft/v1/endpoint/");
}

/* What the node's kernel has for it; NULL: nothing. */
static const struct wf_port_spec *port_of(struct wf_rig *rig, int node, const char *name)
{
	const struct wf_link *l = wf_agent_link(rig->nodes[node].agent, "red", name);

	return l ? wf_kern_fake_port(rig->nodes[node].world, l->ifindex) : NULL;
}

static const struct wf_object *endpoint_of(struct wf_rig *rig, const char *name)
{
	return wf_model_find(rig->nodes[0].agent->model, WF_KIND_ENDPOINT, "red", name);
}

static void with_host_access(struct wf_rig *rig)
{
	wf_rig_must_apply(rig->nodes[0].agent, RED(HOST));
	wf_rig_settle(rig);
}

struct told {
	const char *wanted;
	bool is_there;
};

static void look(void *arg, const char *text)
{
	struct told *t = arg;

	t->is_there |= strstr(text, t->wanted) != NULL;
}

static bool tell(struct wf_rig *rig, const char *wanted)
{
	struct told t = {.wanted = wanted};

	wf_agent_each_problem(rig->nodes[0].agent, look, &t);
	return t.is_there;
}

static void every_node_has_one_endpoint_in_the_tenant(void **state)
{
	struct wf_rig *rig = *state;

	wf_rig_start(rig, 1);
	with_host_access(rig);
	assert_true(wf_rig_wait_count(rig, "/weft/v1/endpoint/red/", 2));
	wf_rig_settle(rig);
	for (int i = 0; i < 2; i++) {
		const char *name = i ? "host-n2" : "host-n1";
		const struct wf_object *o = endpoint_of(rig, name);
		const struct wf_port_spec *port = port_of(rig, i, name);
		char labels[WF_LABELS_TEXT_MAX + 1];

		assert_non_null(o);
		assert_true(o->endpoint.is_host);
		assert_string_equal(o->endpoint.node, rig->nodes[i].name);
		assert_int_equal(o->endpoint.n_addrs, 2);
		assert_string_equal(wf_labels_str(&o->endpoint.labels, labels),
				    i ? "host=n2" : "host=n1");
		assert_non_null(port);
		assert_true(port->is_own);
		assert_string_equal(port->ifname, o->endpoint.ifname);
		assert_int_equal(port->n_prefixes, 2);
	}
}

static void its_packets_are_given_another_way(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_dest_key key;
	const struct wf_dest *dest;
	const struct wf_object *o;

	with_host_access(rig);
	o = endpoint_of(rig, "host-n1");
	key.tenant =
		wf_model_find(rig->nodes[0].agent->model, WF_KIND_TENANT, NULL, "red")->self.id;
	memcpy(key.addr, o->endpoint.addrs[0].bytes, sizeof(key.addr));
	dest = wf_image_find(rig->nodes[0].agent->installed, WF_TABLE_DEST, &key);
	assert_non_null(dest);
	assert_int_equal(
		dest->ifindex,
		WF_IFINDEX_HOST |
			(uint32_t)wf_agent_link(rig->nodes[0].agent, "red", "host-n1")->ifindex);
}

static void it_goes_with_host_access(void **state)
{
	struct wf_rig *rig = *state;

	with_host_access(rig);
	assert_int_equal(n_endpoints(rig), 1);
	wf_rig_must_apply(rig->nodes[0].agent, RED(""));
	wf_rig_settle(rig);
	assert_int_equal(n_endpoints(rig), 0);
	assert_int_equal(wf_rig_count(rig, "/weft/v1-claims/address/"), 0);
	assert_null(port_of(rig, 0, "host-n1"));
}

static void it_goes_with_the_tenant(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_object *red = wf_object_new(WF_KIND_TENANT, NULL, "red");
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};

	with_host_access(rig);
	if (wf_agent_delete(rig->nodes[0].agent, &red, 1, &outcome, &err) < 0)
		fail_msg("%s", err.msg);
	wf_outcome_done(&outcome);
	wf_object_unref(red);
	assert_int_equal(n_endpoints(rig), 0);
	wf_rig_settle(rig);
	assert_int_equal(wf_rig_count(rig, "/weft/v1-claims/address/"), 0);
	assert_null(port_of(rig, 0, "host-n1"));
	assert_false(tell(rig, ""));
}

static void a_deleted_interface_comes_back_with_the_same_addresses(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_addr before;

	with_host_access(rig);
	before = endpoint_of(rig, "host-n1")->endpoint.addrs[0];
	wf_kern_fake_link_remove(rig->nodes[0].world,
				 wf_agent_link(rig->nodes[0].agent, "red", "host-n1")->ifindex);
	assert_int_equal(wf_pass(rig->nodes[0].agent, NULL), 0);
	assert_non_null(port_of(rig, 0, "host-n1"));
	assert_int_equal(wf_addr_cmp(&before, &endpoint_of(rig, "host-n1")->endpoint.addrs[0]), 0);
	assert_int_equal(n_endpoints(rig), 1);
}

static void a_restart_adopts_it(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_addr before;
	int ifindex;

	with_host_access(rig);
	ifindex = wf_agent_link(rig->nodes[0].agent, "red", "host-n1")->ifindex;
	before = endpoint_of(rig, "host-n1")->endpoint.addrs[0];
	wf_rig_kill(rig, 0);
	wf_rig_start(rig, 0);
	wf_rig_settle(rig);
	assert_int_equal(wf_agent_link(rig->nodes[0].agent, "red", "host-n1")->ifindex, ifindex);
	assert_int_equal(wf_addr_cmp(&before, &endpoint_of(rig, "host-n1")->endpoint.addrs[0]), 0);
	assert_false(tell(rig, ""));
}

static void its_routes_follow_the_prefixes(void **state)
{
	struct wf_rig *rig = *state;

	with_host_access(rig);
	wf_rig_must_apply(rig->nodes[0].agent,
			  "[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\","
			  "\"fd00::/48\",\"10.1.0.0/16\"]" HOST "}]");
	wf_rig_settle(rig);
	assert_int_equal(port_of(rig, 0, "host-n1")->n_prefixes, 3);
}

static void whatever_fails_it_is_whole_in_the_end(void **state)
{
	struct wf_rig *rig = *state;
	unsigned int nth = 0, n_calls;

	do {
		struct wf_kern *world = rig->nodes[0].world;

		wf_rig_must_apply(rig->nodes[0].agent, RED(""));
		assert_int_equal(wf_pass(rig->nodes[0].agent, NULL), 0);
		assert_int_equal(n_endpoints(rig), 0);
		assert_null(port_of(rig, 0, "host-n1"));
		wf_rig_must_apply(rig->nodes[0].agent, RED(HOST));
		n_calls = wf_kern_fake_calls(world);
		wf_kern_fake_fail(world, ++nth, -EIO);
		(void)wf_pass(rig->nodes[0].agent, NULL); /* in which a call fails */
		n_calls = wf_kern_fake_calls(world) - n_calls;
		wf_kern_fake_fail(world, 0, 0);
		wf_rig_kill(rig, 0); /* what is left is the next start's to repair */
		wf_rig_start(rig, 0);
		assert_int_equal(n_endpoints(rig), 1);
		assert_non_null(port_of(rig, 0, "host-n1"));
		assert_false(tell(rig, ""));
	} while (nth <= n_calls && nth < 100);
	assert_true(nth > 5 && nth < 100);
}

static void half_a_pair_of_a_crash_goes(void **state)
{
	const struct wf_link half = {
		.name = WF_PORT_UNDONE, .mtu = 1500, .is_ethernet = true, .is_up = true};
	struct wf_rig *rig = *state;

	wf_kern_fake_link_set(rig->nodes[0].world, &half);
	assert_int_equal(wf_pass(rig->nodes[0].agent, NULL), 0);
	wf_vec_each (l, &rig->nodes[0].agent->links)
		assert_string_not_equal(l->name, WF_PORT_UNDONE);
}

static void apply_refuses_what_the_node_reaches_itself(void **state)
{
	static const struct {
		const char *way, *prefix, *text;
	} cases[] = {
		{"10.0.7.0/24", "10.0.0.0/16",
		 "on node 'n1' 10.0.0.0/16 overlaps 10.0.7.0/24, which the node reaches by eth0"},
		{"192.0.2.0/24", "fd00::/48", NULL},
	};
	struct wf_rig *rig = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_outcome outcome = {0};
		struct wf_err err = {0};
		struct wf_prefix way;
		char json[200];
		int r;

		snprintf(json, sizeof(json),
			 "[{\"kind\":\"Tenant\",\"name\":\"t%zu\",\"prefixes\":[\"%s\"]" HOST "}]",
			 i, cases[i].prefix);
		assert_int_equal(wf_prefix_parse(cases[i].way, &way), 0);
		wf_kern_fake_way_set(rig->nodes[0].world, &way);
		r = wf_rig_apply(rig->nodes[0].agent, json, &outcome, &err);
		assert_int_equal(r, cases[i].text ? -EINVAL : 0);
		assert_true(!cases[i].text || strstr(err.msg, cases[i].text));
		wf_outcome_done(&outcome);
	}
}

static void a_block_of_sids_of_ones_own_is_refused(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_object *o = wf_object_new(WF_KIND_TENANT, NULL, "red");
	struct wf_err err = {0};

	rig->nodes[0].agent->options.block = 0xfd000000;
	o->self.n_prefixes = 1;
	assert_int_equal(wf_prefix_parse("fd00::/48", &o->self.prefixes[0]), 0);
	assert_int_equal(wf_host_may(rig->nodes[0].agent, o, &err), -EEXIST);
	assert_non_null(strstr(err.msg, "fd00::/48 overlaps fd00::/32, the block of segment"));
	wf_object_unref(o);
}

static void what_comes_later_is_in_the_status_until_it_goes(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	struct wf_prefix way;

	with_host_access(rig);
	assert_int_equal(wf_prefix_parse("10.0.7.0/24", &way), 0);
	wf_kern_fake_way_set(rig->nodes[0].world, &way);
	assert_int_equal(wf_pass_repair(a, NULL), 0);
	assert_true(tell(rig, "no host access to tenant 'red': on node 'n1' 10.0.0.0/16 overlaps"));
	wf_kern_fake_way_set(rig->nodes[0].world, NULL);
	assert_int_equal(wf_pass_repair(a, NULL), 0);
	assert_false(tell(rig, "no host access"));
}

static void it_is_nobodys_to_take_or_to_name(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};

	with_host_access(rig);
	assert_int_equal(wf_agent_detach(a, "red", "host-n1", &outcome, &err), -EEXIST);
	assert_non_null(strstr(err.msg, "take host: true away from tenant 'red'"));
	wf_outcome_done(&outcome);
	assert_int_equal(wf_rig_attach(a, "red", "host-n1", "c1", &outcome, &err), -EEXIST);
	assert_non_null(strstr(err.msg, "is the node's own"));
	wf_outcome_done(&outcome);
	assert_int_equal(wf_rig_attach(a, "red", "x", WF_NETNS_OWN, &outcome, &err), -EINVAL);
	wf_outcome_done(&outcome);
	assert_int_equal(wf_agent_label(a, "red", "host-n1", &(struct wf_labels){0}, &outcome,
					&err),
			 -EEXIST);
	wf_outcome_done(&outcome);
	assert_non_null(port_of(rig, 0, "host-n1"));
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(every_node_has_one_endpoint_in_the_tenant),
		CASE(its_packets_are_given_another_way),
		CASE(it_goes_with_host_access),
		CASE(it_goes_with_the_tenant),
		CASE(a_deleted_interface_comes_back_with_the_same_addresses),
		CASE(a_restart_adopts_it),
		CASE(its_routes_follow_the_prefixes),
		CASE(whatever_fails_it_is_whole_in_the_end),
		CASE(half_a_pair_of_a_crash_goes),
		CASE(apply_refuses_what_the_node_reaches_itself),
		CASE(a_block_of_sids_of_ones_own_is_refused),
		CASE(what_comes_later_is_in_the_status_until_it_goes),
		CASE(it_is_nobodys_to_take_or_to_name),
	};
#undef CASE

	return cmocka_run_group_tests(tests, NULL, NULL);
}
