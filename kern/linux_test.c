// SPDX-License-Identifier: Apache-2.0
/* Tables, counters and the node in a real kernel, in a sandbox. */
#include "kern/linux.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "kern/map.h"
#include "kern/sandbox.h"

static void start_prepares_the_node_and_stop_leaves_nothing(void **state)
{
	struct wf_kern *k = sandbox_start(*state);

	sandbox_pair(20);
	assert_int_equal(k->ops->hook_attach(k, 20, WF_HOOK_EDGE, NULL), 0);
	sandbox_expect(sandbox_run("ip -6 addr show lo"), "inet6 5f00:0:7::1/128");
	sandbox_expect(sandbox_run("ip -6 route show type unreachable"),
		       "unreachable 5f00:0:7::/48");
	sandbox_expect(sandbox_run("sysctl net.ipv6.conf.all.forwarding"), "= 1");
	sandbox_expect(sandbox_run("sysctl net.ipv6.conf.default.forwarding"), "= 1");
	sandbox_expect(sandbox_run("ls " SANDBOX_PIN_DIR), "dests");
	sandbox_stop(k);
	assert_string_equal(sandbox_run("ls /sys/fs/bpf/weft"), "");
	assert_string_equal(sandbox_run("ip -6 route show type unreachable"), "");
	assert_null(strstr(sandbox_run("ip -6 addr show lo"), "5f00"));
	assert_null(strstr(sandbox_run("tc qdisc show dev near"), "clsact"));
	assert_string_equal(sandbox_run("bpftool net show dev near | grep near"), "");
}

static void what_others_took_from_the_node_is_put_back_and_told(void **state)
{
	static const struct {
		const char *harm, *look, *wanted;
		unsigned int parts;
	} cases[] = {
		{"true", "true", "", 0},
		{"ip -6 addr del 5f00:0:7::1/128 dev lo", "ip -6 addr show lo",
		 "inet6 5f00:0:7::1/128", WF_NODE_ADDRESS},
		{"ip link set lo down", "ip link show lo", "LOOPBACK,UP",
		 WF_NODE_ADDRESS | WF_NODE_ROUTE},
		{"ip -6 route flush type unreachable", "ip -6 route show type unreachable",
		 "unreachable 5f00:0:7::/48", WF_NODE_ROUTE},
		{"sysctl -qw net.ipv6.conf.all.forwarding=0", "sysctl net.ipv6.conf.all.forwarding",
		 "= 1", WF_NODE_FORWARDING},
		{"ip -6 addr flush dev lo; sysctl -qw net.ipv6.conf.default.forwarding=0",
		 "sysctl net.ipv6.conf.default.forwarding", "= 1",
		 WF_NODE_FORWARDING | WF_NODE_ADDRESS},
	};
	struct wf_kern *k = sandbox_start(*state);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned int parts = 99;

		sandbox_run("%s", cases[i].harm);
		assert_int_equal(k->ops->node_repair(k, &parts, NULL), 0);
		assert_int_equal(parts, cases[i].parts);
		sandbox_expect(sandbox_run("%s", cases[i].look), cases[i].wanted);
		assert_int_equal(k->ops->node_repair(k, &parts, NULL), 0);
		assert_int_equal(parts, 0);
	}
	sandbox_stop(k);
}

static void another_address_replaces_the_old(void **state)
{
	struct wf_config other = sandbox_config;
	struct wf_kern *k = sandbox_start(*state);

	wf_kern_free(k);
	other.node = 8;
	other.addr[5] = 8;
	assert_int_equal(((sandbox_open_fn)*state)(SANDBOX_PIN_DIR, &k, NULL), 0);
	assert_int_equal(k->ops->start(k, &other, NULL), 0);
	assert_null(strstr(sandbox_run("ip -6 addr show lo"), "5f00:0:7::1"));
	sandbox_expect(sandbox_run("ip -6 addr show lo"), "5f00:0:8::1/128");
	assert_null(strstr(sandbox_run("ip -6 route show type unreachable"), "5f00:0:7::"));
	sandbox_expect(sandbox_run("ip -6 route show type unreachable"), "5f00:0:8::/48");
	sandbox_stop(k);
}

struct tally {
	uint64_t n, keys, values;
};

static void add_tenant(void *arg, const void *key, const void *value)
{
	struct tally *t = arg;

	t->n++;
	t->keys += *(const uint32_t *)key;
	t->values += ((const struct wf_tenant_entry *)value)->set;
}

static struct tally tally_tenants(struct wf_kern *k)
{
	struct tally t = {0};

	assert_int_equal(k->ops->table_dump(k, WF_TABLE_TENANT, add_tenant, &t, NULL), 0);
	return t;
}

static void map_of_another_layout_is_refused_by_name(void **state)
{
	struct wf_kern *k = NULL;
	struct wf_err err = {0};
	int fd;

	sandbox_run("mkdir -p " SANDBOX_PIN_DIR);
	fd = bpf_map_create(BPF_MAP_TYPE_HASH, "dests", 8, 8, 16, NULL);
	assert_true(fd >= 0);
	assert_int_equal(bpf_obj_pin(fd, SANDBOX_PIN_DIR "/dests"), 0);
	close(fd);
	assert_int_equal(wf_kern_linux_open(SANDBOX_PIN_DIR, &k, &err), 0);
	assert_int_equal(k->ops->start(k, &sandbox_config, &err), -ESTALE);
	sandbox_expect(err.msg, "'dests'");
	assert_string_equal(sandbox_run("ls " SANDBOX_PIN_DIR), "dests\n");
	sandbox_run("rm -r " SANDBOX_PIN_DIR);
	assert_int_equal(k->ops->start(k, &sandbox_config, &err), 0);
	sandbox_stop(k);
}

static void open_says_why_it_cannot(void **state)
{
	static const struct {
		const char *pin_dir;
		int code;
		const char *part;
	} cases[] = {
		{"/run/weft/test", -EOPNOTSUPP, "mount -t bpf"},
		{"relative", -EINVAL, "absolute"},
		{"", -EINVAL, "absolute"},
	};
	struct wf_kern *k = NULL;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wf_err err = {0};

		assert_int_equal(wf_kern_linux_open(cases[i].pin_dir, &k, &err), cases[i].code);
		sandbox_expect(err.msg, cases[i].part);
		assert_null(k);
	}
	assert_string_equal(sandbox_run("ls /sys/fs/bpf/weft"), "");
}

static void open_needs_rights(void **state)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct wf_kern *k;
		struct wf_err err;

		_exit(setuid(65534) || wf_kern_linux_open(SANDBOX_PIN_DIR, &k, &err) != -EPERM ||
		      !strstr(err.msg, "root"));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

#define N_DESTS 100000

static struct wf_dest_key dest_key(uint32_t i)
{
	struct wf_dest_key key = {.tenant = 1};

	memcpy(key.addr, &i, sizeof(i));
	return key;
}

static void add_dest(void *arg, const void *key, const void *value)
{
	struct tally *t = arg;
	uint32_t i;

	memcpy(&i, ((const struct wf_dest_key *)key)->addr, sizeof(i));
	t->n++;
	t->keys += i;
	t->values += ((const struct wf_dest *)value)->identity;
}

static void a_hundred_thousand_entries_go_in_and_come_back(void **state)
{
	struct wf_kern *k = sandbox_start(*state);
	struct wf_dest_key *keys = calloc(N_DESTS, sizeof(*keys));
	struct wf_dest *values = calloc(N_DESTS, sizeof(*values));
	struct wf_table_change *changes = calloc(N_DESTS, sizeof(*changes));
	const uint64_t sum = (uint64_t)N_DESTS * (N_DESTS - 1) / 2;
	struct tally t = {0};

	for (uint32_t i = 0; i < N_DESTS; i++) {
		keys[i] = dest_key(i);
		values[i].identity = 3 * i;
		changes[i] = (struct wf_table_change){WF_TABLE_DEST, &keys[i], &values[i]};
	}
	assert_int_equal(k->ops->table_apply(k, changes, N_DESTS, NULL), 0);
	assert_int_equal(k->ops->table_dump(k, WF_TABLE_DEST, add_dest, &t, NULL), 0);
	assert_int_equal(t.n, N_DESTS);
	assert_int_equal(t.keys, sum);
	assert_int_equal(t.values, 3 * sum);
	for (uint32_t i = 0; i < N_DESTS; i++)
		changes[i].value = NULL;
	assert_int_equal(k->ops->table_apply(k, changes, N_DESTS, NULL), 0);
	t = (struct tally){0};
	assert_int_equal(k->ops->table_dump(k, WF_TABLE_DEST, add_dest, &t, NULL), 0);
	assert_int_equal(t.n, 0);
	free(keys);
	free(values);
	free(changes);
	sandbox_stop(k);
}

static void changes_are_done_in_order(void **state)
{
	const uint32_t one = 1, two = 2;
	const struct wf_tenant_entry yes = {.set = 1}, no = {0};
	const uint64_t sid = 9;
	const struct wf_sid_entry end = {.behavior = WF_BEHAVIOR_END};
	const struct wf_table_change changes[] = {
		{WF_TABLE_TENANT, &one, &no},  {WF_TABLE_TENANT, &one, &yes},
		{WF_TABLE_TENANT, &two, &no},  {WF_TABLE_TENANT, &two, NULL},
		{WF_TABLE_SID, &sid, &end},    {WF_TABLE_TENANT, &two, NULL},
		{WF_TABLE_TENANT, &two, &yes},
	};
	struct wf_kern *k = sandbox_start(*state);
	struct tally t;

	assert_int_equal(
		k->ops->table_apply(k, changes, sizeof(changes) / sizeof(changes[0]), NULL), 0);
	t = tally_tenants(k);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.values, 2);
	sandbox_stop(k);
}

static void a_full_table_says_so(void **state)
{
	struct wf_kern *k = sandbox_start(*state);
	const struct wf_key_entry key = {0};
	struct wf_table_change changes[17]; /* one more than the smallest table holds */
	uint32_t ids[17];
	struct wf_err err = {0};

	for (uint32_t i = 0; i < 17; i++) {
		ids[i] = i;
		changes[i] = (struct wf_table_change){WF_TABLE_KEY, &ids[i], &key};
	}
	assert_int_equal(k->ops->table_apply(k, changes, 17, &err), -E2BIG);
	sandbox_expect(err.msg, "'keys' is full");
	sandbox_stop(k);
}

static void commit_starts_a_new_generation(void **state)
{
	struct wf_kern *k = sandbox_start(*state);
	int fd = bpf_obj_get(SANDBOX_PIN_DIR "/generation");
	uint32_t key = 0, before, after;

	assert_int_equal(bpf_map_lookup_elem(fd, &key, &before), 0);
	assert_int_equal(k->ops->table_commit(k, NULL), 0);
	assert_int_equal(bpf_map_lookup_elem(fd, &key, &after), 0);
	assert_int_equal(after, before + 1);
	close(fd);
	sandbox_stop(k);
}

/* As the programs count them (dp/served.h), which later daemons find again. */
static void flows_are_those_of_this_epoch_and_of_the_last(void **state)
{
	struct wf_kern *k = sandbox_start(*state);
	uint32_t *flows = calloc(WF_LOADS_MAX, sizeof(*flows));
	int fd = bpf_obj_get(SANDBOX_PIN_DIR "/loads");
	struct timespec now;
	uint32_t epoch;

	clock_gettime(CLOCK_MONOTONIC, &now);
	epoch = (uint32_t)now.tv_sec / WF_LOAD_EPOCH_S;
	for (uint32_t age = 0; age < 3; age++) {
		const struct wf_load load = {.epoch = epoch - age, .n = 5, .n_before = 70};

		assert_int_equal(bpf_map_update_elem(fd, &age, &load, BPF_ANY), 0);
	}
	assert_int_equal(k->ops->flows(k, flows, NULL), 0);
	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((uint32_t)now.tv_sec / WF_LOAD_EPOCH_S == epoch) { /* else the last ones are older */
		assert_int_equal(flows[0], 75);
		assert_int_equal(flows[1], 5);
	}
	assert_int_equal(flows[2], 0);
	assert_int_equal(flows[WF_LOADS_MAX - 1], 0);
	free(flows);
	close(fd);
	sandbox_stop(k);
}

static void counters_are_summed_over_the_cpus(void **state)
{
	struct wf_kern *k = sandbox_start(*state);
	int fd = bpf_obj_get(SANDBOX_PIN_DIR "/counters"), n_cpus = wf_map_cpus();
	struct wf_counter *sums = calloc(WF_COUNTER_SLOTS, sizeof(*sums));
	const uint32_t slots[] = {0, 1, 1500, WF_COUNTER_SLOTS - 1};
	struct wf_err err = {0};

	for (int i = 0; i < 4 * n_cpus; i++) {
		const int cpu = i / 4;
		const uint32_t key = (uint32_t)cpu * WF_COUNTER_SLOTS + slots[i % 4];
		const struct wf_counter value = {cpu + 1, 100 * (cpu + 1)};

		assert_int_equal(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
	}
	assert_int_equal(k->ops->counters(k, sums, NULL), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(sums[slots[i]].packets, n_cpus * (n_cpus + 1) / 2);
		assert_int_equal(sums[slots[i]].bytes, 100 * n_cpus * (n_cpus + 1) / 2);
	}
	assert_int_equal(sums[2].packets, 0);
	assert_int_equal(k->ops->counter_reset(k, 1500, NULL), 0);
	assert_int_equal(k->ops->counters(k, sums, NULL), 0);
	assert_int_equal(sums[1500].bytes, 0);
	assert_int_not_equal(sums[1].bytes, 0);
	assert_int_equal(k->ops->counter_reset(k, WF_COUNTER_SLOTS, &err), -E2BIG);
	free(sums);
	close(fd);
	sandbox_stop(k);
}

static int remove_pair(void **state)
{
	sandbox_pair_remove();
	return 0;
}

#define TEST(fn, open_kern) \
	cmocka_unit_test_prestate_setup_teardown(fn, NULL, remove_pair, open_kern)
#define TCX(fn)	   TEST(fn, wf_kern_linux_open)
#define CLSACT(fn) TEST(fn, wf_kern_linux_open_clsact)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TCX(start_prepares_the_node_and_stop_leaves_nothing),
		CLSACT(start_prepares_the_node_and_stop_leaves_nothing),
		TCX(what_others_took_from_the_node_is_put_back_and_told),
		TCX(another_address_replaces_the_old),
		TCX(map_of_another_layout_is_refused_by_name),
		TCX(open_says_why_it_cannot),
		TCX(open_needs_rights),
		TCX(a_hundred_thousand_entries_go_in_and_come_back),
		TCX(changes_are_done_in_order),
		TCX(a_full_table_says_so),
		TCX(commit_starts_a_new_generation),
		TCX(flows_are_those_of_this_epoch_and_of_the_last),
		TCX(counters_are_summed_over_the_cpus),
	};

	sandbox_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
