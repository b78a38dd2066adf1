// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "agent/arm.h"
#include "agent/rig.h"

#define TENANT(name, prefix) \
	"{\"kind\":\"Tenant\",\"name\":\"" name "\",\"prefixes\":[\"" prefix "\"]}"
#define WORLD TENANT("red", "10.0.0.0/16") "," TENANT("blue", "10.1.0.0/16")
#define WEB                                                                        \
	"{\"kind\":\"Service\",\"name\":\"web\",\"tenant\":\"red\",\"addresses\":" \
	"[\"10.0.9.1\"],\"ports\":[\"tcp/80\"],\"backends\":[{\"labels\":{\"app\":\"web\"}}]}"
#define NAT_RED	   "{\"tenant\":\"red\",\"nat\":[\"203.0.113.8/31\"],\"ports\":\"1024-2047\"}"
#define ROUTE_BLUE "{\"tenant\":\"blue\"}"
#define GATEWAY(node, more) \
	"{\"kind\":\"Gateway\",\"name\":\"gw\",\"node\":\"" node "\",\"outside\":\"out0\"" more "}"
#define EGRESS(list)  ",\"egress\":[" list "]"
#define PUBLISH(addr) ",\"publish\":[{\"service\":\"red/web\",\"addresses\":[\"" addr "\"]}]"

static void set_outside(struct wf_rig *rig, int node, bool has_carrier)
{
	struct wf_link out0 = {.name = "out0",
			       .mtu = 1500,
			       .is_up = true,
			       .has_carrier = has_carrier,
			       .is_ethernet = true};
	struct wf_links links = {0};

	rig->nodes[node].world->ops->links(rig->nodes[node].world, &links, NULL);
	wf_vec_each (l, &links)
		if (!strcmp(l->name, "out0"))
			out0.ifindex = l->ifindex;
	wf_links_done(&links);
	wf_kern_fake_link_set(rig->nodes[node].world, &out0);
}

static int setup(void **state)
{
	struct wf_rig *rig = calloc(1, sizeof(*rig));

	wf_rig_init(rig);
	for (int i = 0; i < WF_RIG_NODES; i++)
		set_outside(rig, i, true);
	wf_rig_start(rig, 0);
	wf_rig_must_apply(rig->nodes[0].agent, "[" WORLD "]");
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	wf_rig_done(*state);
	free(*state);
	return 0;
}

static uint32_t id_of(struct wf_rig *rig, const char *tenant)
{
	return wf_model_find(rig->nodes[0].agent->model, WF_KIND_TENANT, NULL, tenant)->self.id;
}

static const struct wf_room_spec *room_of(struct wf_rig *rig, int node, const char *tenant)
{
	return wf_kern_fake_room(rig->nodes[node].world, id_of(rig, tenant));
}

static const struct wf_endpoint *arm_of(struct wf_rig *rig, const char *tenant)
{
	const struct wf_object *o = wf_model_find(rig->nodes[0].agent->model, WF_KIND_ENDPOINT,
						  tenant, "gateway-gw");

	return o ? &o->endpoint : NULL;
}

static void apply(struct wf_rig *rig, const char *json)
{
	wf_rig_must_apply(rig->nodes[0].agent, json);
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

static bool tells(struct wf_rig *rig, const char *wanted)
{
	struct told t = {.wanted = wanted};

	wf_agent_each_problem(rig->nodes[0].agent, look, &t);
	return t.is_there;
}

static void each_tenant_that_is_named_has_an_endpoint_and_a_room(void **state)
{
	struct wf_rig *rig = *state;
	static const char *const tenants[] = {"red", "blue"};

	apply(rig, "[" WEB "," GATEWAY("n1", EGRESS(ROUTE_BLUE) PUBLISH("203.0.113.80")) "]");
	for (int i = 0; i < 2; i++) {
		const struct wf_endpoint *arm = arm_of(rig, tenants[i]);
		const struct wf_link *l = wf_agent_link(rig->nodes[0].agent, tenants[i],
							"gateway-gw");
		char labels[WF_LABELS_TEXT_MAX + 1];

		assert_non_null(arm);
		assert_true(arm->is_gateway && arm->sid && !arm->is_down);
		assert_string_equal(arm->node, "n1");
		assert_int_equal(arm->n_addrs, 1);
		assert_string_equal(wf_labels_str(&arm->labels, labels), "gateway=gw");
		assert_non_null(l);
		assert_true(wf_kern_fake_port(rig->nodes[0].world, l->ifindex)->is_arm);
		assert_int_equal(room_of(rig, 0, tenants[i])->n_addrs, 1);
	}
	assert_string_equal(wf_kern_fake_gate(rig->nodes[0].world), "out0");
	assert_false(tells(rig, ""));
}

static void a_room_knows_what_leads_to_it(void **state)
{
	static const struct {
		const char *json, *tenant, *ways[3];
		bool is_egress;
		size_t n_nat, n_published;
	} cases[] = {
		{GATEWAY("n1", EGRESS(NAT_RED)), "red", {"203.0.113.8/31"}, true, 1, 0},
		{GATEWAY("n1", EGRESS(ROUTE_BLUE)), "blue", {"10.1.0.0/16"}, true, 0, 0},
		{WEB "," GATEWAY("n1", PUBLISH("203.0.113.80")),
		 "red",
		 {"203.0.113.80/32"},
		 false,
		 0,
		 1},
		{WEB "," GATEWAY("n1", EGRESS(NAT_RED) PUBLISH("203.0.113.80")),
		 "red",
		 {"203.0.113.8/31", "203.0.113.80/32"},
		 true,
		 1,
		 1},
	};
	struct wf_rig *rig = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct wf_room_spec *room;
		char json[1024], text[WF_PREFIX_STR_MAX];
		size_t n = 0;

		snprintf(json, sizeof(json), "[%s]", cases[i].json);
		apply(rig, json);
		room = room_of(rig, 0, cases[i].tenant);
		assert_non_null(room);
		assert_int_equal(room->is_egress, cases[i].is_egress);
		assert_int_equal(room->n_nat, cases[i].n_nat);
		assert_int_equal(room->n_published, cases[i].n_published);
		for (; n < 3 && cases[i].ways[n]; n++)
			assert_string_equal(wf_prefix_str(&room->ways[n], text), cases[i].ways[n]);
		assert_int_equal(room->n_ways, n);
	}
}

static void what_others_publish_for_the_tenant_is_not_followed_either(void **state)
{
	struct wf_rig *rig = *state;

	wf_rig_start(rig, 1);
	apply(rig,
	      "[" WEB
	      "," GATEWAY("n1",
			  EGRESS(NAT_RED)) ",{\"kind\":\"Gateway\",\"name\":"
					   "\"other\",\"node\":\"n2\",\"outside\":\"out0\"" PUBLISH(
						   "203.0.113.80") "}]");
	assert_int_equal(room_of(rig, 0, "red")->n_published, 1);
	assert_int_equal(room_of(rig, 0, "red")->n_ways, 1);
	assert_int_equal(room_of(rig, 1, "red")->n_ways, 1);
}

static void it_is_down_while_its_interface_is(void **state)
{
	struct wf_rig *rig = *state;

	apply(rig, "[" GATEWAY("n1", EGRESS(NAT_RED)) "]");
	assert_false(arm_of(rig, "red")->is_down);
	set_outside(rig, 0, false);
	wf_rig_settle(rig);
	assert_true(wf_pass(rig->nodes[0].agent, NULL) == 0 && arm_of(rig, "red")->is_down);
	assert_int_equal(room_of(rig, 0, "red")->n_ways, 0);
	assert_true(tells(rig, "gateway 'gw' is down: interface 'out0' has no carrier"));
	set_outside(rig, 0, true);
	assert_int_equal(wf_pass(rig->nodes[0].agent, NULL), 0);
	assert_false(arm_of(rig, "red")->is_down);
	assert_int_equal(room_of(rig, 0, "red")->n_ways, 1);
	assert_false(tells(rig, ""));
}

static void apply_refuses_an_interface_that_cannot_be_outside(void **state)
{
	static const struct {
		const char *outside, *text;
	} cases[] = {
		{"out7", "node 'n1' has no interface 'out7': see 'ip link'"},
		{"eth0", "interface 'eth0' of node 'n1' is part of the SR domain (--underlay)"},
		{"lo", "interface 'lo' of node 'n1' leads nowhere outside"},
	};
	struct wf_rig *rig = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_outcome outcome = {0};
		struct wf_err err = {0};
		char json[300];

		snprintf(
			json, sizeof(json),
			"[{\"kind\":\"Gateway\",\"name\":\"gw\",\"node\":\"n1\",\"outside\":\"%s\","
			"\"egress\":[" NAT_RED "]}]",
			cases[i].outside);
		assert_int_equal(wf_rig_apply(rig->nodes[0].agent, json, &outcome, &err), -EINVAL);
		if (!strstr(err.msg, cases[i].text))
			fail_msg("%s", err.msg);
		wf_outcome_done(&outcome);
	}
	assert_int_equal(wf_rig_count(rig, "/weft/v1/gateway"), 0);
}

static void a_tenant_that_leaves_is_told_first_and_goes_later(void **state)
{
	struct wf_rig *rig = *state;

	apply(rig, "[" GATEWAY("n1", EGRESS(NAT_RED "," ROUTE_BLUE)) "]");
	apply(rig, "[" GATEWAY("n1", EGRESS(NAT_RED)) "]");
	assert_true(arm_of(rig, "blue")->is_down);
	assert_non_null(room_of(rig, 0, "blue"));
	wf_rig_later(rig, WF_ARM_LEAVES_MS + 1);
	wf_rig_settle(rig);
	assert_null(arm_of(rig, "blue"));
	assert_null(room_of(rig, 0, "blue"));
	assert_null(wf_agent_link(rig->nodes[0].agent, "blue", "gateway-gw"));
	assert_int_equal(wf_rig_count(rig, "/weft/v1-claims/sid/"), 1);
	assert_false(arm_of(rig, "red")->is_down);
}

static void delete_gateway(struct wf_rig *rig)
{
	struct wf_object *o = wf_object_new(WF_KIND_GATEWAY, NULL, "gw");
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};

	if (wf_agent_delete(rig->nodes[0].agent, &o, 1, &outcome, &err) < 0)
		fail_msg("%s", err.msg);
	wf_outcome_done(&outcome);
	wf_object_unref(o);
	wf_rig_settle(rig);
}

static void a_deleted_gateway_leaves_nothing(void **state)
{
	struct wf_rig *rig = *state;

	apply(rig, "[" GATEWAY("n1", EGRESS(NAT_RED "," ROUTE_BLUE)) "]");
	delete_gateway(rig);
	wf_rig_later(rig, WF_ARM_LEAVES_MS + 1);
	wf_rig_settle(rig);
	assert_int_equal(wf_rig_count(rig, "/weft/v1/endpoint/"), 0);
	assert_int_equal(wf_rig_count(rig, "/weft/v1-claims/address/"), 0);
	assert_null(room_of(rig, 0, "red"));
	assert_null(room_of(rig, 0, "blue"));
	assert_null(wf_kern_fake_gate(rig->nodes[0].world));
	assert_false(tells(rig, ""));
}

static void a_restart_adopts_all_and_changes_nothing(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_addr before;
	int ifindex;

	apply(rig, "[" GATEWAY("n1", EGRESS(NAT_RED)) "]");
	before = arm_of(rig, "red")->addrs[0];
	ifindex = wf_agent_link(rig->nodes[0].agent, "red", "gateway-gw")->ifindex;
	wf_rig_kill(rig, 0);
	wf_rig_start(rig, 0);
	wf_rig_settle(rig);
	assert_int_equal(wf_agent_link(rig->nodes[0].agent, "red", "gateway-gw")->ifindex, ifindex);
	assert_int_equal(wf_addr_cmp(&before, &arm_of(rig, "red")->addrs[0]), 0);
	assert_false(arm_of(rig, "red")->is_down);
}

static void what_a_daemon_that_died_left_is_taken_away(void **state)
{
	struct wf_rig *rig = *state;

	wf_rig_start(rig, 1);
	apply(rig, "[" GATEWAY("n2", EGRESS(NAT_RED)) "]");
	assert_non_null(room_of(rig, 1, "red"));
	wf_rig_kill(rig, 1);
	delete_gateway(rig);
	assert_non_null(room_of(rig, 1, "red"));
	rig->nodes[0].agent->later_ms = 0;
	wf_rig_start(rig, 1);
	wf_rig_later(rig, WF_ARM_LEAVES_MS + 1);
	wf_rig_settle(rig);
	wf_rig_later(rig, WF_ARM_LEAVES_MS + 1);
	wf_rig_settle(rig);
	assert_null(room_of(rig, 1, "red"));
	assert_null(arm_of(rig, "red"));
	assert_null(wf_kern_fake_gate(rig->nodes[1].world));
}

static void a_gateway_that_moves_takes_its_endpoint_along(void **state)
{
	struct wf_rig *rig = *state;

	wf_rig_start(rig, 1);
	apply(rig, "[" GATEWAY("n1", EGRESS(NAT_RED)) "]");
	apply(rig, "[" GATEWAY("n2", EGRESS(NAT_RED)) "]");
	wf_rig_later(rig, WF_ARM_LEAVES_MS + 1);
	wf_rig_settle(rig);
	wf_rig_later(rig, WF_ARM_LEAVES_MS + 1);
	wf_rig_settle(rig);
	assert_null(room_of(rig, 0, "red"));
	assert_int_equal(wf_pass(rig->nodes[1].agent, NULL), 0);
	wf_rig_settle(rig);
	assert_string_equal(arm_of(rig, "red")->node, "n2");
	assert_non_null(room_of(rig, 1, "red"));
	assert_false(arm_of(rig, "red")->is_down);
}

static void a_harmed_room_is_made_whole_by_the_next_repair(void **state)
{
	struct wf_rig *rig = *state;

	apply(rig, "[" GATEWAY("n1", EGRESS(NAT_RED)) "]");
	assert_int_equal(wf_kern_fake_room_harm(rig->nodes[0].world, id_of(rig, "red")), 0);
	assert_int_equal(wf_pass(rig->nodes[0].agent, NULL), 0);
	assert_int_equal(room_of(rig, 0, "red")->n_ways, 0);
	assert_int_equal(wf_pass_repair(rig->nodes[0].agent, NULL), 0);
	assert_int_equal(room_of(rig, 0, "red")->n_ways, 1);
}

static void an_interface_of_its_own_that_is_gone_comes_back(void **state)
{
	struct wf_rig *rig = *state;

	apply(rig, "[" GATEWAY("n1", EGRESS(NAT_RED)) "]");
	wf_kern_fake_link_remove(rig->nodes[0].world,
				 wf_agent_link(rig->nodes[0].agent, "red", "gateway-gw")->ifindex);
	assert_int_equal(wf_pass(rig->nodes[0].agent, NULL), 0);
	wf_rig_settle(rig);
	assert_non_null(wf_agent_link(rig->nodes[0].agent, "red", "gateway-gw"));
	assert_false(arm_of(rig, "red")->is_down);
}

static void whatever_fails_it_is_whole_in_the_end(void **state)
{
	struct wf_rig *rig = *state;
	unsigned int nth = 0, n_calls;

	do {
		struct wf_kern *world = rig->nodes[0].world;

		wf_rig_must_apply(rig->nodes[0].agent, "[" GATEWAY("n1", EGRESS(NAT_RED)) "]");
		n_calls = wf_kern_fake_calls(world);
		wf_kern_fake_fail(world, ++nth, -EIO);
		(void)wf_pass(rig->nodes[0].agent, NULL); /* in which a call fails */
		n_calls = wf_kern_fake_calls(world) - n_calls;
		wf_kern_fake_fail(world, 0, 0);
		wf_rig_kill(rig, 0); /* what is left is the next start's to repair */
		wf_rig_start(rig, 0);
		wf_rig_settle(rig);
		assert_false(arm_of(rig, "red")->is_down);
		assert_int_equal(room_of(rig, 0, "red")->n_ways, 1);
		assert_false(tells(rig, ""));
		delete_gateway(rig);
		wf_rig_later(rig, WF_ARM_LEAVES_MS + 1);
		wf_rig_settle(rig);
		assert_null(room_of(rig, 0, "red"));
	} while (nth <= n_calls && nth < 100);
	assert_true(nth > 5 && nth < 100);
}

static void it_is_nobodys_to_take_or_to_name(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	struct wf_outcome outcome = {0};
	struct wf_err err = {0};

	apply(rig, "[" GATEWAY("n1", EGRESS(NAT_RED)) "]");
	assert_int_equal(wf_agent_detach(a, "red", "gateway-gw", &outcome, &err), -EEXIST);
	assert_non_null(strstr(err.msg, "take tenant 'red' out of that gateway's egress"));
	wf_outcome_done(&outcome);
	assert_int_equal(wf_rig_attach(a, "red", "gateway-gw", "c1", &outcome, &err), -EEXIST);
	assert_non_null(strstr(err.msg, "is a gateway's own"));
	wf_outcome_done(&outcome);
	assert_int_equal(wf_agent_label(a, "red", "gateway-gw", &(struct wf_labels){0}, &outcome,
					&err),
			 -EEXIST);
	wf_outcome_done(&outcome);
	assert_false(arm_of(rig, "red")->is_down);
}

static void its_counts_are_known_where_it_is(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_gateway_stats stats;
	struct wf_err err = {0};

	apply(rig, "[" GATEWAY("n1", EGRESS(NAT_RED)) "]");
	wf_kern_fake_room_count(rig->nodes[0].world, id_of(rig, "red"),
				&(struct wf_room_stats){7, 3});
	assert_int_equal(wf_gateway_stats(rig->nodes[0].agent, "gw", "red", &stats, &err), 0);
	assert_int_equal(stats.flows, 7);
	assert_int_equal(stats.refused, 3);
	assert_string_equal(stats.problem, "");
	set_outside(rig, 0, false);
	assert_int_equal(wf_pass(rig->nodes[0].agent, NULL), 0);
	assert_int_equal(wf_gateway_stats(rig->nodes[0].agent, "gw", "red", &stats, &err), 0);
	assert_non_null(strstr(stats.problem, "no carrier"));
	assert_int_equal(wf_gateway_stats(rig->nodes[0].agent, "gw", "blue", &stats, &err),
			 -ENOENT);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(each_tenant_that_is_named_has_an_endpoint_and_a_room),
		CASE(a_room_knows_what_leads_to_it),
		CASE(what_others_publish_for_the_tenant_is_not_followed_either),
		CASE(it_is_down_while_its_interface_is),
		CASE(apply_refuses_an_interface_that_cannot_be_outside),
		CASE(a_tenant_that_leaves_is_told_first_and_goes_later),
		CASE(a_deleted_gateway_leaves_nothing),
		CASE(a_restart_adopts_all_and_changes_nothing),
		CASE(what_a_daemon_that_died_left_is_taken_away),
		CASE(a_gateway_that_moves_takes_its_endpoint_along),
		CASE(a_harmed_room_is_made_whole_by_the_next_repair),
		CASE(an_interface_of_its_own_that_is_gone_comes_back),
		CASE(whatever_fails_it_is_whole_in_the_end),
		CASE(it_is_nobodys_to_take_or_to_name),
		CASE(its_counts_are_known_where_it_is),
	};
#undef CASE

	return cmocka_run_group_tests(tests, NULL, NULL);
}
