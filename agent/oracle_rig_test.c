// SPDX-License-Identifier: Apache-2.0
/* The oracle's nodes: a network by ip(8), programs loaded unpinned, images put in entry by entry.
 */
#include "agent/oracle_rig_test.h"

#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpf/load.h"

static void run_command(const char *command)
{
	if (system(command) != 0)
		fail_msg("cannot %s", command);
}

static void make_network(struct oracle_rig *rig)
{
	static const char *const commands[] = {
		"ip link add u0 type veth peer name u1",
		"ip link set u0 address 02:00:00:00:01:00 mtu 9000 up",
		"ip link set u1 mtu 9000 up",
		"ip link set lo up",
		"ip -6 neigh add fe80::99 lladdr 02:00:00:00:00:99 nud permanent dev u0",
		"ip -6 route add 5f00::/32 via fe80::99 dev u0",
		"echo 1 > /proc/sys/net/ipv6/conf/all/forwarding",
	};
	char text[80];

	assert_int_equal(unshare(CLONE_NEWNET), 0);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		run_command(commands[i]);
	for (int i = 0; i < ORACLE_PORTS; i += 2) {
		snprintf(text, sizeof(text), "ip link add e%d type veth peer name e%d", i, i + 1);
		run_command(text);
	}
	for (int i = 0; i < ORACLE_PORTS; i++) {
		snprintf(text, sizeof(text), "e%d", i);
		rig->ifindexes[i] = (int)if_nametoindex(text);
		assert_true(rig->ifindexes[i]);
	}
	rig->underlay = if_nametoindex("u0");
}

static void load_node(struct oracle_node *n, uint16_t id)
{
	struct weft_bpf *skel = weft_bpf__open();
	struct bpf_map *map;

	assert_non_null(skel);
	n->f.config = (struct wf_config){.block = TEST_BLOCK, .node = id};
	wf_sid_node_addr(n->f.config.addr, TEST_BLOCK, id);
	bpf_object__for_each_map(map, skel->obj)
		assert_int_equal(bpf_map__set_pin_path(map, NULL), 0);
	skel->rodata->config = n->f.config;
	assert_int_equal(wf_load_size_maps(skel), 0);
	assert_int_equal(weft_bpf__load(skel), 0);
	n->f.skel = skel;
}

struct oracle_rig *oracle_rig_new(void)
{
	struct oracle_rig *rig = calloc(1, sizeof(*rig));
	struct wf_err err;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	assert_int_equal(sched_setaffinity(0, sizeof(cpus), &cpus), 0);
	make_network(rig);
	rig->empty = wf_image_new();
	assert_int_equal(wf_image_seal(rig->empty, &err), 0);
	for (uint16_t k = 0; k < ORACLE_NODES; k++) {
		load_node(&rig->nodes[k], k + 1);
		rig->nodes[k].installed = rig->empty;
	}
	return rig;
}

void oracle_rig_free(struct oracle_rig *rig)
{
	for (int k = 0; k < ORACLE_NODES; k++)
		weft_bpf__destroy(rig->nodes[k].f.skel);
	wf_image_free(rig->empty);
	free(rig);
}

static void change(struct oracle_node *n, const struct wf_table_change *c)
{
	int fd = bpf_object__find_map_fd_by_name(n->f.skel->obj, wf_table_name(c->table));

	assert_true(fd >= 0);
	if (c->value)
		assert_int_equal(bpf_map_update_elem(fd, c->key, c->value, BPF_ANY), 0);
	else
		assert_int_equal(bpf_map_delete_elem(fd, c->key), 0);
}

void oracle_node_install(struct oracle_node *n, struct wf_image *img)
{
	_cleanup_free_ struct wf_table_change *changes = NULL;
	size_t n_changes;

	assert_int_equal(wf_image_diff(n->installed, img, &changes, &n_changes), 0);
	for (size_t i = 0; i < n_changes; i++)
		change(n, &changes[i]);
	n->installed = img;
	fixture_forget(&n->f);
}
