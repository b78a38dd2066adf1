// SPDX-License-Identifier: Apache-2.0
#include "kern/tally.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <sched.h>

#include "kern/map.h"

/* More than Linux can have. */
#define CPUS_MAX 8192

static int run_here(int fd)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return bpf_prog_test_run_opts(fd, &opts) ? -errno : 0;
}

static int run_on(int fd, int cpu, cpu_set_t *set, size_t bytes)
{
	CPU_ZERO_S(bytes, set);
	CPU_SET_S(cpu, bytes, set);
	return sched_setaffinity(0, bytes, set) ? 0 : run_here(fd);
}

static int run_on_each(int fd, cpu_set_t *mine, cpu_set_t *one, size_t bytes)
{
	int n_cpus = wf_map_cpus(), r = n_cpus < 0 ? n_cpus : 0;

	if (!r && sched_getaffinity(0, bytes, mine))
		r = -errno;
	for (int cpu = 0; cpu < n_cpus && !r; cpu++)
		r = run_on(fd, cpu, one, bytes);
	if (n_cpus >= 0)
		sched_setaffinity(0, bytes, mine);
	return r;
}

int wf_tally(int fd, struct wf_err *err)
{
	cpu_set_t *mine = CPU_ALLOC(CPUS_MAX), *one = CPU_ALLOC(CPUS_MAX);
	int r = -ENOMEM;

	if (mine && one)
		r = run_on_each(fd, mine, one, CPU_ALLOC_SIZE(CPUS_MAX));
	CPU_FREE(mine);
	CPU_FREE(one);
	return r ? wf_err_errno(err, r, "cannot take the counts of the flow caches") : 0;
}
