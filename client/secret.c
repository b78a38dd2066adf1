// SPDX-License-Identifier: Apache-2.0
#include "client/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/own.h"
#include "model/limits.h"
#include "model/secret.h"

#define FOR_OTHERS (S_IRWXG | S_IRWXO)
#define READ_MAX   4096 /* more than any secret: so that its size can be told */

/* What is no file (a pipe of the shell's) is nobody else's. */
static int check_file(int fd, const char *path, struct wf_err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return wf_err_errno(err, -errno, "secret file %s", path);
	if (S_ISDIR(st.st_mode))
		return wf_err_errno(err, -EISDIR, "secret file %s", path);
	if (S_ISREG(st.st_mode) && (st.st_mode & FOR_OTHERS))
		return wf_err_set(err, -EACCES,
				  "secret file %s is open to others (mode %04o): chmod it to 600, "
				  "and make a new secret if somebody may have read it",
				  path, st.st_mode & 07777);
	return 0;
}

static int read_all(int fd, const char *path, uint8_t *buf, size_t *ret_len, struct wf_err *err)
{
	size_t len = 0;
	ssize_t n;

	while (len < READ_MAX && (n = read(fd, buf + len, READ_MAX - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return wf_err_errno(err, -errno, "secret file %s", path);
		len += (size_t)n;
	}
	*ret_len = len;
	return 0;
}

int wf_secret_read(const char *path, uint8_t *ret, size_t *ret_len, struct wf_err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	const char *name = is_stdin ? "standard input" : path;
	_cleanup_close_ int opened = -1;
	char fault[WF_SECRET_FAULT_STR_MAX];
	uint8_t buf[READ_MAX];
	size_t len = 0;
	int r = 0;

	if (!is_stdin) {
		opened = open(path, O_RDONLY | O_CLOEXEC);
		if (opened < 0)
			return wf_err_errno(err, -errno, "secret file %s", path);
		r = check_file(opened, path, err);
	}
	if (!r)
		r = read_all(is_stdin ? STDIN_FILENO : opened, name, buf, &len, err);
	if (!r && len && buf[len - 1] == '\n')
		len--;
	if (!r && wf_secret_fault(len, fault)) {
		r = wf_err_set(err, -EINVAL, "the secret in %s is wrong: %s", name, fault);
	} else if (!r) {
		memcpy(ret, buf, len);
		*ret_len = len;
	}
	explicit_bzero(buf, sizeof(buf));
	return r;
}
