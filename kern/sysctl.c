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

int wf_sysctl_set(const char *path, int value, struct wf_err *err)
{
	char file[256], text[16];
	long now = 0;
	int r;

	if ((size_t)snprintf(file, sizeof(file), "/proc/sys/%s", path) >= sizeof(file))
		return wf_err_set(err, -ENAMETOOLONG, "setting '%.64s...' is too long", path);
	r = read_number(file, &now);
	if (!r && now == value)
		return 0;
	snprintf(text, sizeof(text), "%d", value);
	if (!r)
		r = write_text(file, text);
	return r ? wf_err_errno(err, r, "cannot set %s to %d", file, value) : 0;
}
