// SPDX-License-Identifier: Apache-2.0
/* Restarts, failures half-way, and other people's changes of the kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/rig.h"
#include "compile/compile.h"

#define TENANT "[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]}]"
#define POLICY                                                                                     \
	"[{\"kind\":\"Policy\",\"tenant\":\"red\",\"name\":\"p\",\"from\":\"any\",\"to\":\"any\"," \
	"\"via\":[\"node/n2\"]}]"

static int setup(void **state)
{
	struct wf_rig *rig = wf_rig_setup(state, sizeof(*rig), 2);

	wf_rig_must_apply(rig->nodes[0].agent, TENANT);
	wf_rig_must_attach(rig->nodes[0].agent, "red", "web", "c1");
	wf_rig_must_attach(rig->nodes[1].agent, "red", "db", "c1");
	wf_rig_settle(rig);
	return 0;
}

/* Does the kernel hold just what the wish says? */
static void assert_exact(struct wf_agent *a)
{
	struct wf_table_change *changes;
	struct wf_image *wanted;
	const struct wf_counter_key *keys;
	size_t n;

	assert_int_equal(wf_adopt(a, NULL), 0);
	assert_int_equal(wf_compile(a->model, &a->here, &wanted, NULL), 0);
	assert_int_equal(wf_image_diff(a->installed, wanted, &changes, &n), 0);
	assert_int_equal(n, 0);
	keys = wf_image_counters(wanted, &n);
	assert_int_equal(a->slots.n, n);
	for (size_t i = 0; i < n; i++)
		assert_non_null(wf_slots_find(&a->slots, &keys[i]));
	free(changes);
	wf_image_free(wanted);
}

static void a_restart_adopts_without_a_change(void **state)
{
	struct wf_rig *rig = *state;
	uint32_t generation = wf_kern_fake_generation(rig->nodes[0].world);
	struct wf_slots before = rig->nodes[0].agent->slots, *after;
	struct wf_slot first = before.items[0];

	wf_rig_kill(rig, 0);
	after = &wf_rig_start(rig, 0)->slots;
	assert_int_equal(wf_kern_fake_generation(rig->nodes[0].world), generation);
	assert_int_equal(wf_slots_find(after, &first.key)->number, first.number);
	assert_exact(rig->nodes[0].agent);
}

static void a_restart_takes_what_is_wrong_away(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_dest_key key = {.tenant = 99};
	struct wf_dest dest = {.node = 9};
	struct wf_table_change c = {WF_TABLE_DEST, &key, &dest};
	struct wf_kern *k = rig->nodes[0].kern;

	assert_int_equal(k->ops->table_apply(k, &c, 1, NULL), 0);
	wf_rig_kill(rig, 0);
	wf_rig_start(rig, 0);
	assert_null(wf_kern_fake_lookup(rig->nodes[0].world, WF_TABLE_DEST, &key));
	assert_exact(rig->nodes[0].agent);
}

static void a_repair_pass_finds_what_others_changed(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	struct wf_kern *k = rig->nodes[0].kern;
	uint32_t ifindex = (uint32_t)wf_agent_link(a, "red", "web")->ifindex;
	struct wf_table_change c = {WF_TABLE_PORT, &ifindex, NULL};
	enum wf_hook hook;

	assert_int_equal(k->ops->table_apply(k, &c, 1, NULL), 0);
	assert_int_equal(k->ops->hook_attach(k, (int)ifindex, WF_HOOK_NONE, NULL), 0);
	assert_int_equal(wf_pass_repair(a, NULL), 0);
	assert_int_equal(k->ops->hook_get(k, (int)ifindex, &hook, NULL), 0);
	assert_int_equal(hook, WF_HOOK_APPLY);
	assert_exact(a);
}

static bool is_port_whole(struct wf_agent *a)
{
	static const uint8_t gateway[] = WF_GATEWAY_MAC;
	const struct wf_link *l;

	assert_int_equal(wf_observe(a, NULL), 0);
	l = wf_agent_link(a, "red", "web");
	return l->is_up && !memcmp(l->mac, gateway, sizeof(gateway));
}

static void a_port_that_is_down_or_has_another_mac_is_repaired_by_any_pass(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;

	for (int i = 0; i < 2; i++) {
		struct wf_link l = *wf_agent_link(a, "red", "web");

		l.is_up = i;
		l.mac[5] ^= i;
		wf_kern_fake_link_set(rig->nodes[0].world, &l);
		assert_false(is_port_whole(a));
		assert_int_equal(wf_pass(a, NULL), 0);
		assert_true(is_port_whole(a));
	}
}

static void what_the_node_needs_is_repaired_by_a_repair_pass(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;

	wf_kern_fake_node_break(rig->nodes[0].world, WF_NODE_ADDRESS | WF_NODE_ROUTE);
	assert_int_equal(wf_pass(a, NULL), 0);
	assert_int_not_equal(wf_kern_fake_node_broken(rig->nodes[0].world), 0);
	assert_int_equal(wf_pass_repair(a, NULL), 0);
	assert_int_equal(wf_kern_fake_node_broken(rig->nodes[0].world), 0);
}

/* Until nothing of the wishes before is left. */
static void forget(struct wf_rig *rig)
{
	for (int i = 0; i < 2; i++) {
		wf_rig_settle(rig);
		wf_rig_later(rig, WF_SETTLE_MS + WF_FORGET_MS);
	}
	wf_rig_settle(rig);
}

static void change_of(struct wf_rig *rig, unsigned int round)
{
	wf_rig_must_apply(rig->nodes[0].agent, round % 2 ? POLICY : TENANT);
	if (round % 2 == 0) {
		struct wf_object *o = wf_object_new(WF_KIND_POLICY, "red", "p");
		struct wf_outcome outcome = {0};

		assert_int_equal(wf_agent_delete(rig->nodes[0].agent, &o, 1, &outcome, NULL), 0);
		wf_outcome_done(&outcome);
		wf_object_unref(o);
	}
}

static void a_failure_of_any_call_is_repaired(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;

	for (unsigned int nth = 1; nth <= 8; nth++) {
		uint64_t failed = a->n_failed_passes;
		int r;

		change_of(rig, nth);
		wf_kern_fake_fail(rig->nodes[0].world, nth / 2 + 1, -EIO);
		r = wf_pass(a, NULL);
		assert_int_equal(r != 0, a->n_failed_passes > failed);
		wf_kern_fake_fail(rig->nodes[0].world, 0, 0);
		forget(rig);
		assert_int_equal(a->pass_err.code, 0);
		assert_exact(a);
	}
	assert_true(a->n_failed_passes > 2);
}

static void mtus_follow_the_longest_path(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	uint32_t before = wf_agent_link(a, "red", "web")->mtu;

	wf_rig_must_apply(a, POLICY);
	wf_rig_settle(rig);
	assert_int_equal(wf_pass(a, NULL), 0);
	assert_true(wf_agent_link(a, "red", "web")->mtu < before);
	assert_int_equal(wf_agent_link(a, "red", "web")->mtu,
			 wf_compile_tenant_mtu(a->model, "red", WF_RIG_MTU));
}

static void the_nodes_mtu_follows_its_underlay(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_link eth0 = *wf_observe_link(rig->nodes[0].agent, 2);

	eth0.mtu = 9000;
	wf_kern_fake_link_set(rig->nodes[0].world, &eth0);
	assert_int_equal(wf_pass(rig->nodes[0].agent, NULL), 0);
	assert_int_equal(wf_node_self(rig->nodes[0].agent)->node.mtu, 9000);
}

static void an_underlay_too_small_for_ipv6_is_an_error_that_says_so(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	struct wf_link eth0 = *wf_observe_link(a, 2);
	struct wf_err err = {0};

	eth0.mtu = WF_UNDERLAY_MTU_MIN - 1;
	wf_kern_fake_link_set(rig->nodes[0].world, &eth0);
	assert_int_equal(wf_pass(a, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "MTU of 1319: at least 1320 is needed"));
	eth0.mtu = 65536; /* beyond what an IPv6 packet can use */
	wf_kern_fake_link_set(rig->nodes[0].world, &eth0);
	assert_int_equal(wf_pass(a, &err), 0);
	assert_int_equal(wf_node_self(a)->node.mtu, WF_UNDERLAY_MTU_MAX);
}

static void node_ids_are_free_ones_and_conflicts_are_told(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_err err = {0};

	assert_int_equal(wf_node_self(rig->nodes[0].agent)->node.id, 1);
	assert_int_equal(wf_node_self(rig->nodes[1].agent)->node.id, 2);
	assert_int_equal(wf_rig_try_start(rig, 2, 1, &err), -EEXIST);
	assert_non_null(strstr(err.msg, "belongs to another node"));
	assert_int_equal(wf_rig_try_start(rig, 2, 7, &err), 0);
	wf_rig_kill(rig, 2);
	assert_int_equal(wf_rig_try_start(rig, 2, 8, &err), -EEXIST);
	assert_non_null(strstr(err.msg, "has id 7"));
}

static void programs_are_told_of_changes_and_only_of_those(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	uint32_t generation = wf_kern_fake_generation(rig->nodes[0].world);

	assert_int_equal(wf_pass(a, NULL), 0);
	assert_int_equal(wf_kern_fake_generation(rig->nodes[0].world), generation);
	wf_rig_must_apply(a, POLICY);
	assert_int_equal(wf_pass(a, NULL), 0);
	assert_int_equal(wf_kern_fake_generation(rig->nodes[0].world), generation + 1);
}

static void a_slot_that_is_used_again_begins_at_zero(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	struct wf_outcome outcome = {0};
	struct wf_stats *stats;
	struct wf_dest_key key = {.tenant = 1};
	size_t n_slots = a->slots.n;

	for (uint32_t slot = 1; slot < 64; slot++)
		wf_kern_fake_count(rig->nodes[0].world, slot, 5, 500);
	assert_int_equal(wf_agent_detach(a, "red", "web", &outcome, NULL), 0);
	wf_rig_settle(rig);
	assert_true(a->slots.n < n_slots);
	memcpy(key.addr, wf_rig_must_attach(a, "red", "web", "c1")->endpoint.addrs[0].bytes, 16);
	assert_int_equal(a->slots.n, n_slots);
	assert_int_equal(wf_agent_stats(a, &stats, NULL), 0);
	assert_int_equal(wf_stats_get(stats, WF_COUNTER_ENDPOINT_TX, &key, sizeof(key)).packets, 0);
	wf_stats_free(stats);
	wf_outcome_done(&outcome);
}

static const struct wf_tenant_entry *red(struct wf_rig *rig)
{
	uint32_t id = 1;

	return wf_kern_fake_lookup(rig->nodes[0].world, WF_TABLE_TENANT, &id);
}

static void packets_are_sent_by_a_new_set_a_while_after_it_is_known(void **state)
{
	struct wf_rig *rig = *state;
	struct wf_agent *a = rig->nodes[0].agent;
	uint64_t old = red(rig)->set;

	forget(rig);
	wf_rig_stop_clock(rig);
	wf_rig_must_apply(a, POLICY);
	assert_int_equal(wf_pass(a, NULL), 0);
	assert_int_not_equal(red(rig)->set, old);
	assert_int_equal(red(rig)->set_out, old);
	assert_true(a->installed_revision < a->revision);
	a->later_ms += WF_SETTLE_MS;
	assert_int_equal(wf_pass(a, NULL), 0);
	assert_int_equal(red(rig)->set_out, red(rig)->set);
	assert_int_equal(red(rig)->set_was, old);
	assert_int_equal(a->installed_revision, a->revision);
	a->later_ms += WF_FORGET_MS;
	assert_int_equal(wf_pass(a, NULL), 0);
	assert_int_equal(red(rig)->set_was, 0);
	assert_null(wf_kern_fake_lookup(rig->nodes[0].world, WF_TABLE_SET, &old));
	assert_exact(a);
}

static void the_next_step_comes_by_itself(void **state)
{
	struct wf_rig *rig = *state;

	wf_rig_must_apply(rig->nodes[0].agent, POLICY);
	wf_rig_settle(rig); /* which waits for what is sent by */
	assert_int_equal(red(rig)->set_out, red(rig)->set);
}

static void a_restart_in_the_middle_of_a_change_goes_on(void **state)
{
	struct wf_rig *rig = *state;
	uint64_t old = red(rig)->set;

	wf_rig_must_apply(rig->nodes[0].agent, POLICY);
	assert_int_equal(wf_pass(rig->nodes[0].agent, NULL), 0);
	wf_rig_kill(rig, 0);
	wf_rig_start(rig, 0);
	assert_int_equal(red(rig)->set_out, old);
	forget(rig);
	assert_int_equal(red(rig)->set_out, red(rig)->set);
	assert_exact(rig->nodes[0].agent);
}

static void a_restart_after_a_change_rewrites_nothing(void **state)
{
	struct wf_rig *rig = *state;
	uint32_t generation;

	wf_rig_must_apply(rig->nodes[0].agent, POLICY);
	forget(rig);
	generation = wf_kern_fake_generation(rig->nodes[0].world);
	wf_rig_kill(rig, 0);
	wf_rig_start(rig, 0);
	assert_int_equal(wf_kern_fake_generation(rig->nodes[0].world), generation);
	assert_int_equal(rig->nodes[0].agent->installed_revision, rig->nodes[0].agent->revision);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, wf_rig_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_restart_adopts_without_a_change),
		CASE(a_restart_takes_what_is_wrong_away),
		CASE(a_repair_pass_finds_what_others_changed),
		CASE(a_port_that_is_down_or_has_another_mac_is_repaired_by_any_pass),
		CASE(what_the_node_needs_is_repaired_by_a_repair_pass),
		CASE(a_failure_of_any_call_is_repaired),
		CASE(mtus_follow_the_longest_path),
		CASE(programs_are_told_of_changes_and_only_of_those),
		CASE(a_slot_that_is_used_again_begins_at_zero),
		CASE(the_nodes_mtu_follows_its_underlay),
		CASE(an_underlay_too_small_for_ipv6_is_an_error_that_says_so),
		CASE(packets_are_sent_by_a_new_set_a_while_after_it_is_known),
		CASE(the_next_step_comes_by_itself),
		CASE(a_restart_in_the_middle_of_a_change_goes_on),
		CASE(a_restart_after_a_change_rewrites_nothing),
		CASE(node_ids_are_free_ones_and_conflicts_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
