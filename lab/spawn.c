// SPDX-License-Identifier: Apache-2.0
/* Input and errors pass through files in memory: no pipe can fill, so nothing has to be polled. */
#include "lab/spawn.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/own.h"

#include <errno.h>

static int memory_file(const char *name, const char *text)
{
	_cleanup_close_ int fd = memfd_create(name, MFD_CLOEXEC);
	size_t len = strlen(text);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return TAKE_FD(fd);
}

static void become(char *const *argv, int in, int errors)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(in, 0);
	dup2(errors, 2);
	execvp(argv[0], argv);
	dprintf(2, "%s: %s", argv[0], strerror(errno));
	_exit(127);
}

int wf_spawn(char *const *argv, const char *input, struct wf_err *err)
{
	_cleanup_close_ int in = memory_file("in", input), errors = memory_file("errors", "");
	char said[WF_ERR_MSG_MAX] = "";
	int status;
	pid_t pid;

	if (in < 0 || errors < 0)
		return wf_err_errno(err, in < 0 ? in : errors, "memory for %s", argv[0]);
	pid = fork();
	if (pid < 0)
		return wf_err_errno(err, -errno, "cannot run %s", argv[0]);
	if (pid == 0)
		become(argv, in, errors);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return wf_err_errno(err, -errno, "cannot wait for %s", argv[0]);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (pread(errors, said, sizeof(said) - 1, 0) < 0)
		said[0] = '\0';
	said[strcspn(said, "\n")] = '\0';
	return wf_err_set(err, -ECHILD, "%s failed: %s", argv[0], *said ? said : "it said nothing");
}
