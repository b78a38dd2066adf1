// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bpf/fixture_test.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bpf/world_test.h"
#include "dp/tokens.h"
#include "bpf/load.h"

#define CPUS_MAX 256

static void must(bool claim, const char *what)
{
	if (claim)
		return;
	fprintf(stderr, "fixture: cannot %s: %s\n", what, strerror(errno));
	abort();
}

static void write_sysctl(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	must(fd >= 0 && write(fd, value, strlen(value)) > 0, path);
	close(fd);
}

/*
 * The calling process moves into the node's namespace. Returns a descriptor of the other one (%s),
 * which lives as long as that is open.
 */
static int network_make(void)
{
	static const char *const commands[] = {
		"ip link add c0 type veth peer name eth0 netns %s",
		"ip link add c1 type veth peer name eth1 netns %s",
		"ip link add c2 type veth peer name eth2 netns %s",
		"ip link add u0 type veth peer name u1 netns %s",
		"nsenter --net=%s ip link set u1 up",
		"ip link set u0 address 02:00:00:00:01:00 mtu 1500 up",
		"ip link set lo up",
		"ip link set c0 up",
		"ip link set c1 up",
		"ip link set c2 up",
		"ip -6 neigh add fe80::99 lladdr 02:00:00:00:00:99 nud permanent dev u0",
		"ip -6 route add 5f00::/32 via fe80::99 dev u0",
		/* A neighbor that is not known, a narrow way, none. */
		"ip -6 route add 5f00:0:77::/48 via fe80::77 dev u0",
		"ip -6 route add 5f00:0:55::/48 via fe80::99 dev u0 mtu lock 1300",
		"ip -6 route add unreachable 5f00:0:66::/48",
	};
	char far[64], command[256];
	int fd;

	must(unshare(CLONE_NEWNET) == 0, "make a network namespace");
	fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	must(fd >= 0 && unshare(CLONE_NEWNET) == 0, "make a network namespace");
	snprintf(far, sizeof(far), "/proc/%d/fd/%d", getpid(), fd);
	write_sysctl("/proc/sys/net/ipv6/conf/all/forwarding", "1");
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		snprintf(command, sizeof(command), commands[i], far);
		must(system(command) == 0, command);
	}
	return fd;
}

static void pin_to_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	must(sched_setaffinity(0, sizeof(cpus), &cpus) == 0, "stay on one CPU");
}

static struct weft_bpf *programs_load(const struct wf_config *config)
{
	struct weft_bpf *skel = weft_bpf__open();
	struct bpf_map *map;

	must(skel, "open the programs");
	bpf_object__for_each_map(map, skel->obj)
		must(bpf_map__set_pin_path(map, NULL) == 0, "leave a map unpinned");
	skel->rodata->config = *config;
	must(wf_load_size_maps(skel) == 0, "size the maps");
	must(weft_bpf__load(skel) == 0, "load the programs");
	return skel;
}

struct fixture *fixture_new(void)
{
	struct fixture *f = calloc(1, sizeof(*f));
	static const char *const names[] = {"c0", "c1", "c2"};

	must(f, "get memory");
	f->far_fd = network_make();
	pin_to_cpu();
	f->config.block = TEST_BLOCK;
	f->config.node = TEST_NODE;
	wf_sid_node_addr(f->config.addr, TEST_BLOCK, TEST_NODE);
	f->world.config = &f->config;
	f->world.find = test_tables_find;
	f->world.tables = &f->tables;
	f->underlay = if_nametoindex("u0");
	for (int i = 0; i < 3; i++)
		f->ports[i] = if_nametoindex(names[i]);
	must(f->underlay && f->ports[0] && f->ports[1] && f->ports[2], "find the interfaces");
	f->skel = programs_load(&f->config);
	return f;
}

void fixture_free(struct fixture *f)
{
	weft_bpf__destroy(f->skel);
	close(f->far_fd);
	free(f);
}

int fixture_setup(void **state)
{
	*state = fixture_new();
	world_fill(*state);
	return 0;
}

int fixture_teardown(void **state)
{
	fixture_free(*state);
	return 0;
}

static int map_fd(const struct fixture *f, const char *name)
{
	return bpf_object__find_map_fd_by_name(f->skel->obj, name);
}

static int table_fd(const struct fixture *f, enum wf_table t)
{
	static const char *const names[WF_TABLE_COUNT] = {
#define TABLE_NAME(id, name, key, value, max) [WF_TABLE_##id] = #name,
		WF_TABLES(TABLE_NAME)
#undef TABLE_NAME
	};

	return map_fd(f, names[t]);
}

void fixture_forget(struct fixture *f)
{
	int fd = bpf_map__fd(f->skel->maps.data_generation);
	uint32_t zero = 0, generation = 0;

	must(bpf_map_lookup_elem(fd, &zero, &generation) == 0, "read the generation");
	generation++;
	must(bpf_map_update_elem(fd, &zero, &generation, BPF_ANY) == 0, "count the generation up");
}

void fixture_put(struct fixture *f, enum wf_table t, const void *key, const void *value)
{
	must(bpf_map_update_elem(table_fd(f, t), key, value, BPF_ANY) == 0, "put an entry");
	test_tables_put(&f->tables, t, key, value);
	fixture_forget(f);
}

void fixture_put_unseen(struct fixture *f, enum wf_table t, const void *key, const void *value)
{
	must(bpf_map_update_elem(table_fd(f, t), key, value, BPF_ANY) == 0, "put an entry");
}

void fixture_drop(struct fixture *f, enum wf_table t, const void *key)
{
	bpf_map_delete_elem(table_fd(f, t), key);
	test_tables_drop(&f->tables, t, key);
	fixture_forget(f);
}

void fixture_refill(struct fixture *f)
{
	struct wf_tokens tokens[CPUS_MAX] = {0};
	uint32_t zero = 0;

	must(bpf_map_update_elem(bpf_map__fd(f->skel->maps.icmp_tokens), &zero, tokens, BPF_ANY) ==
		     0,
	     "refill the bucket");
}

/* Sums of all CPUs, by one system call: this is done after each packet. */
static void read_drops(const struct fixture *f, uint64_t sums[64])
{
	static uint64_t values[64 * CPUS_MAX];
	const int n_cpus = libbpf_num_possible_cpus();
	uint32_t batch, keys[64], n = 64;

	must(n_cpus > 0 && n_cpus <= CPUS_MAX, "count the CPUs");
	bpf_map_lookup_batch(bpf_map__fd(f->skel->maps.drops), NULL, &batch, keys, values, &n,
			     NULL);
	must(n == 64, "read the drops");
	memset(sums, 0, 64 * sizeof(*sums));
	for (uint32_t i = 0; i < n; i++)
		for (int cpu = 0; cpu < n_cpus; cpu++)
			sums[keys[i]] += values[i * (uint32_t)n_cpus + (uint32_t)cpu];
}

static void note_drops(struct fixture *f, struct outcome *ret)
{
	uint64_t now[64];

	read_drops(f, now);
	ret->drop = WF_DROP_NONE;
	ret->n_drops = 0;
	for (uint32_t i = 0; i < 64; i++) {
		if (now[i] == f->drops[i])
			continue;
		ret->drop = (enum wf_drop)i;
		ret->n_drops += (uint32_t)(now[i] - f->drops[i]);
	}
	memcpy(f->drops, now, sizeof(now));
}

int fixture_try(struct fixture *f, enum fixture_prog prog, uint32_t ifindex,
		const struct packet *in, uint32_t gso_size, struct outcome *ret)
{
	const struct bpf_program *progs[PROG_COUNT] = {
		[PROG_APPLY] = f->skel->progs.apply,
		[PROG_VALIDATE] = f->skel->progs.validate,
		[PROG_EDGE] = f->skel->progs.edge,
	};
	struct __sk_buff skb = {
		.ifindex = ifindex,
		.ingress_ifindex = ifindex,
		.gso_size = gso_size,
		.gso_segs = gso_size ? 3 : 0,
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in->bytes, .data_size_in = in->len,
		    .data_out = ret->out.bytes, .data_size_out = sizeof(ret->out.bytes),
		    .ctx_in = &skb, .ctx_size_in = sizeof(skb), .repeat = 1);
	int r = bpf_prog_test_run_opts(bpf_program__fd(progs[prog]), &opts);

	if (r)
		return -errno;
	ret->verdict = (int)opts.retval;
	ret->out.len = opts.data_size_out;
	note_drops(f, ret);
	return 0;
}

void fixture_run(struct fixture *f, enum fixture_prog prog, uint32_t ifindex,
		 const struct packet *in, struct outcome *ret)
{
	assert_int_equal(fixture_try(f, prog, ifindex, in, 0, ret), 0);
}

struct wf_counter fixture_counter(const struct fixture *f, uint32_t slot)
{
	struct wf_counter value, sum = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	must(bpf_prog_test_run_opts(bpf_program__fd(f->skel->progs.tally), &opts) == 0, "tally");
	for (int cpu = 0; cpu < libbpf_num_possible_cpus(); cpu++, slot += WF_COUNTER_SLOTS) {
		must(bpf_map_lookup_elem(bpf_map__fd(f->skel->maps.counters), &slot, &value) == 0,
		     "read a counter");
		sum.packets += value.packets;
		sum.bytes += value.bytes;
	}
	return sum;
}
