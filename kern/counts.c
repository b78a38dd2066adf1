// SPDX-License-Identifier: Apache-2.0
#include "kern/counts.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "kern/map.h"
#include "kern/tally.h"

int wf_counts_settle(const struct wf_bpf *bpf, struct wf_err *err)
{
	return wf_tally(wf_bpf_tally(bpf), err);
}

/* The CPUs' parts, one behind the other, each of WF_COUNTER_SLOTS (bpf/maps.h). */
int wf_counts_slots(const struct wf_bpf *bpf, struct wf_counter *ret, struct wf_err *err)
{
	int n_cpus = wf_map_cpus();
	size_t n = (size_t)n_cpus * WF_COUNTER_SLOTS;
	const struct wf_counter *parts;
	int r = wf_counts_settle(bpf, err);

	if (r)
		return r;
	if (n_cpus < 0)
		return wf_err_errno(err, n_cpus, "cannot count the CPUs");
	parts = mmap(NULL, n * sizeof(*parts), PROT_READ, MAP_SHARED, wf_bpf_map(bpf, "counters"),
		     0);
	if (parts == MAP_FAILED)
		return wf_err_errno(err, -errno, "cannot read the counters");
	memset(ret, 0, WF_COUNTER_SLOTS * sizeof(*ret));
	for (size_t i = 0; i < n; i++) {
		ret[i % WF_COUNTER_SLOTS].packets += parts[i].packets;
		ret[i % WF_COUNTER_SLOTS].bytes += parts[i].bytes;
	}
	munmap((void *)parts, n * sizeof(*parts));
	return 0;
}

int wf_counts_reset(const struct wf_bpf *bpf, uint32_t slot, struct wf_err *err)
{
	const struct wf_counter zero = {0};
	int n_cpus = wf_map_cpus(), r = n_cpus < 0 ? n_cpus : 0;

	if (slot >= WF_COUNTER_SLOTS)
		r = -E2BIG;
	for (int cpu = 0; cpu < n_cpus && !r; cpu++) {
		uint32_t key = (uint32_t)cpu * WF_COUNTER_SLOTS + slot;

		r = bpf_map_update_elem(wf_bpf_map(bpf, "counters"), &key, &zero, BPF_ANY);
	}
	return r ? wf_err_errno(err, r, "cannot reset counter %u", slot) : 0;
}

struct sums {
	uint64_t *ret;
	uint32_t n; /* entries; what is beyond is not looked at */
	int n_cpus;
};

static void add_up(void *arg, const void *key, const void *values)
{
	const struct sums *s = arg;
	uint32_t i = *(const uint32_t *)key;

	if (i >= s->n)
		return; /* room for later reasons */
	s->ret[i] = 0;
	for (int cpu = 0; cpu < s->n_cpus; cpu++)
		s->ret[i] += *(const uint64_t *)wf_map_cpu_value(values, sizeof(uint64_t), cpu);
}

int wf_counts_drops(const struct wf_bpf *bpf, uint64_t *ret, struct wf_err *err)
{
	struct sums s = {ret, WF_DROP_COUNT, wf_map_cpus()};

	return wf_map_each(wf_bpf_map(bpf, "drops"), "drops", add_up, &s, err);
}

int wf_counts_events_lost(const struct wf_bpf *bpf, uint64_t *ret, struct wf_err *err)
{
	struct sums s = {ret, 1, wf_map_cpus()};

	return wf_map_each(wf_bpf_map(bpf, "events_lost"), "events_lost", add_up, &s, err);
}

struct flows {
	uint32_t *ret;
	uint32_t now_s; /* of the programs' clock */
};

static void count_flows(void *arg, const void *key, const void *value)
{
	const struct flows *f = arg;
	struct wf_load load = *(const struct wf_load *)value;

	f->ret[*(const uint32_t *)key] = wf_load_count(&load, f->now_s);
}

int wf_counts_flows(const struct wf_bpf *bpf, uint32_t *ret, struct wf_err *err)
{
	struct timespec now;
	struct flows f = {.ret = ret};

	clock_gettime(CLOCK_MONOTONIC, &now);
	f.now_s = (uint32_t)now.tv_sec;
	return wf_map_each(wf_bpf_map(bpf, "loads"), "loads", count_flows, &f, err);
}
