// SPDX-License-Identifier: Apache-2.0
#include "kern/pin.h"

#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/vec.h"
#include "kern/dir.h"

#define NAME_ROOM 40 /* for the longest name in the directory */

int wf_pin_dir_check(const char *path, struct wf_err *err)
{
	char above[WF_PIN_PATH_MAX];
	struct statfs fs;
	char *slash;

	if (path[0] != '/' || strlen(path) + NAME_ROOM > sizeof(above))
		return wf_err_set(err, -EINVAL,
				  "'%.64s' is no absolute path below %zu characters, as a pin "
				  "directory must be",
				  path, sizeof(above) - NAME_ROOM);
	snprintf(above, sizeof(above), "%s", path);
	while (statfs(above, &fs)) {
		slash = strrchr(above, '/');
		if (errno != ENOENT || slash == above)
			return wf_err_errno(err, -errno, "cannot look at %s", above);
		*slash = '\0';
	}
	if (fs.f_type != BPF_FS_MAGIC)
		return wf_err_set(err, -EOPNOTSUPP,
				  "%s is not on a BPF file system; try: mount -t bpf bpf "
				  "/sys/fs/bpf",
				  path);
	return 0;
}

int wf_pin_dir_make(const char *path, struct wf_err *err)
{
	char part[WF_PIN_PATH_MAX];

	for (const char *end = path; *end;) {
		end = strchrnul(end + 1, '/');
		snprintf(part, sizeof(part), "%.*s", (int)(end - path), path);
		if (mkdir(part, 0700) && errno != EEXIST)
			return wf_err_errno(err, -errno, "cannot make %s", part);
	}
	return 0;
}

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

int wf_pin_dir_remove(const char *path, struct wf_err *err)
{
	WF_CLEANUP(cleanup_dir) DIR *dir = opendir(path);
	const struct dirent *entry;

	if (!dir)
		return errno == ENOENT ? 0 : wf_err_errno(err, -errno, "cannot open %s", path);
	while ((entry = readdir(dir))) {
		int flags = entry->d_type == DT_DIR ? AT_REMOVEDIR : 0;

		if (is_dots(entry->d_name))
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, flags) && errno != ENOENT)
			return wf_err_errno(err, -errno, "cannot remove %s/%s", path,
					    entry->d_name);
	}
	if (rmdir(path) && errno != ENOENT)
		return wf_err_errno(err, -errno, "cannot remove %s", path);
	return 0;
}

const char *wf_pin_path(const char *dir, const char *prefix, int number, char *ret)
{
	snprintf(ret, WF_PIN_PATH_MAX, "%s/%s%d", dir, prefix, number);
	return ret;
}

struct numbers {
	WF_VEC(int) found;
};

static int collect(const char *path, const char *prefix, struct numbers *ret)
{
	WF_CLEANUP(cleanup_dir) DIR *dir = opendir(path);
	const struct dirent *entry;
	size_t n = strlen(prefix);
	int r = 0;

	if (!dir)
		return -errno;
	while (!r && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, prefix, n))
			r = wf_vec_push(&ret->found, atoi(entry->d_name + n));
	return r;
}

/* Collects first: a directory that changes is not read well. */
int wf_pin_each(const char *dir, const char *prefix, int (*fn)(void *arg, int number), void *arg)
{
	struct numbers numbers = {0};
	int r = collect(dir, prefix, &numbers);

	for (size_t i = 0; !r && i < numbers.found.n; i++)
		r = fn(arg, numbers.found.items[i]);
	wf_vec_done(&numbers.found);
	return r;
}
