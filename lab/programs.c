// SPDX-License-Identifier: Apache-2.0
#include "lab/programs.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "lab/daemons.h"
#include "lab/netns.h"
#include "lab/sessions.h"
#include "lab/state.h"

#define MARK	    "WEFT_LAB="
#define MARK_MAX    (sizeof(MARK) + 2 * WF_LAB_NAME_MAX + 16)
#define ENVIRON_MAX (1u << 20)
#define ROUNDS_MAX  100 /* of killing: a process that forks for ever does not keep us */
#define STEP_MS	    20

struct program {
	const struct wf_lab *lab;
	const char *who; /* the host or container */
	const struct wf_lab_command *command;
	unsigned int number; /* of its commands: those of `run` first */
};

struct process {
	pid_t pid;
	int pidfd;	     /* owned */
	char mark[MARK_MAX]; /* what stands behind MARK */
};

struct processes {
	WF_VEC(struct process) list;
	struct wf_sessions sessions; /* while they are sought */
};

static const char *mark_of(const struct program *p, char ret[MARK_MAX])
{
	snprintf(ret, MARK_MAX, "%s/%s/%u", p->lab->name, p->who, p->number);
	return ret;
}

/* In a child: becomes the command, or says why not and where, and ends. */
static void become(const struct program *p, int failed)
{
	char path[WF_LAB_PATH_MAX], netns[WF_LAB_NETNS_MAX], mark[MARK_MAX];
	const char *lab = p->lab->name, *who = p->who;
	struct wf_err err = {0};
	sigset_t none;
	int log, null;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	setenv("WEFT_LAB", mark_of(p, mark), 1);
	setenv("WEFT_LAB_RUN", wf_state_dir(lab, path), 1);
	log = open(wf_state_path(lab, who, ".log", path), O_WRONLY | O_CREAT | O_APPEND, 0644);
	null = open("/dev/null", O_RDONLY);
	dup2(null, 0);
	dup2(log, 1);
	dup2(log, 2);
	if (wf_sessions_note(lab, who, p->number, &err) == 0 &&
	    wf_netns_enter(wf_state_netns(lab, who, netns), &err) == 0 &&
	    chdir(wf_state_path(lab, "folder", "", path)) < 0)
		wf_err_errno(&err, -errno, "%s", path);
	/* The lab's lock, too: who takes the lab down from here on knows it by its environment. */
	if (!err.code && close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		execvp(p->command->argv[0], p->command->argv);
	if (!err.code)
		wf_err_errno(&err, -errno, "%.100s", p->command->argv[0]);
	if (write(failed, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

static int fail(const struct program *p, const char *file, struct wf_err *err, int code,
		const char *why)
{
	return wf_err_set(err, code, "%s:%u: %s '%s': %.160s", file, p->command->line,
			  wf_lab_find_host(p->lab, p->who) >= 0 ? "host" : "container", p->who,
			  why);
}

/* The process, once it is the command; else what hindered it. */
static int spawn(const struct program *p, const char *file, pid_t *ret, struct wf_err *err)
{
	struct wf_err said = {0};
	int ends[2];
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return wf_err_errno(err, -errno, "pipe");
	*ret = fork();
	if (*ret == 0)
		become(p, ends[1]);
	close(ends[1]);
	while ((n = read(ends[0], &said, sizeof(said))) < 0 && errno == EINTR)
		;
	close(ends[0]);
	if (*ret < 0)
		return fail(p, file, err, -EAGAIN, "no process can be made");
	if (n <= 0)
		return 0;
	waitpid(*ret, NULL, 0);
	return fail(p, file, err, -ECHILD, said.msg);
}

static bool is_interrupted(void)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM);
}

/* Until the child is over: its status; or -EINTR, -ETIMEDOUT. */
static int wait_child(pid_t pid, int *ret_status)
{
	const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};

	for (int waited = 0; waited < WF_LAB_RUN_MS; waited += STEP_MS) {
		if (waitpid(pid, ret_status, WNOHANG) == pid)
			return 0;
		if (is_interrupted())
			return -EINTR;
		nanosleep(&step, NULL);
	}
	return -ETIMEDOUT;
}

static int run_one(const struct program *p, const char *file, struct wf_err *err)
{
	char why[160];
	int status = 0, r;
	pid_t pid;

	r = spawn(p, file, &pid, err);
	if (r < 0)
		return r;
	r = wait_child(pid, &status);
	if (r == -EINTR)
		return wf_err_set(err, r, "interrupted");
	if (r == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (r == -ETIMEDOUT)
		snprintf(why, sizeof(why),
			 "%.80s is not over after %d s: what runs longer belongs "
			 "to 'start'",
			 p->command->argv[0], WF_LAB_RUN_MS / 1000);
	else if (WIFSIGNALED(status))
		snprintf(why, sizeof(why), "%.80s was ended by signal %d", p->command->argv[0],
			 WTERMSIG(status));
	else
		snprintf(why, sizeof(why), "%.80s failed with status %d", p->command->argv[0],
			 WEXITSTATUS(status));
	return fail(p, file, err, r < 0 ? r : -ECHILD, why);
}

static int run_all_of(const struct wf_lab *lab, const char *who,
		      const struct wf_lab_programs *programs, const char *file,
		      struct wf_buf *detail, struct wf_err *err)
{
	int r = 0;

	for (unsigned int i = 0; i < programs->run.n && r == 0; i++)
		r = run_one(&(struct program){lab, who, &programs->run.items[i], i}, file, err);
	if (r < 0)
		wf_lab_log_tail(lab, who, detail);
	return r;
}

int wf_programs_run_all(const struct wf_lab *lab, const char *file, struct wf_buf *detail,
			struct wf_err *err)
{
	int r = 0;

	wf_vec_each (h, &lab->hosts)
		if (r == 0)
			r = run_all_of(lab, h->name, &h->programs, file, detail, err);
	wf_vec_each (c, &lab->containers)
		if (r == 0)
			r = run_all_of(lab, c->name, &c->programs, file, detail, err);
	return r;
}

/* What the process has behind MARK in its environment. */
static bool read_mark(pid_t pid, char ret[MARK_MAX])
{
	_cleanup_free_ char *words = NULL;
	char path[32];
	size_t len;

	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	if (wf_read_file(path, ENVIRON_MAX, &words, &len, NULL) < 0)
		return false;
	for (const char *w = words; w < words + len; w += strlen(w) + 1)
		if (strncmp(w, MARK, strlen(MARK)) == 0)
			return snprintf(ret, MARK_MAX, "%s", w + strlen(MARK)) < (int)MARK_MAX;
	return false;
}

/* For one that has no environment any more: by its session. */
static bool recall_mark(const struct wf_lab *lab, const struct wf_sessions *s, pid_t pid,
			char ret[MARK_MAX])
{
	int n = snprintf(ret, MARK_MAX, "%s/", lab->name);

	return wf_sessions_find(s, getsid(pid), ret + n, MARK_MAX - (size_t)n) == 0;
}

/* Is it in the namespace of the host or container that its mark names? That may be gone. */
static bool is_at_home(const struct wf_lab *lab, pid_t pid, const char *mark)
{
	char path[WF_LAB_PATH_MAX], netns[WF_LAB_NETNS_MAX], who[WF_LAB_NAME_MAX];
	struct stat here, there;

	snprintf(who, sizeof(who), "%.*s", (int)strcspn(mark + strlen(lab->name) + 1, "/"),
		 mark + strlen(lab->name) + 1);
	snprintf(path, sizeof(path), WF_LAB_NETNS "/%s", wf_state_netns(lab->name, who, netns));
	if (stat(path, &there) < 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	return stat(path, &here) == 0 && here.st_ino == there.st_ino;
}

/* Appends the process if it is the lab's. */
static void take_process(const struct wf_lab *lab, pid_t pid, struct processes *ret)
{
	size_t len = strlen(lab->name);
	struct process p = {.pid = pid, .pidfd = pidfd_open(pid, 0)};
	struct pollfd end = {.fd = p.pidfd, .events = POLLIN};

	/* Looked at after it is held: the pid cannot change hands in between. */
	if (p.pidfd < 0)
		return;
	if ((!read_mark(pid, p.mark) && !recall_mark(lab, &ret->sessions, pid, p.mark)) ||
	    strncmp(p.mark, lab->name, len) || p.mark[len] != '/' ||
	    !is_at_home(lab, pid, p.mark) || poll(&end, 1, 0) > 0 || wf_vec_push(&ret->list, p) < 0)
		close(p.pidfd);
}

static void find_all(const struct wf_lab *lab, struct processes *ret)
{
	const struct dirent *entry;
	DIR *proc = opendir("/proc");

	memset(ret, 0, sizeof(*ret));
	wf_sessions_load(lab->name, &ret->sessions);
	while (proc && (entry = readdir(proc)))
		if (strspn(entry->d_name, "0123456789") == strlen(entry->d_name))
			take_process(lab, (pid_t)strtol(entry->d_name, NULL, 10), ret);
	if (proc)
		closedir(proc);
	wf_sessions_done(&ret->sessions);
}

static void forget(struct processes *all)
{
	wf_vec_each (p, &all->list)
		close(p->pidfd);
	wf_vec_done(&all->list);
}

static bool has_mark(const struct processes *all, const char *mark)
{
	wf_vec_each (p, &all->list)
		if (strcmp(p->mark, mark) == 0)
			return true;
	return false;
}

static bool does_run(const struct processes *all, const struct program *p)
{
	char mark[MARK_MAX];

	return has_mark(all, mark_of(p, mark));
}

static bool has_programs(const struct wf_lab *lab)
{
	wf_vec_each (h, &lab->hosts)
		if (h->programs.run.n + h->programs.start.n)
			return true;
	wf_vec_each (c, &lab->containers)
		if (c->programs.run.n + c->programs.start.n)
			return true;
	return false;
}

static struct program program_of(const struct wf_lab *lab, const char *who,
				 const struct wf_lab_programs *programs, unsigned int i)
{
	return (struct program){lab, who, &programs->start.items[i],
				(unsigned int)programs->run.n + i};
}

struct starter {
	const struct wf_lab *lab;
	const char *file;
	struct processes all; /* of the lab */
	unsigned int n_started;
	struct wf_buf *detail;
	struct wf_err *err;
};

static int start_all_of(struct starter *s, const char *who, const struct wf_lab_programs *programs)
{
	int r = 0;
	pid_t pid;

	for (unsigned int i = 0; i < programs->start.n && r == 0; i++) {
		struct program p = program_of(s->lab, who, programs, i);

		if (does_run(&s->all, &p))
			continue;
		r = spawn(&p, s->file, &pid, s->err);
		s->n_started += r == 0;
		if (r < 0)
			wf_lab_log_tail(s->lab, who, s->detail);
	}
	return r;
}

int wf_programs_start_all(const struct wf_lab *lab, const char *file, struct wf_buf *detail,
			  unsigned int *ret_started, struct wf_err *err)
{
	struct starter s = {.lab = lab, .file = file, .detail = detail, .err = err};
	int r = 0;

	if (has_programs(lab))
		find_all(lab, &s.all);
	wf_vec_each (h, &lab->hosts)
		if (r == 0)
			r = start_all_of(&s, h->name, &h->programs);
	wf_vec_each (c, &lab->containers)
		if (r == 0)
			r = start_all_of(&s, c->name, &c->programs);
	forget(&s.all);
	*ret_started = s.n_started;
	return r;
}

unsigned int wf_programs_running(const struct wf_lab *lab, const char *who,
				 const struct wf_lab_programs *programs)
{
	struct processes all = {0};
	unsigned int n = 0;

	if (!programs->start.n)
		return 0;
	find_all(lab, &all);
	for (unsigned int i = 0; i < programs->start.n; i++) {
		struct program p = program_of(lab, who, programs, i);

		n += does_run(&all, &p);
	}
	forget(&all);
	return n;
}

static void signal_all(const struct processes *all, int number)
{
	wf_vec_each (p, &all->list)
		pidfd_send_signal(p->pidfd, number, NULL, 0);
}

/* Until all are over, or the time is. A child of ours that is over is taken note of. */
static void wait_all(const struct processes *all, int ms)
{
	wf_vec_each (p, &all->list) {
		struct pollfd end = {.fd = p->pidfd, .events = POLLIN};
		struct timespec before, after;

		clock_gettime(CLOCK_MONOTONIC, &before);
		poll(&end, 1, ms > 0 ? ms : 0);
		clock_gettime(CLOCK_MONOTONIC, &after);
		ms -= (int)((after.tv_sec - before.tv_sec) * 1000 +
			    (after.tv_nsec - before.tv_nsec) / 1000000);
		waitpid(p->pid, NULL, WNOHANG);
	}
}

void wf_programs_stop_all(const struct wf_lab *lab)
{
	struct processes all;

	if (!has_programs(lab))
		return;
	find_all(lab, &all);
	signal_all(&all, SIGTERM);
	wait_all(&all, WF_LAB_KILL_MS);
	forget(&all);
	/* Who did not listen, and what was started meanwhile. */
	for (int i = 0; i < ROUNDS_MAX; i++) {
		find_all(lab, &all);
		if (!all.list.n)
			return;
		signal_all(&all, SIGKILL);
		wait_all(&all, WF_LAB_KILL_MS);
		forget(&all);
	}
}
