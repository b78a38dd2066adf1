// SPDX-License-Identifier: Apache-2.0
#include "kern/fake.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const struct wf_config config = {.block = WF_DEFAULT_BLOCK, .node = 7};

static struct wf_kern *started(void)
{
	struct wf_kern *k = wf_kern_fake_new();

	assert_non_null(k);
	assert_int_equal(k->ops->start(k, &config, NULL), 0);
	return k;
}

static int put(struct wf_kern *k, uint32_t tenant, uint64_t set, struct wf_err *err)
{
	const struct wf_tenant_entry value = {.set = set};
	const struct wf_table_change c = {WF_TABLE_TENANT, &tenant, &value};

	return k->ops->table_apply(k, &c, 1, err);
}

static struct wf_port_spec port_spec(const struct wf_addr *addr)
{
	return (struct wf_port_spec){.netns = "web",
				     .ifname = "eth0",
				     .host_ifname = "wf0",
				     .alias = "red/web",
				     .addrs = addr,
				     .n_addrs = 1,
				     .mtu = 1400};
}

static bool is_readable(struct wf_kern *k)
{
	struct pollfd p = {.fd = k->ops->fd(k), .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

static void put_replaces_and_delete_forgets(void **state)
{
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = started();
	const uint32_t key = 5;
	const struct wf_table_change gone = {WF_TABLE_TENANT, &key, NULL};

	assert_int_equal(put(k, 5, 0, NULL), 0);
	assert_int_equal(put(k, 5, 1, NULL), 0);
	assert_int_equal(wf_kern_fake_table_size(k, WF_TABLE_TENANT), 1);
	assert_int_equal(((const struct wf_tenant_entry *)wf_kern_fake_lookup(k, WF_TABLE_TENANT,
									      &key))
				 ->set,
			 1);
	assert_int_equal(k->ops->table_apply(k, &gone, 1, NULL), 0);
	assert_null(wf_kern_fake_lookup(k, WF_TABLE_TENANT, &key));
	assert_int_equal(k->ops->table_apply(k, &gone, 1, NULL), 0);
	assert_int_equal(wf_kern_fake_table_size(k, WF_TABLE_TENANT), 0);
}

static void add_up(void *arg, const void *key, const void *value)
{
	uint32_t *sums = arg;

	sums[0] += *(const uint32_t *)key;
	sums[1] += (uint32_t)((const struct wf_tenant_entry *)value)->set;
	sums[2]++;
}

static void dump_shows_each_entry_once(void **state)
{
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = started();
	uint32_t sums[3] = {0};

	for (uint32_t i = 1; i <= 1000; i++)
		assert_int_equal(put(k, i, 2 * i, NULL), 0);
	assert_int_equal(k->ops->table_dump(k, WF_TABLE_TENANT, add_up, sums, NULL), 0);
	assert_int_equal(sums[0], 500500);
	assert_int_equal(sums[1], 1001000);
	assert_int_equal(sums[2], 1000);
}

#define N_KEYS 16 /* the smallest table */

static void a_full_table_refuses_new_keys_only(void **state)
{
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = started();
	struct wf_err err = {0};

	for (uint32_t i = 0; i < N_KEYS; i++) {
		const struct wf_key_entry key = {0};
		const struct wf_table_change c = {WF_TABLE_KEY, &i, &key};

		assert_int_equal(k->ops->table_apply(k, &c, 1, NULL), 0);
	}
	for (uint32_t i = N_KEYS - 1; i <= N_KEYS; i++) {
		const struct wf_key_entry key = {.is_linux = 1};
		const struct wf_table_change c = {WF_TABLE_KEY, &i, &key};

		assert_int_equal(k->ops->table_apply(k, &c, 1, &err), i < N_KEYS ? 0 : -E2BIG);
	}
	assert_non_null(strstr(err.msg, "'keys'"));
	assert_int_equal(wf_kern_fake_table_size(k, WF_TABLE_KEY), N_KEYS);
}

static void only_the_nth_call_fails(void **state)
{
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = started();
	unsigned int before = wf_kern_fake_calls(k);
	struct wf_err err = {0};

	wf_kern_fake_fail(k, 2, -EIO);
	assert_int_equal(put(k, 1, 0, &err), 0);
	assert_int_equal(k->ops->table_commit(k, &err), -EIO);
	assert_int_equal(err.code, -EIO);
	assert_int_equal(wf_kern_fake_generation(k), 0);
	assert_int_equal(k->ops->table_commit(k, &err), 0);
	assert_int_equal(wf_kern_fake_generation(k), 1);
	assert_int_equal(wf_kern_fake_calls(k) - before, 3);
}

static void an_apply_that_fails_has_done_half(void **state)
{
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = started();
	const uint32_t keys[4] = {1, 2, 3, 4};
	const struct wf_tenant_entry value = {0};
	struct wf_table_change c[4];

	for (size_t i = 0; i < 4; i++)
		c[i] = (struct wf_table_change){WF_TABLE_TENANT, &keys[i], &value};
	wf_kern_fake_fail(k, 1, -ENOSPC);
	assert_int_equal(k->ops->table_apply(k, c, 4, NULL), -ENOSPC);
	assert_int_equal(wf_kern_fake_table_size(k, WF_TABLE_TENANT), 2);
	assert_non_null(wf_kern_fake_lookup(k, WF_TABLE_TENANT, &keys[1]));
	assert_null(wf_kern_fake_lookup(k, WF_TABLE_TENANT, &keys[2]));
}

static void port_is_a_link_until_it_is_deleted(void **state)
{
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = started();
	const struct wf_addr addr = {{1}};
	const struct wf_port_spec spec = port_spec(&addr);
	struct wf_links links = {0};
	int ifindex = 0;

	assert_int_equal(wf_kern_fake_netns_add(k, "web"), 0);
	assert_int_equal(k->ops->port_create(k, &spec, &ifindex, NULL), 0);
	assert_true(is_readable(k));
	k->ops->dispatch(k);
	assert_false(is_readable(k));
	assert_int_equal(k->ops->links(k, &links, NULL), 0);
	assert_int_equal(links.n, 2);
	assert_string_equal(links.items[0].name, "lo");
	assert_int_equal(links.items[1].ifindex, ifindex);
	assert_string_equal(links.items[1].alias, "red/web");
	wf_links_done(&links);
	assert_memory_equal(wf_kern_fake_port(k, ifindex)->addrs, &addr, sizeof(addr));
	assert_int_equal(k->ops->port_mtu(k, ifindex, 1300, NULL), 0);
	assert_int_equal(wf_kern_fake_port(k, ifindex)->mtu, 1300);
	assert_int_equal(k->ops->port_repair(k, ifindex, NULL), 0);
	assert_int_equal(k->ops->port_delete(k, ifindex, NULL), 0);
	assert_null(wf_kern_fake_port(k, ifindex));
	assert_int_equal(k->ops->port_delete(k, ifindex, NULL), -ENODEV);
	assert_int_equal(k->ops->port_repair(k, ifindex, NULL), -ENODEV);
}

static void port_is_refused_as_the_kernel_would(void **state)
{
	const struct {
		const char *netns, *ifname, *host_ifname;
		int code;
	} cases[] = {
		{"web", "eth0", "wf1", -EEXIST},
		{"web", "eth1", "wf0", -EEXIST},
		{"nowhere", "eth0", "wf1", -ENOENT},
		{"web", "eth1", "wf1", 0},
	};
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = started();
	const struct wf_addr addr = {{1}};
	struct wf_port_spec spec = port_spec(&addr);
	int ifindex;

	assert_int_equal(wf_kern_fake_netns_add(k, "web"), 0);
	assert_int_equal(k->ops->port_create(k, &spec, &ifindex, NULL), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		spec.netns = cases[i].netns;
		spec.ifname = cases[i].ifname;
		spec.host_ifname = cases[i].host_ifname;
		assert_int_equal(k->ops->port_create(k, &spec, &ifindex, NULL), cases[i].code);
	}
}

static void a_vanished_namespace_takes_its_ports_and_hooks(void **state)
{
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = started();
	const struct wf_addr addr = {{1}};
	const struct wf_port_spec spec = port_spec(&addr);
	enum wf_hook hook = WF_HOOK_COUNT;
	int ifindex;

	assert_int_equal(wf_kern_fake_netns_add(k, "web"), 0);
	assert_int_equal(k->ops->port_create(k, &spec, &ifindex, NULL), 0);
	assert_int_equal(k->ops->hook_attach(k, ifindex, WF_HOOK_APPLY, NULL), 0);
	assert_int_equal(k->ops->hook_get(k, ifindex, &hook, NULL), 0);
	assert_int_equal(hook, WF_HOOK_APPLY);
	assert_int_equal(wf_kern_fake_netns_remove(k, "web"), 0);
	assert_int_equal(k->ops->hook_get(k, ifindex, &hook, NULL), 0);
	assert_int_equal(hook, WF_HOOK_NONE);
	assert_int_equal(k->ops->hook_attach(k, ifindex, WF_HOOK_APPLY, NULL), -ENODEV);
}

static void the_world_outlives_a_handle(void **state)
{
	struct wf_kern *first = started(), *second;
	const uint32_t key = 9;

	assert_int_equal(put(first, key, 0, NULL), 0);
	assert_int_equal(first->ops->hook_attach(first, 1, WF_HOOK_EDGE, NULL), 0);
	second = wf_kern_fake_reopen(first);
	wf_kern_free(first);
	assert_int_equal(second->ops->start(second, &config, NULL), 0);
	assert_non_null(wf_kern_fake_lookup(second, WF_TABLE_TENANT, &key));
	assert_int_equal(wf_kern_fake_config(second)->node, 7);
	assert_int_equal(second->ops->stop(second, NULL), 0);
	assert_null(wf_kern_fake_lookup(second, WF_TABLE_TENANT, &key));
	assert_null(wf_kern_fake_config(second));
	wf_kern_free(second);
}

static void what_is_broken_of_a_node_is_told_once_and_repaired(void **state)
{
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = started();
	unsigned int parts = 99;

	assert_int_equal(k->ops->node_repair(k, &parts, NULL), 0);
	assert_int_equal(parts, 0);
	wf_kern_fake_node_break(k, WF_NODE_ADDRESS | WF_NODE_FORWARDING);
	wf_kern_fake_fail(k, 1, -EIO);
	assert_int_equal(k->ops->node_repair(k, &parts, NULL), -EIO);
	assert_int_equal(parts, 0);
	assert_int_equal(k->ops->node_repair(k, &parts, NULL), 0);
	assert_int_equal(parts, WF_NODE_ADDRESS | WF_NODE_FORWARDING);
	assert_int_equal(wf_kern_fake_node_broken(k), 0);
}

static void traffic_is_counted_and_reset(void **state)
{
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = started();
	_cleanup_free_ struct wf_counter *c = calloc(WF_COUNTER_SLOTS, sizeof(*c));
	uint64_t drops[WF_DROP_COUNT];
	uint32_t flows[WF_LOADS_MAX];

	wf_kern_fake_count(k, 3, 2, 200);
	wf_kern_fake_count(k, 3, 1, 50);
	wf_kern_fake_drop(k, WF_DROP_TOO_BIG, 4);
	assert_int_equal(k->ops->counters(k, c, NULL), 0);
	assert_int_equal(c[3].packets, 3);
	assert_int_equal(c[3].bytes, 250);
	assert_int_equal(k->ops->drops(k, drops, NULL), 0);
	assert_int_equal(drops[WF_DROP_TOO_BIG], 4);
	wf_kern_fake_flows(k, 5, 12);
	assert_int_equal(k->ops->flows(k, flows, NULL), 0);
	assert_int_equal(flows[5], 12);
	assert_int_equal(flows[4], 0);
	assert_int_equal(k->ops->counter_reset(k, 3, NULL), 0);
	assert_int_equal(k->ops->counters(k, c, NULL), 0);
	assert_int_equal(c[3].packets, 0);
}

static void see(void *arg, const struct wf_event *event)
{
	uint64_t *seen = arg;

	seen[0]++;
	seen[1] = event->time_ns;
}

static bool has_events(struct wf_kern *k)
{
	struct pollfd p = {.fd = k->ops->events_fd(k), .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

static void events_reach_who_wants_them(void **state)
{
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = started();
	const struct wf_monitor drops = {.mask = 1 << WF_EVENT_DROP}, none = {0};
	struct wf_event drop = {.time_ns = 7}, verdict = {.type = WF_EVENT_VERDICT};
	uint64_t seen[2] = {0}, lost;

	wf_kern_fake_tell(k, &drop);
	assert_int_equal(k->ops->monitor(k, &drops, NULL), 0);
	assert_int_equal(wf_kern_fake_monitor(k).mask, drops.mask);
	wf_kern_fake_tell(k, &verdict);
	assert_false(has_events(k));
	for (int i = 0; i < WF_KERN_FAKE_RING + 3; i++)
		wf_kern_fake_tell(k, &drop);
	assert_true(has_events(k));
	k->ops->events(k, see, seen);
	assert_int_equal(seen[0], WF_EVENTS_AT_ONCE);
	assert_int_equal(seen[1], 7);
	while (has_events(k))
		k->ops->events(k, see, seen);
	assert_int_equal(seen[0], WF_KERN_FAKE_RING);
	assert_int_equal(k->ops->events_lost(k, &lost, NULL), 0);
	assert_int_equal(lost, 3);
	wf_kern_fake_tell(k, &drop);
	assert_int_equal(k->ops->monitor(k, &none, NULL), 0);
	assert_int_equal(k->ops->monitor(k, &drops, NULL), 0);
	assert_false(has_events(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_replaces_and_delete_forgets),
		cmocka_unit_test(dump_shows_each_entry_once),
		cmocka_unit_test(a_full_table_refuses_new_keys_only),
		cmocka_unit_test(only_the_nth_call_fails),
		cmocka_unit_test(an_apply_that_fails_has_done_half),
		cmocka_unit_test(port_is_a_link_until_it_is_deleted),
		cmocka_unit_test(port_is_refused_as_the_kernel_would),
		cmocka_unit_test(a_vanished_namespace_takes_its_ports_and_hooks),
		cmocka_unit_test(the_world_outlives_a_handle),
		cmocka_unit_test(what_is_broken_of_a_node_is_told_once_and_repaired),
		cmocka_unit_test(traffic_is_counted_and_reset),
		cmocka_unit_test(events_reach_who_wants_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
