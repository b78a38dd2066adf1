// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * TCP through a service, by Linux's own stacks: big GSO packets whose sums are still to be made.
 *
 *   client namespace                 node                 server namespace
 *     A 10.0.0.1 eth0 ----- c0 apply > validate c1 ----- eth1 B 10.0.0.2:8080
 *                  to 10.0.0.100:80
 */
#include "bpf/service_test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf/container_test.h"

static void streams_run_through_services(void **state)
{
	static const struct wf_candidate none = {0};
	struct fixture *f = *state;
	int server[2][2], client[2][2], status = 0;
	pid_t servant, asker;
	char byte;

	service_fill(f, backend_b, none, none);
	servant = container_start(server);
	if (!servant) {
		if (read(server[1][0], &byte, 1) != 1)
			_exit(1);
		container_make("eth1", "02:00:00:00:00:0b", addr_b[0], addr_b[1]);
		stream_serve(server[0][1]);
	}
	container_await(server[0][0]);
	asker = container_start(client);
	if (!asker) {
		if (read(client[1][0], &byte, 1) != 1)
			_exit(1);
		container_make("eth0", "02:00:00:00:00:0a", addr_a[0], addr_a[1]);
		stream_ask(vip[0], 80);
		stream_ask(vip[1], 80);
		_exit(0);
	}
	container_await(client[0][0]);
	container_give(f, "eth1", servant);
	container_give(f, "eth0", asker);
	container_attach(f, f->ports[0]);
	container_attach(f, f->ports[1]);
	assert_int_equal(write(server[1][1], "", 1), 1);
	container_await(server[0][0]);
	assert_int_equal(write(client[1][1], "", 1), 1);
	assert_int_equal(waitpid(asker, &status, 0), asker);
	kill(servant, SIGKILL);
	waitpid(servant, NULL, 0);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_run_through_services),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
