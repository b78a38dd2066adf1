// SPDX-License-Identifier: Apache-2.0
/* Finding a namespace again, and what is begun in one: connections and commands, in a sandbox. */
#include "kern/netns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "kern/child.h"
#include "kern/sandbox.h"
#include "kern/tcp.h"

#define PATIENCE_MS 5000

static uint64_t inode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

static uint64_t inode_of_fd(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

static int find(const char *path, uint64_t inode, struct wf_err *err)
{
	return wf_netns_find(&(struct wf_netns_place){path, inode}, err);
}

static void a_namespace_is_found_wherever_it_is_named(void **state)
{
	uint64_t inode;
	const char *const paths[] = {"/run/netns/a", "a", "/run/netns/b", "/nowhere", NULL};

	sandbox_netns("a");
	sandbox_netns("b");
	inode = inode_of("/run/netns/a");
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		_cleanup_close_ int fd = find(paths[i], inode, NULL);

		assert_true(fd >= 0);
		assert_int_equal(inode_of_fd(fd), inode);
	}
	sandbox_netns_remove("a");
	sandbox_netns_remove("b");
}

static void a_namespace_without_a_name_is_found_by_its_process(void **state)
{
	char path[64], ready;
	int pipes[2];
	_cleanup_close_ int fd = -1;
	uint64_t inode;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (!pid) {
		ready = (char)unshare(CLONE_NEWNET);
		(void)!write(pipes[1], &ready, 1);
		pause();
	}
	assert_int_equal(read(pipes[0], &ready, 1), 1);
	assert_int_equal(ready, 0);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	inode = inode_of(path);
	fd = find("/run/netns/gone", inode, NULL);
	assert_true(fd >= 0);
	assert_int_equal(inode_of_fd(fd), inode);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(pipes[0]);
	close(pipes[1]);
}

static void what_is_no_namespace_or_another_one_is_not_found(void **state)
{
	const struct {
		const char *path;
		uint64_t inode;
	} cases[] = {
		{"/run/netns/a", 1}, {"/etc/passwd", 0}, {"/nowhere", 0}, {NULL, 0}, {NULL, 1}};

	sandbox_netns("a");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wf_err err = {0};

		assert_int_equal(find(cases[i].path, cases[i].inode, &err), -ENOENT);
		sandbox_expect(err.msg, "is gone");
	}
	sandbox_netns_remove("a");
}

/* A server on a free port of ::1 in @netns, for both families; returns the listening socket. */
static int serve(int netns, uint16_t *ret_port)
{
	WF_CLEANUP(wf_netns_leave) struct wf_netns_visit visit = WF_NETNS_AT_HOME;
	struct sockaddr_in6 any = {.sin6_family = AF_INET6};
	socklen_t len = sizeof(any);
	int fd;

	assert_int_equal(wf_netns_enter(&visit, netns, NULL), 0);
	sandbox_run("ip link set lo up");
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&any, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&any, &len), 0);
	*ret_port = ntohs(any.sin6_port);
	return fd;
}

static int outcome(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	socklen_t len = sizeof(int);
	int error = -1;

	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len), 0);
	return error;
}

static void a_connection_is_made_inside_and_nowhere_else(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "::1"};
	_cleanup_close_ int a = -1, b = -1, server = -1;
	uint16_t port;

	sandbox_netns("a");
	sandbox_netns("b");
	a = wf_netns_open("a", NULL);
	b = wf_netns_open("b", NULL);
	close(serve(b, &port)); /* for its lo */
	server = serve(a, &port);
	for (size_t i = 0; i < 2; i++) {
		_cleanup_close_ int good = -1, bad = -1;
		struct wf_addr addr;

		assert_int_equal(wf_addr_parse(hosts[i], &addr), 0);
		good = wf_tcp_connect(a, &addr, port, NULL);
		assert_true(good >= 0);
		assert_int_equal(outcome(good), 0);
		bad = wf_tcp_connect(b, &addr, port, NULL);
		assert_true(bad >= 0 || bad == -ECONNREFUSED);
		if (bad >= 0)
			assert_int_equal(outcome(bad), ECONNREFUSED);
	}
	sandbox_netns_remove("a");
	sandbox_netns_remove("b");
}

static bool has_ended(const struct wf_child *c)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};

	return poll(&p, 1, PATIENCE_MS) == 1;
}

static int status_of(int netns, const char *script)
{
	char *argv[] = {"/bin/sh", "-c", (char *)script, NULL};
	struct wf_child c;

	assert_int_equal(wf_child_start(netns, argv, &c, NULL), 0);
	assert_true(has_ended(&c));
	return wf_child_reap(&c);
}

static void a_command_runs_inside_with_nothing_of_ours(void **state)
{
	static const struct {
		const char *script;
		int status;
	} cases[] = {
		{"exit 3", 3},
		{"kill -TERM $$", 128 + SIGTERM},
		{"ip link show dev inside", 0},
		{"test \"$(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2 | uniq)\" = "
		 "/dev/null",
		 0},
		{"test ! -e /proc/$$/fd/200", 0},
		{"test $(pwd) = /", 0},
		{"test -z \"$OURS\"", 0},
		{"test \"$(cut -d' ' -f5 /proc/$$/stat)\" = $$", 0},
		{"exec awk '/^Sig(Blk|Ign)/ && $2 !~ /^0*$/ {exit 1}' /proc/self/status", 0},
	};
	_cleanup_close_ int a = -1, leak = dup2(0, 200);

	sandbox_netns("a");
	a = wf_netns_open("a", NULL);
	sandbox_run("ip -n a link add inside type veth peer other");
	setenv("OURS", "1", 1);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(leak, 200);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int status = status_of(a, cases[i].script);

		if (status != cases[i].status)
			fail_msg("%s: %d", cases[i].script, status);
	}
	assert_int_not_equal(status_of(-1, "ip link show dev inside"), 0);
	sandbox_netns_remove("a");
}

static void a_command_that_is_none_is_told_at_once(void **state)
{
	static const struct {
		char *path;
		int code;
	} cases[] = {{"/nowhere", -ENOENT}, {"/etc/passwd", -EACCES}, {"/", -EACCES}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *argv[] = {cases[i].path, NULL};
		struct wf_child c = {0};
		struct wf_err err = {0};

		assert_int_equal(wf_child_start(-1, argv, &c, &err), cases[i].code);
		sandbox_expect(err.msg, "it cannot be run: ");
		assert_int_equal(c.pid, 0);
	}
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* A pipe that only the command's processes hold open says when the last of them is gone. */
static bool all_are_gone(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, PATIENCE_MS) == 1 && p.revents & POLLHUP;
}

static int start_with_fifo(const char *script, struct wf_child *ret)
{
	char *argv[] = {"/bin/sh", "-c", (char *)script, NULL};
	struct pollfd p = {.events = POLLIN};

	unlink("/run/alive");
	assert_int_equal(mkfifo("/run/alive", 0600), 0);
	p.fd = open("/run/alive", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(p.fd >= 0);
	assert_int_equal(wf_child_start(-1, argv, ret, NULL), 0);
	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1); /* it has written, so it has opened */
	return p.fd;
}

static char drain(int fd)
{
	char c = 0;

	while (read(fd, &c, 1) == 1)
		;
	return c;
}

static void a_killed_command_takes_its_children_with_it(void **state)
{
	struct wf_child c;
	_cleanup_close_ int fd = start_with_fifo("exec 9>/run/alive; trap '' TERM; "
						 "sleep 1000 & printf x >&9; sleep 1000",
						 &c);

	assert_int_equal(wf_child_reap(&c), -EAGAIN);
	assert_int_equal(drain(fd), 'x');
	wf_child_kill(&c);
	assert_true(has_ended(&c));
	assert_int_equal(wf_child_reap(&c), 128 + SIGKILL);
	assert_true(all_are_gone(fd));
}

static void what_a_command_left_behind_goes_when_it_is_reaped(void **state)
{
	struct wf_child c;
	_cleanup_close_ int fd =
		start_with_fifo("exec 9>/run/alive; sleep 1000 & printf x >&9; exit 0", &c);

	assert_true(has_ended(&c));
	assert_int_equal(drain(fd), 'x');
	assert_int_equal(wf_child_reap(&c), 0);
	assert_true(all_are_gone(fd));
}

static void a_command_dies_with_who_started_it(void **state)
{
	_cleanup_close_ int fd = -1;
	pid_t pid;

	unlink("/run/alive");
	assert_int_equal(mkfifo("/run/alive", 0600), 0);
	fd = open("/run/alive", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	pid = fork();
	if (!pid) {
		char *argv[] = {"/bin/sh", "-c", "exec 9>/run/alive; printf x >&9; exec sleep 1000",
				NULL};
		struct wf_child c;

		wf_child_start(-1, argv, &c, NULL);
		pause();
	}
	assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, PATIENCE_MS), 1);
	assert_int_equal(drain(fd), 'x');
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_true(all_are_gone(fd));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_namespace_is_found_wherever_it_is_named),
		cmocka_unit_test(a_namespace_without_a_name_is_found_by_its_process),
		cmocka_unit_test(what_is_no_namespace_or_another_one_is_not_found),
		cmocka_unit_test(a_connection_is_made_inside_and_nowhere_else),
		cmocka_unit_test(a_command_runs_inside_with_nothing_of_ours),
		cmocka_unit_test(a_command_that_is_none_is_told_at_once),
		cmocka_unit_test(a_killed_command_takes_its_children_with_it),
		cmocka_unit_test(what_a_command_left_behind_goes_when_it_is_reaped),
		cmocka_unit_test(a_command_dies_with_who_started_it),
	};

	sandbox_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
