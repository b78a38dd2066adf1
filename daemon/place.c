// SPDX-License-Identifier: Apache-2.0
#include "daemon/place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/own.h"
#include "kern/netns.h"

#define BPFFS	 "/sys/fs/bpf"
#define LOCK_DIR "/run/weft"

int wf_place_enter_netns(const char *netns, struct wf_err *err)
{
	_cleanup_close_ int fd = wf_netns_open(netns, err);

	if (fd < 0)
		return fd;
	if (setns(fd, CLONE_NEWNET) < 0)
		return wf_err_errno(
			err, -errno,
			"network namespace '%.180s' cannot be entered (weftd needs to be "
			"root)",
			netns);
	return 0;
}

static bool is_bpffs(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_type == BPF_FS_MAGIC;
}

int wf_place_mount_bpffs(const char *pin_dir, struct wf_err *err)
{
	if (strncmp(pin_dir, BPFFS "/", strlen(BPFFS) + 1) != 0 || is_bpffs(BPFFS))
		return 0;
	if (mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") == 0)
		return 0;
	return wf_err_errno(err, -errno,
			    "no bpffs at " BPFFS ", and it cannot be mounted (weftd needs "
			    "to be root)");
}

int wf_place_make_parent(const char *path, struct wf_err *err)
{
	char dir[512];

	if (strlen(path) >= sizeof(dir))
		return wf_err_set(err, -ENAMETOOLONG, "'%.100s...' is too long a path", path);
	strcpy(dir, path);
	for (char *slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(dir, 0755) < 0 && errno != EEXIST)
			return wf_err_errno(err, -errno, "directory '%.200s' cannot be made", dir);
		*slash = '/';
	}
	return 0;
}

/* "/sys/fs/bpf/weft/n1" -> "/run/weft/sys-fs-bpf-weft-n1.lock": a bpffs holds no files. */
int wf_place_lock(const char *pin_dir, struct wf_err *err)
{
	char path[512];
	int fd, r, at = snprintf(path, sizeof(path), LOCK_DIR "/%.400s.lock", pin_dir + 1);

	for (int i = (int)strlen(LOCK_DIR) + 1; i < at; i++)
		if (path[i] == '/')
			path[i] = '-';
	r = wf_place_make_parent(path, err);
	if (r)
		return r;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return wf_err_errno(err, -errno, "lock '%.300s'", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0; /* open until the process ends */
	r = -errno;
	close(fd);
	if (r == -EWOULDBLOCK)
		return wf_err_set(err, -EBUSY,
				  "another weftd runs with pin directory '%.160s': stop "
				  "it, or give this one another --node",
				  pin_dir);
	return wf_err_errno(err, r, "lock '%.300s'", path);
}
