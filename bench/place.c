/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/place.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>

#include "base/own.h"

int bench_place_netns(const char *name, struct wf_err *err)
{
	_cleanup_close_ int fd = -1;
	char path[128];

	if ((size_t)snprintf(path, sizeof(path), "/run/netns/%s", name) >= sizeof(path))
		return wf_err_set(err, -ENAMETOOLONG, "namespace name '%s' is too long", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		return wf_err_errno(err, -errno, "cannot enter namespace '%s'", name);
	return 0;
}

int bench_place_cpu(unsigned int cpu, struct wf_err *err)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return wf_err_errno(err, -errno, "cannot run on CPU %u", cpu);
	return 0;
}

int bench_place_ifindex(const char *ifname, struct wf_err *err)
{
	unsigned int ifindex = if_nametoindex(ifname);

	if (!ifindex)
		return wf_err_errno(err, -errno, "no interface '%s' in this namespace", ifname);
	return (int)ifindex;
}
