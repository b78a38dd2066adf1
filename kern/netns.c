// SPDX-License-Identifier: Apache-2.0
#include "kern/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

static bool is_plain_name(const char *name)
{
	return *name && strcmp(name, ".") && strcmp(name, "..") &&
	       strlen(name) < 256 /* NAME_MAX + 1 */;
}

static int open_failed(struct wf_err *err, int code, const char *netns, const char *path)
{
	if (code == -ENOENT || code == -ENOTDIR)
		return wf_err_set(err, -ENOENT, "no network namespace '%s': looked for %s", netns,
				  path);
	return wf_err_errno(err, code, "cannot open network namespace %s", path);
}

int wf_netns_open(const char *netns, struct wf_err *err)
{
	_cleanup_close_ int fd = -1;
	char named[sizeof(WF_NETNS_DIR) + 256];
	const char *path = netns;

	if (!strchr(netns, '/')) {
		if (!is_plain_name(netns))
			return wf_err_set(err, -EINVAL, "'%.64s' cannot name a network namespace",
					  netns);
		snprintf(named, sizeof(named), WF_NETNS_DIR "/%s", netns);
		path = named;
	}
	/* O_NONBLOCK: the path may be a FIFO. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return open_failed(err, -errno, netns, path);
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		return wf_err_set(err, -EINVAL, "%s is not a network namespace", path);
	return TAKE_FD(fd);
}

int wf_netns_enter(struct wf_netns_visit *visit, int netns_fd, struct wf_err *err)
{
	_cleanup_close_ int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (home < 0)
		return wf_err_errno(err, -errno, "cannot open /proc/thread-self/ns/net");
	if (setns(netns_fd, CLONE_NEWNET))
		return wf_err_errno(err, -errno, "cannot enter the network namespace");
	visit->home_fd = TAKE_FD(home);
	return 0;
}

void wf_netns_leave(struct wf_netns_visit *visit)
{
	if (visit->home_fd < 0)
		return;
	if (setns(visit->home_fd, CLONE_NEWNET))
		abort();
	close(TAKE_FD(visit->home_fd));
}
