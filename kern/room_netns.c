// SPDX-License-Identifier: Apache-2.0
#include "kern/room_netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "kern/kern.h"
#include "kern/run_dir.h"

const char *wf_room_path(const char *dir, uint32_t tenant, const char *suffix, char *buf)
{
	snprintf(buf, WF_ROOM_NETNS_MAX + 1, "%.320s/rooms/%x%s", dir, tenant, suffix);
	return buf;
}

static int make_file(const char *dir, const char *path, struct wf_err *err)
{
	_cleanup_close_ int fd = -1;
	char rooms[WF_RUN_DIR_MAX + 16];
	int r;

	snprintf(rooms, sizeof(rooms), "%.320s/rooms", dir);
	r = wf_run_dir_make(rooms, err);
	if (r)
		return r;
	fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0444);
	return fd < 0 ? wf_err_errno(err, -errno, "cannot make %.200s", path) : 0;
}

/* The thread is in the new one for as long as the mount takes. */
static int make_netns(const char *path, struct wf_err *err)
{
	WF_CLEANUP(wf_netns_leave) struct wf_netns_visit visit = WF_NETNS_AT_HOME;
	_cleanup_close_ int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (home < 0)
		return wf_err_errno(err, -errno, "cannot open /proc/thread-self/ns/net");
	if (unshare(CLONE_NEWNET) < 0)
		return wf_err_errno(err, -errno, "cannot make a network namespace");
	visit.home_fd = TAKE_FD(home);
	if (mount("/proc/thread-self/ns/net", path, NULL, MS_BIND, NULL) < 0)
		return wf_err_errno(err, -errno, "cannot keep a network namespace at %.200s", path);
	return 0;
}

int wf_room_netns_open(const char *dir, uint32_t tenant, struct wf_err *err)
{
	char path[WF_ROOM_NETNS_MAX + 1];

	return wf_netns_open(wf_room_path(dir, tenant, "", path), err);
}

/* A file without a mount is what a reboot, or a crash in between, leaves. */
int wf_room_netns_make(const char *dir, uint32_t tenant, bool *ret_is_new, struct wf_err *err)
{
	char path[WF_ROOM_NETNS_MAX + 1];
	int r = wf_room_netns_open(dir, tenant, NULL);

	if (r >= 0)
		return r;
	wf_room_path(dir, tenant, "", path);
	r = make_file(dir, path, err);
	if (!r)
		r = make_netns(path, err);
	if (r)
		return r;
	*ret_is_new = true;
	return wf_netns_open(path, err);
}

int wf_room_netns_remove(const char *dir, uint32_t tenant, struct wf_err *err)
{
	char path[WF_ROOM_NETNS_MAX + 1], rules[WF_ROOM_NETNS_MAX + 1];

	wf_room_path(dir, tenant, "", path);
	wf_room_path(dir, tenant, ".rules", rules);
	while (umount2(path, MNT_DETACH) == 0) /* however often it was mounted */
		;
	if ((unlink(rules) < 0 && errno != ENOENT) || (unlink(path) < 0 && errno != ENOENT))
		return wf_err_errno(err, -errno, "cannot remove %.200s", path);
	return 0;
}
