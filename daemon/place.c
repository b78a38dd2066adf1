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

#define BPFFS "/sys/fs/bpf"

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

static int make_above(const char *path, mode_t mode, struct wf_err *err)
{
	char dir[512];

	if (strlen(path) >= sizeof(dir))
		return wf_err_set(err, -ENAMETOOLONG, "'%.100s...' is too long a path", path);
	strcpy(dir, path);
	for (char *slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(dir, mode) < 0 && errno != EEXIST)
			return wf_err_errno(err, -errno, "directory '%.200s' cannot be made", dir);
		*slash = '/';
	}
	return 0;
}

int wf_place_make_parent(const char *path, struct wf_err *err)
{
	return make_above(path, 0755, err);
}

static int make_and_open(const char *dir, int *ret, struct wf_err *err)
{
	char path[512];
	int fd, r;

	snprintf(path, sizeof(path), "%.500s/", dir);
	r = make_above(path, 0700, err);
	if (r)
		return r;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return wf_err_errno(err, -errno, "pin directory '%.160s'", dir);
	*ret = fd;
	return 0;
}

/* The directory itself is locked: a bpffs holds no files, and so nothing is left behind. */
int wf_place_lock(const char *pin_dir, struct wf_err *err)
{
	int fd, r = make_and_open(pin_dir, &fd, err);

	if (r)
		return r;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0; /* open until the process ends */
	r = -errno;
	close(fd);
	if (r == -EWOULDBLOCK)
		return wf_err_set(err, -EBUSY,
				  "another weftd runs with pin directory '%.160s': stop "
				  "it, or give this one another --node",
				  pin_dir);
	return wf_err_errno(err, r, "pin directory '%.160s' cannot be locked", pin_dir);
}

static int read_boot_id(char ret[37], struct wf_err *err)
{
	static const char file[] = "/proc/sys/kernel/random/boot_id";
	_cleanup_close_ int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, ret, 36) != 36)
		return wf_err_set(err, -EIO, "cannot read %s: mount /proc", file);
	ret[36] = '\0';
	return 0;
}

/* The boot tells machines apart, also those that were copied; the host's name is for people. */
int wf_place_describe(const char *pin_dir, char *buf, size_t size, struct wf_err *err)
{
	char boot[37], host[65] = "";
	struct stat netns;
	int r = read_boot_id(boot, err);

	if (r)
		return r;
	if (stat("/proc/thread-self/ns/net", &netns) < 0)
		return wf_err_errno(err, -errno, "the network namespace has no number");
	gethostname(host, sizeof(host) - 1); /* without one it is as unique */
	snprintf(buf, size, "pin directory '%.255s' on host '%s', network namespace %llu; boot %s",
		 pin_dir, host, (unsigned long long)netns.st_ino, boot);
	return 0;
}
