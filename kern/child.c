// SPDX-License-Identifier: Apache-2.0
/*
 * By vfork(): a large daemon is not copied, and why a command could not be run is known at once.
 * The child has our memory until it is the command, so it makes system calls and nothing else.
 */
#include "kern/child.h"

#include <errno.h>
#include <fcntl.h>
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

static int drop_files(void)
{
	if (close_range(0, ~0U, 0) < 0)
		return -1;
	return open("/dev/null", O_RDWR) == 0 && dup2(0, 1) == 1 && dup2(0, 2) == 2 ? 0 : -1;
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
	    die_with(s->parent) == 0 && chdir("/") == 0 && drop_files() == 0 && drop_signals() == 0)
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

int wf_child_start(int netns_fd, char *const *argv, struct wf_child *ret, struct wf_err *err)
{
	struct start s = {.netns_fd = netns_fd, .argv = argv, .parent = getpid()};
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
