// SPDX-License-Identifier: Apache-2.0
#include "kern/run_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/own.h"

#define PINS "/sys/fs/bpf/weft/"

const char *wf_run_dir(const char *pin_dir, char *buf)
{
	bool is_usual = strncmp(pin_dir, PINS, strlen(PINS)) == 0;

	snprintf(buf, WF_RUN_DIR_MAX, WF_RUN_PARENT "/%.255s",
		 pin_dir + (is_usual ? strlen(PINS) : 1));
	return buf;
}

int wf_run_dir_make(const char *dir, struct wf_err *err)
{
	char path[WF_RUN_DIR_MAX + 32];

	snprintf(path, sizeof(path), "%s/", dir);
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return wf_err_errno(err, -errno, "directory '%.200s' cannot be made", path);
		*slash = '/';
	}
	return 0;
}

static int write_file(const char *path, const char *text, unsigned int mode)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	size_t len = strlen(text);
	ssize_t n;

	if (fd < 0)
		return -errno;
	if (fchmod(fd, mode) < 0)
		return -errno;
	n = write(fd, text, len);
	return n < 0 ? -errno : (size_t)n < len ? -ENOSPC : 0;
}

int wf_run_write(const char *path, const char *text, unsigned int mode, struct wf_err *err)
{
	char next[WF_RUN_DIR_MAX + 64];
	int r;

	snprintf(next, sizeof(next), "%s.new", path);
	r = write_file(next, text, mode);
	if (!r && rename(next, path) < 0)
		r = -errno;
	return r ? wf_err_errno(err, r, "cannot write %.200s", path) : 0;
}

char *wf_run_read(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return NULL;
	text = calloc(1, (size_t)st.st_size + 1);
	if (!text || read(fd, text, (size_t)st.st_size) != st.st_size)
		return NULL;
	return TAKE_PTR(text);
}
