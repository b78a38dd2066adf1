// SPDX-License-Identifier: Apache-2.0
#include "lab/daemons.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>

#include "lab/plan.h"
#include "lab/state.h"

#define ASK_STEP_MS 20
#define TAIL_BYTES  2000
#define CMDLINE_MAX 65536
#define LOG_MAX	    (256u << 20)
#define ARGS_MAX    16

static bool is_program(const char *path)
{
	return access(path, X_OK) == 0;
}

static bool find_in_path(char *ret)
{
	const char *dirs = getenv("PATH");

	while (dirs && *dirs) {
		size_t len = strcspn(dirs, ":");

		snprintf(ret, PATH_MAX, "%.*s/weftd", (int)len, dirs);
		if (len && is_program(ret))
			return true;
		dirs += len + (dirs[len] == ':');
	}
	return false;
}

int wf_daemon_find(char *ret, struct wf_err *err)
{
	const char *named = getenv("WEFTD");
	char self[PATH_MAX - 32];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (named && *named) {
		snprintf(ret, PATH_MAX, "%s", named);
		return is_program(ret) ? 0 : wf_err_errno(err, -errno, "WEFTD=%.100s", named);
	}
	if (n > 0) {
		self[n] = '\0';
		*strrchr(self, '/') = '\0';
		snprintf(ret, PATH_MAX, "%s/weftd", self);
		if (is_program(ret))
			return 0;
		snprintf(ret, PATH_MAX, "%s/../daemon/weftd", self);
		if (is_program(ret))
			return 0;
	}
	if (find_in_path(ret))
		return 0;
	return wf_err_set(err, -ENOENT,
			  "there is no weftd beside this program or in PATH: install it, or name "
			  "it with WEFTD");
}

/* The words of the daemon's command line, pointing into @text. */
static char **make_argv(const struct wf_lab *lab, unsigned int i, const char *program,
			struct wf_buf *text)
{
	const char *node = lab->hosts.items[i].name;
	char ifname[WF_LAB_IFNAME_MAX];
	const char *sep = "--underlay\n";
	char **argv = calloc(ARGS_MAX + 1, sizeof(*argv));
	size_t n = 0;

	/* One word a line; no name in it can hold a newline, and a program's path hardly does. */
	wf_buf_printf(text, "%s\n--netns\n%s-%s\n--node\n%s\n--node-id\n%u\n", program, lab->name,
		      node, node, i + 1);
	wf_buf_printf(text,
		      "--store\nsqlite:" WF_LAB_RUN "/%s/store.db\n--socket\n" WF_LAB_RUN
		      "/%s/%s.sock\n--pin-dir\n" WF_LAB_PIN "/%s-%s\n",
		      lab->name, lab->name, node, lab->name, node);
	wf_vec_each (l, &lab->links) {
		for (unsigned int end = 0; end < 2; end++) {
			if (l->is_outside || l->ends[end] != i)
				continue;
			wf_plan_ifname(lab, l, end, ifname);
			wf_buf_printf(text, "%s%s", sep, ifname);
			sep = ",";
		}
	}
	/* It wants one; a node that is alone has nobody on it. */
	if (*sep != ',')
		wf_buf_printf(text, "%slo", sep);
	if (!argv || text->is_failed) {
		free(argv);
		return NULL;
	}
	for (char *word = strtok(text->data, "\n"); word; word = strtok(NULL, "\n"))
		argv[n++] = word;
	return argv;
}

static void become_daemon(const struct wf_lab *lab, unsigned int i, char *const *argv, int lock)
{
	const char *node = lab->hosts.items[i].name;
	char path[WF_LAB_PATH_MAX], pid[16];
	struct wf_err err;
	sigset_t none;
	int log, null;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	log = open(wf_state_path(lab->name, node, ".log", path), O_WRONLY | O_CREAT | O_APPEND,
		   0644);
	null = open("/dev/null", O_RDONLY);
	dup2(null, 0);
	dup2(log, 1);
	dup2(log, 2);
	snprintf(pid, sizeof(pid), "%d\n", getpid());
	if (wf_write_file(wf_state_path(lab->name, node, ".pid", path), pid, strlen(pid), &err) < 0)
		_exit(1);
	/* Held until now: who takes the lab down meanwhile finds the pid file written. */
	fcntl(lock, F_SETFD, FD_CLOEXEC);
	execv(argv[0], argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* The pipe's other end is closed by the child's exec (or its end). */
static void wait_for_exec(int pipe_fd)
{
	char none;

	while (read(pipe_fd, &none, 1) < 0 && errno == EINTR)
		;
}

int wf_daemon_start(const struct wf_lab *lab, unsigned int i, const char *program, int lock,
		    pid_t *ret, struct wf_err *err)
{
	_cleanup_close_ int read_end = -1, write_end = -1;
	struct wf_buf text = {0};
	int ends[2];
	char **argv;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return wf_err_errno(err, -errno, "pipe");
	read_end = ends[0];
	write_end = ends[1];
	argv = make_argv(lab, i, program, &text);
	pid = argv ? fork() : -1;
	if (pid == 0)
		become_daemon(lab, i, argv, lock);
	free(argv);
	wf_buf_done(&text);
	if (pid < 0)
		return wf_err_errno(err, -errno, "cannot start weftd");
	close(TAKE_FD(write_end));
	wait_for_exec(read_end);
	*ret = pid;
	return 0;
}

int wf_daemon_wait(const struct wf_lab *lab, unsigned int i, pid_t pid, struct wf_err *err)
{
	const struct timespec step = {.tv_nsec = ASK_STEP_MS * 1000000L};
	WF_CLEANUP(cleanup_client) struct wf_client *c = NULL;
	const char *node = lab->hosts.items[i].name;
	char path[WF_LAB_PATH_MAX];
	struct wf_err why = {0};

	c = wf_client_new(wf_state_path(lab->name, node, ".sock", path));
	if (!c)
		return wf_err_set(err, -ENOMEM, "out of memory");
	for (int waited = 0; waited < WF_LAB_START_MS; waited += ASK_STEP_MS) {
		if (access(path, F_OK) == 0 &&
		    wf_client_call(c, "GET", "/v1/status", NULL, NULL, &why) == 0)
			return 0;
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return wf_err_set(err, -ESRCH, "weftd of node '%s' ended", node);
		nanosleep(&step, NULL);
	}
	return wf_err_set(err, -ETIMEDOUT, "weftd of node '%s' does not answer after %d s%s%.120s",
			  node, WF_LAB_START_MS / 1000, why.code ? ": " : "", why.msg);
}

/* Has the process "--netns LAB-NODE" in its command line? */
static bool is_daemon_of(const struct wf_lab *lab, unsigned int i, pid_t pid)
{
	char path[WF_LAB_PATH_MAX], netns[WF_LAB_NETNS_MAX];
	_cleanup_free_ char *words = NULL;
	bool is_next = false;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	wf_state_netns(lab->name, lab->hosts.items[i].name, netns);
	if (wf_read_file(path, CMDLINE_MAX, &words, &len, NULL) < 0)
		return false;
	for (const char *w = words; w < words + len; w += strlen(w) + 1) {
		if (is_next && strcmp(w, netns) == 0)
			return true;
		is_next = strcmp(w, "--netns") == 0;
	}
	return false;
}

int wf_daemon_pid(const struct wf_lab *lab, unsigned int i, pid_t *ret, int *ret_pidfd)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int pidfd = -1;
	char path[WF_LAB_PATH_MAX];
	size_t len;
	pid_t pid;

	wf_state_path(lab->name, lab->hosts.items[i].name, ".pid", path);
	if (wf_read_file(path, 64, &text, &len, NULL) < 0)
		return -ESRCH;
	pid = (pid_t)strtol(text, NULL, 10);
	pidfd = pid > 1 ? pidfd_open(pid, 0) : -1;
	/* Looked at after it is held: the pid cannot change hands in between. */
	if (pidfd < 0 || !is_daemon_of(lab, i, pid))
		return -ESRCH;
	*ret = pid;
	if (ret_pidfd)
		*ret_pidfd = TAKE_FD(pidfd);
	return 0;
}

static void wait_and_kill(int pidfd)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};

	if (poll(&p, 1, WF_LAB_STOP_MS) > 0)
		return;
	pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
	poll(&p, 1, -1);
}

void wf_daemon_stop_all(const struct wf_lab *lab)
{
	int pidfds[WF_LAB_HOSTS_MAX];
	unsigned int n = 0;
	pid_t pid;

	for (unsigned int i = 0; i < lab->n_nodes; i++) {
		if (wf_daemon_pid(lab, i, &pid, &pidfds[n]) < 0)
			continue;
		pidfd_send_signal(pidfds[n++], SIGTERM, NULL, 0);
	}
	for (unsigned int i = 0; i < n; i++) {
		wait_and_kill(pidfds[i]);
		close(pidfds[i]);
	}
}

void wf_lab_log_tail(const struct wf_lab *lab, const char *who, struct wf_buf *out)
{
	const char *from;
	_cleanup_free_ char *text = NULL;
	char path[WF_LAB_PATH_MAX];
	size_t len;

	wf_state_path(lab->name, who, ".log", path);
	if (wf_read_file(path, LOG_MAX, &text, &len, NULL) < 0 || !len)
		return;
	from = len > TAIL_BYTES ? strchr(text + len - TAIL_BYTES, '\n') : text;
	wf_buf_printf(out, "the last lines of %s's log:\n%s%s", who, from ? from : text,
		      text[len - 1] == '\n' ? "" : "\n");
}
