// SPDX-License-Identifier: Apache-2.0
#include "kern/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"

static int read_number(const char *path, long *ret)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[32], *end;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	*ret = strtol(text, &end, 10);
	return end == text ? -EBADMSG : 0;
}

static int write_text(const char *path, const char *text)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

#define FILE_MAX 256

static int file_of(const char *path, char file[FILE_MAX], struct wf_err *err)
{
	if (snprintf(file, FILE_MAX, "/proc/sys/%s", path) < FILE_MAX)
		return 0;
	return wf_err_set(err, -ENAMETOOLONG, "setting '%.64s...' is too long", path);
}

int wf_sysctl_is(const char *path, int value, struct wf_err *err)
{
	char file[FILE_MAX];
	long now = 0;
	int r = file_of(path, file, err);

	if (r)
		return r;
	r = read_number(file, &now);
	return r ? wf_err_errno(err, r, "cannot read %s", file) : now == value;
}

char *wf_sysctl_read(const char *path)
{
	_cleanup_close_ int fd = -1;
	char file[FILE_MAX], text[128];
	ssize_t n;

	if (file_of(path, file, NULL) < 0)
		return NULL;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return NULL;
	text[n] = '\0';
	return strdup(text);
}

int wf_sysctl_set(const char *path, int value, struct wf_err *err)
{
	char file[FILE_MAX], text[16];
	int r = wf_sysctl_is(path, value, err);

	if (r)
		return r < 0 ? r : 0;
	r = file_of(path, file, err);
	if (r)
		return r;
	snprintf(text, sizeof(text), "%d", value);
	r = write_text(file, text);
	return r ? wf_err_errno(err, r, "cannot set %s to %d", file, value) : 0;
}
