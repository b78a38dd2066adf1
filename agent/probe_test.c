// SPDX-License-Identifier: Apache-2.0
/* Probes on a loop, of containers in a kernel in memory; commands are real. */
#include "agent/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "kern/fake.h"

#define PATIENCE_S 10

struct test {
	struct event_base *base;
	struct wf_kern *kern;
	struct wf_prober *prober;
	unsigned int n_good, n_bad;
	char why[WF_ERR_MSG_MAX]; /* of the last bad one */
};

static int setup(void **state)
{
	struct test *t = calloc(1, sizeof(*t));

	t->base = event_base_new();
	t->kern = wf_kern_fake_new();
	t->prober = wf_prober_new(t->base, t->kern);
	assert_non_null(t->prober);
	assert_int_equal(wf_kern_fake_netns_add(t->kern, "c1"), 0);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct test *t = *state;

	wf_prober_free(t->prober);
	wf_kern_free(t->kern);
	event_base_free(t->base);
	free(t);
	return 0;
}

static void note(void *arg, bool is_good, const char *why)
{
	struct test *t = arg;

	t->n_good += is_good;
	t->n_bad += !is_good;
	if (!is_good)
		snprintf(t->why, sizeof(t->why), "%s", why);
}

static struct wf_probe_target target(enum wf_probe_type type, char **argv)
{
	struct wf_probe_target t = {
		.probe = {.type = type,
			  .port = argv ? 0 : 80,
			  .argv = argv,
			  .interval_ms = 100,
			  .timeout_ms = 100,
			  .rise = 1,
			  .fall = 1},
		.place = {"/run/netns/c1", 1},
		.has_addr = true,
	};

	strcpy(t.probe.path, type == WF_PROBE_HTTP ? "/health?all" : "");
	wf_addr_parse("fd00::1", &t.addr);
	return t;
}

typedef bool (*condition_fn)(struct test *t);

static void wait_for(struct test *t, condition_fn is_true)
{
	time_t end = time(NULL) + PATIENCE_S;

	while (!is_true(t)) {
		event_base_loopexit(t->base, &(struct timeval){.tv_usec = 10000});
		event_base_loop(t->base, EVLOOP_ONCE);
		if (time(NULL) > end)
			fail_msg("waited %d s", PATIENCE_S);
	}
}

static bool is_good(struct test *t)
{
	return t->n_good;
}

static bool is_bad(struct test *t)
{
	return t->n_bad;
}

static bool is_told_thrice(struct test *t)
{
	return t->n_good + t->n_bad >= 3;
}

static void a_connection_is_good_and_its_refusal_is_not(void **state)
{
	struct test *t = *state;
	const struct wf_probe_target tcp = target(WF_PROBE_TCP, NULL);
	struct wf_probing *p;

	assert_int_equal(wf_kern_fake_listen(t->kern, "c1", 80), 0);
	p = wf_probing_new(t->prober, &tcp, note, t);
	wait_for(t, is_good);
	assert_int_equal(t->n_bad, 0);
	wf_kern_fake_unlisten(t->kern, "c1", 80);
	wait_for(t, is_bad);
	assert_string_equal(t->why, "Connection refused");
	assert_int_equal(wf_kern_fake_netns_remove(t->kern, "c1"), 0);
	t->n_bad = 0;
	wait_for(t, is_bad);
	assert_non_null(strstr(t->why, "is gone"));
	wf_probing_free(p);
}

static void what_has_no_address_cannot_be_connected(void **state)
{
	struct test *t = *state;
	struct wf_probe_target tcp = target(WF_PROBE_TCP, NULL);
	struct wf_probing *p;

	tcp.has_addr = false;
	p = wf_probing_new(t->prober, &tcp, note, t);
	wait_for(t, is_bad);
	assert_string_equal(t->why, "it has no address");
	wf_probing_free(p);
}

/* What the container's server was asked, when something has come. */
static int accept_request(struct test *t, char *buf, size_t size)
{
	int fd;
	ssize_t n;

	while ((fd = wf_kern_fake_accept(t->kern)) < 0)
		event_base_loop(t->base, EVLOOP_ONCE);
	while ((n = recv(fd, buf, size - 1, MSG_DONTWAIT)) < 0)
		event_base_loop(t->base, EVLOOP_ONCE);
	buf[n] = '\0';
	return fd;
}

static void one_get_says_its_host(void **state)
{
	static const struct {
		const char *addr, *host;
	} cases[] = {{"10.0.0.7", "\r\nHost: 10.0.0.7:80\r\n"},
		     {"fd00::7", "\r\nHost: [fd00::7]:80\r\n"}};
	struct test *t = *state;

	assert_int_equal(wf_kern_fake_listen(t->kern, "c1", 80), 0);
	for (size_t i = 0; i < 2; i++) {
		struct wf_probe_target http = target(WF_PROBE_HTTP, NULL);
		struct wf_probing *p;
		char request[1024];

		wf_addr_parse(cases[i].addr, &http.addr);
		p = wf_probing_new(t->prober, &http, note, t);
		close(accept_request(t, request, sizeof(request)));
		assert_memory_equal(request, "GET /health?all HTTP/1.1\r\n", 26);
		assert_non_null(strstr(request, cases[i].host));
		assert_string_equal(request + strlen(request) - 4, "\r\n\r\n");
		wf_probing_free(p);
	}
}

static void answers_are_judged_by_their_status(void **state)
{
	static const struct {
		const char *answer; /* NULL: none at all */
		const char *why;    /* NULL: good */
	} cases[] = {
		{"HTTP/1.1 200 OK\r\n\r\n", NULL},
		{"HTTP/1.0 399 \r\n", NULL},
		{"HTTP/1.1 404 Not Found\r\n\r\n", "status 404"},
		{"HTTP/1.1 199 Odd\r\n\r\n", "status 199"},
		{"SSH-2.0-OpenSSH\r\n", "the answer is not HTTP"},
		{"", "closed without an answer"},
		{NULL, "no answer after 100 ms"},
	};
	struct test *t = *state;

	assert_int_equal(wf_kern_fake_listen(t->kern, "c1", 80), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct wf_probe_target http = target(WF_PROBE_HTTP, NULL);
		struct wf_probing *p = wf_probing_new(t->prober, &http, note, t);
		char request[1024];
		int fd = accept_request(t, request, sizeof(request));

		t->n_good = t->n_bad = 0;
		for (const char *c = cases[i].answer; c && *c; c++)
			send(fd, c, 1, MSG_NOSIGNAL); /* it may have heard enough */
		if (cases[i].answer)
			close(fd);
		wait_for(t, cases[i].why ? is_bad : is_good);
		if (cases[i].why)
			assert_string_equal(t->why, cases[i].why);
		if (!cases[i].answer)
			close(fd);
		wf_probing_free(p);
		while ((fd = wf_kern_fake_accept(t->kern)) >= 0)
			close(fd);
	}
}

static void an_exit_status_is_the_answer(void **state)
{
	static const struct {
		char *script;
		const char *why; /* NULL: good */
	} cases[] = {
		{"exit 0", NULL},
		{"exit 2", "exit status 2"},
		{"kill -KILL $$", "ended by signal 9"},
		{"exec sleep 1000", "not over after 100 ms"},
	};
	struct test *t = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *argv[] = {"/bin/sh", "-c", cases[i].script, NULL};
		struct wf_probe_target command = target(WF_PROBE_COMMAND, argv);
		struct wf_probing *p;

		if (cases[i].why && !strncmp(cases[i].why, "not", 3))
			command.probe.timeout_ms = 100;
		else
			command.probe.timeout_ms = command.probe.interval_ms = 5000;
		t->n_good = t->n_bad = 0;
		p = wf_probing_new(t->prober, &command, note, t);
		wait_for(t, cases[i].why ? is_bad : is_good);
		if (cases[i].why)
			assert_string_equal(t->why, cases[i].why);
		wf_probing_free(p);
	}
}

static void a_command_that_is_not_there_is_named(void **state)
{
	struct test *t = *state;
	char *argv[] = {"/nowhere/check", NULL};
	const struct wf_probe_target command = target(WF_PROBE_COMMAND, argv);
	struct wf_probing *p = wf_probing_new(t->prober, &command, note, t);

	wait_for(t, is_bad);
	assert_string_equal(t->why, "it cannot be run: No such file or directory");
	wf_probing_free(p);
}

/* A command whose processes hold a FIFO open for as long as there are any. */
struct alive {
	char folder[32], path[48], script[256];
	int fd;
};

static void alive_init(struct alive *a, const char *then)
{
	strcpy(a->folder, "/tmp/weft-probe-XXXXXX");
	assert_non_null(mkdtemp(a->folder));
	snprintf(a->path, sizeof(a->path), "%s/fifo", a->folder);
	assert_int_equal(mkfifo(a->path, 0600), 0);
	a->fd = open(a->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	snprintf(a->script, sizeof(a->script), "exec 9>%s; trap '' TERM; %s", a->path, then);
}

static void alive_done(struct alive *a)
{
	close(a->fd);
	unlink(a->path);
	rmdir(a->folder);
}

static bool is_begun(const struct alive *a)
{
	char c;

	return read(a->fd, &c, 1) == 1;
}

static bool is_all_gone(const struct alive *a)
{
	struct pollfd p = {.fd = a->fd, .events = POLLIN};

	return poll(&p, 1, PATIENCE_S * 1000) == 1 && p.revents & POLLHUP;
}

static void a_command_that_hangs_is_killed_with_all_it_started(void **state)
{
	struct test *t = *state;
	struct alive alive;
	struct wf_probe_target command;
	struct wf_probing *p;
	char *argv[] = {"/bin/sh", "-c", alive.script, NULL};

	alive_init(&alive, "sleep 1000 & sleep 1000");
	command = target(WF_PROBE_COMMAND, argv);
	p = wf_probing_new(t->prober, &command, note, t);
	wait_for(t, is_told_thrice);
	assert_int_equal(t->n_good, 0);
	wf_probing_free(p);
	assert_true(is_all_gone(&alive));
	alive_done(&alive);
}

static void a_command_ends_with_its_probing(void **state)
{
	struct test *t = *state;
	struct alive alive;
	struct wf_probe_target command;
	struct wf_probing *p;
	char *argv[] = {"/bin/sh", "-c", alive.script, NULL};

	alive_init(&alive, "sleep 1000 & printf x >&9; sleep 1000");
	command = target(WF_PROBE_COMMAND, argv);
	command.probe.timeout_ms = command.probe.interval_ms = 60000;
	p = wf_probing_new(t->prober, &command, note, t);
	while (!is_begun(&alive)) {
		event_base_loopexit(t->base, &(struct timeval){.tv_usec = 10000});
		event_base_loop(t->base, EVLOOP_ONCE);
	}
	wf_probing_free(p);
	assert_true(is_all_gone(&alive));
	assert_int_equal(t->n_good + t->n_bad, 0);
	alive_done(&alive);
}

/* Just so many probes get their turn. */
static void accept_all(struct test *t, int n, int *fds)
{
	int n_accepted = 0, fd;

	for (time_t end = time(NULL) + PATIENCE_S; n_accepted < n && time(NULL) < end;) {
		while (n_accepted < n && (fd = wf_kern_fake_accept(t->kern)) >= 0)
			fds[n_accepted++] = fd;
		event_base_loopexit(t->base, &(struct timeval){.tv_usec = 10000});
		event_base_loop(t->base, EVLOOP_ONCE);
	}
	assert_int_equal(n_accepted, n);
	assert_int_equal(wf_kern_fake_accept(t->kern), -EAGAIN);
}

static void close_all(int *fds, int n)
{
	while (n)
		close(fds[--n]);
}

static void begin_many(struct test *t, struct wf_probing **probings, int n)
{
	struct wf_probe_target http = target(WF_PROBE_HTTP, NULL);

	http.probe.interval_ms = http.probe.timeout_ms = 60000;
	assert_int_equal(wf_kern_fake_listen(t->kern, "c1", 80), 0);
	for (int i = 0; i < n; i++) {
		probings[i] = wf_probing_new(t->prober, &http, note, t);
		assert_non_null(probings[i]);
	}
}

static void only_so_many_run_at_once_and_each_has_its_turn(void **state)
{
	struct wf_probing *p[WF_PROBES_AT_ONCE + 40];
	int fds[WF_PROBES_AT_ONCE];

	begin_many(*state, p, WF_PROBES_AT_ONCE + 40);
	accept_all(*state, WF_PROBES_AT_ONCE, fds);
	close_all(fds, WF_PROBES_AT_ONCE);
	accept_all(*state, 40, fds);
	close_all(fds, 40);
	for (int i = 0; i < WF_PROBES_AT_ONCE + 40; i++)
		wf_probing_free(p[i]);
}

static void one_that_waits_can_be_taken_back(void **state)
{
	struct wf_probing *running[WF_PROBES_AT_ONCE], *waiting[2];
	int fds[WF_PROBES_AT_ONCE];

	begin_many(*state, running, WF_PROBES_AT_ONCE);
	accept_all(*state, WF_PROBES_AT_ONCE, fds);
	begin_many(*state, waiting, 2);
	event_base_loop(((struct test *)*state)->base, EVLOOP_ONCE);
	wf_probing_free(waiting[0]);
	close_all(fds, WF_PROBES_AT_ONCE);
	accept_all(*state, 1, fds);
	close_all(fds, 1);
	wf_probing_free(waiting[1]);
	for (int i = 0; i < WF_PROBES_AT_ONCE; i++)
		wf_probing_free(running[i]);
}

static void probes_are_told_by_what_they_ask(void **state)
{
	char *argv[] = {"/usr/bin/check", "-v", NULL}, buf[WF_PROBE_STR_MAX];
	struct wf_probe_target t = target(WF_PROBE_TCP, NULL);

	assert_string_equal(wf_probe_str(&t.probe, buf), "tcp/80");
	t = target(WF_PROBE_HTTP, NULL);
	assert_string_equal(wf_probe_str(&t.probe, buf), "http/80/health?all");
	t = target(WF_PROBE_COMMAND, argv);
	assert_string_equal(wf_probe_str(&t.probe, buf), "command /usr/bin/check");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_connection_is_good_and_its_refusal_is_not),
		TEST(what_has_no_address_cannot_be_connected),
		TEST(one_get_says_its_host),
		TEST(answers_are_judged_by_their_status),
		TEST(an_exit_status_is_the_answer),
		TEST(a_command_that_is_not_there_is_named),
		TEST(a_command_that_hangs_is_killed_with_all_it_started),
		TEST(a_command_ends_with_its_probing),
		TEST(only_so_many_run_at_once_and_each_has_its_turn),
		TEST(one_that_waits_can_be_taken_back),
		TEST(probes_are_told_by_what_they_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
