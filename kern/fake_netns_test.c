// SPDX-License-Identifier: Apache-2.0
#include "kern/fake.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct wf_kern *with_server(void)
{
	struct wf_kern *k = wf_kern_fake_new();

	assert_non_null(k);
	assert_int_equal(wf_kern_fake_netns_add(k, "c1"), 0);
	assert_int_equal(wf_kern_fake_netns_add(k, "c2"), 0);
	assert_int_equal(wf_kern_fake_listen(k, "c1", 80), 0);
	return k;
}

static int connect_to(struct wf_kern *k, const char *path, uint16_t port)
{
	const struct wf_netns_place place = {path, 0};
	const struct wf_addr addr = {{0}};

	return k->ops->netns_connect(k, &place, &addr, port, NULL);
}

static void a_server_is_met_in_its_namespace_at_its_port(void **state)
{
	static const struct {
		const char *path;
		uint16_t port;
		int code;
	} cases[] = {
		{"c1", 80, 0},
		{"/run/netns/c1", 80, 0},
		{"c1", 81, -ECONNREFUSED},
		{"c2", 80, -ECONNREFUSED},
		{"c3", 80, -ENOENT},
		{NULL, 80, -ENOENT},
	};
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = with_server();

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		_cleanup_close_ int fd = connect_to(k, cases[i].path, cases[i].port);

		assert_int_equal(fd < 0 ? fd : 0, cases[i].code);
	}
	wf_kern_fake_unlisten(k, "c1", 80);
	assert_int_equal(connect_to(k, "c1", 80), -ECONNREFUSED);
}

static void the_oldest_connection_is_accepted_first(void **state)
{
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = with_server();
	_cleanup_close_ int first = connect_to(k, "c1", 80), second = connect_to(k, "c1", 80);
	char c = 0;

	assert_true(first >= 0 && second >= 0);
	for (const char *said = "ab"; *said; said++) {
		_cleanup_close_ int fd = wf_kern_fake_accept(k);

		assert_int_equal(write(fd, said, 1), 1);
	}
	assert_int_equal(read(first, &c, 1), 1);
	assert_int_equal(c, 'a');
	assert_int_equal(read(second, &c, 1), 1);
	assert_int_equal(c, 'b');
	assert_int_equal(wf_kern_fake_accept(k), -EAGAIN);
}

static void a_command_runs_for_real_in_a_namespace_that_is_there(void **state)
{
	WF_CLEANUP(cleanup_kern) struct wf_kern *k = with_server();
	const struct wf_netns_place here = {"c1", 0}, nowhere = {"c3", 0};
	char *argv[] = {"/bin/sh", "-c", "exit 5", NULL};
	struct wf_child c;

	assert_int_equal(k->ops->netns_start(k, &nowhere, argv, &c, NULL), -ENOENT);
	assert_int_equal(k->ops->netns_start(k, &here, argv, &c, NULL), 0);
	assert_int_equal(poll(&(struct pollfd){.fd = c.fd, .events = POLLIN}, 1, 5000), 1);
	assert_int_equal(wf_child_reap(&c), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_is_met_in_its_namespace_at_its_port),
		cmocka_unit_test(the_oldest_connection_is_accepted_first),
		cmocka_unit_test(a_command_runs_for_real_in_a_namespace_that_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
