// SPDX-License-Identifier: Apache-2.0
/*
 * By vfork(): a large daemon is not copied, and why a command could not be run is known at once.
 * The child has our memory until it is the command, so it makes system calls and nothing else.
 */
#include "kern/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/own.h"

struct start {
	int netns_fd;
	const int *io; /* input, output; NULL: /dev/null, both */
	char *const *argv;
	pid_t parent;
	volatile int code; /* why it is not the command; written by the child */
};

/* All, also those that the C library keeps for itself and who started us may have ignored. */
static int drop_signals(void)
{
	static const uint64_t plain[4]; /* the kernel's struct sigaction: SIG_DFL, nothing else */
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		(void)syscall(SYS_rt_sigaction, i, plain, NULL, sizeof(uint64_t)); /* not KILL */
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Its input and output are none of the first three. */
static int keep_files(const int *io)
{
	return dup2(io[0], 0) == 0 && dup2(io[1], 1) == 1 && dup2(io[1], 2) == 2 ? 0 : -1;
}

static int drop_files(const int *io)
{
	if (io && keep_files(io) < 0)
		return -1;
	if (close_range(io ? 3 : 0, ~0U, 0) < 0)
		return -1;
	return io || (open("/dev/null", O_RDWR) == 0 && dup2(0, 1) == 1 && dup2(0, 2) == 2) ? 0
											    : -1;
}

/* Also when the parent has died before it was asked for. */
static int die_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -1;
	errno = ESRCH;
	return getppid() == parent ? 0 : -1;
}

static void become(struct start *s)
{
	static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	static char *const environment[] = {path, NULL};

	if ((s->netns_fd < 0 || setns(s->netns_fd, CLONE_NEWNET) == 0) && setpgid(0, 0) == 0 &&
	    die_with(s->parent) == 0 && chdir("/") == 0 && drop_files(s->io) == 0 &&
	    drop_signals() == 0)
		execvpe(s->argv[0], s->argv, environment);
	s->code = -errno;
	_exit(127);
}

/* No handler of ours may run in the child. */
static pid_t spawn(struct start *s)
{
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = vfork();
	if (pid == 0)
		become(s);
	if (pid < 0)
		s->code = -errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

static int start(int netns_fd, const int *io, char *const *argv, struct wf_child *ret,
		 struct wf_err *err)
{
	struct start s = {.netns_fd = netns_fd, .io = io, .argv = argv, .parent = getpid()};
	pid_t pid = spawn(&s);
	int fd = -1;

	if (!s.code) {
		fd = pidfd_open(pid, 0);
		s.code = fd < 0 ? -errno : 0;
	}
	if (s.code) {
		if (pid > 0) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		}
		return wf_err_errno(err, s.code, "it cannot be run");
	}
	*ret = (struct wf_child){pid, fd};
	return 0;
}

int wf_child_start(int netns_fd, char *const *argv, struct wf_child *ret, struct wf_err *err)
{
	return start(netns_fd, NULL, argv, ret, err);
}

int wf_child_run(int netns_fd, char *const *argv, const int io[2], uint32_t wait_ms,
		 struct wf_err *err)
{
	struct pollfd ended = {.events = POLLIN};
	struct wf_child child;
	int r = start(netns_fd, io, argv, &child, err);

	if (r)
		return r;
	ended.fd = child.fd;
	while ((r = poll(&ended, 1, (int)wait_ms)) < 0 && errno == EINTR)
		;
	if (r <= 0) {
		wf_child_kill(&child);
		while (poll(&ended, 1, -1) < 0 && errno == EINTR)
			;
	}
	return wf_child_reap(&child);
}

void wf_child_kill(const struct wf_child *c)
{
	kill(-c->pid, SIGKILL);
}

int wf_child_reap(struct wf_child *c)
{
	siginfo_t info = {0};

	if (waitid(P_PIDFD, (id_t)c->fd, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || !info.si_pid)
		return -EAGAIN;
	wf_child_kill(c); /* before its number can be another's */
	waitid(P_PIDFD, (id_t)c->fd, &info, WEXITED);
	close(TAKE_FD(c->fd));
	c->pid = 0;
	return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}
