// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * TCP through a function that routes, by Linux's own stacks. GSO packets go in and come back whole.
 *
 *   client namespace            function's namespace              server namespace
 *   A 10.0.0.1 eth0 -- c0    c2 -- eth2 10.0.0.50, forwards    c1 -- eth1 B 10.0.0.2:8080
 *                  apply > validate    apply > validate
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf/container_test.h"
#include "bpf/packet_test.h"
#include "bpf/world_test.h"

#define FUNCTION "5f00:0:1:f007::"

/* A's packets to B go through it, B's go back directly. */
static void put_policy(struct fixture *f)
{
	const struct wf_choice_key choice_key = {.tenant = RED,
						 .policy = POLICY,
						 .node = TEST_NODE};
	const struct wf_choice choice = {.bound = {1}, .n = 1};
	const struct wf_path_key key = {.tenant = RED, .policy = POLICY, .node = TEST_NODE};
	const struct wf_side a = {RED, IDENTITY_A}, b = {RED, IDENTITY_B};
	const struct wf_range all = {.last = WF_RANGE_LAST,
				     .policy = POLICY,
				     .way = POLICY,
				     .verdict = WF_VERDICT_ALLOW};
	const struct outer_spec outer = {.src = "5f00:0:1::1",
					 .dst = FUNCTION,
					 .n_segments = 2,
					 .segments = {"5f00:0:1:e046::", FUNCTION},
					 .segments_left = 1};
	struct wf_template t = {.len = 80, .arg_offset = 56, .next_header_offset = 40};
	struct packet p;

	packet_from_underlay(&p, &outer, NULL);
	memcpy(t.header, p.bytes + ETH_LEN, t.len);
	fixture_put(f, WF_TABLE_CHOICE, &choice_key, &choice);
	fixture_put(f, WF_TABLE_PATH, &key, &t);
	world_put_list(f, RED_SET, a, b, 77, &all, 1);
}

static void put_function(struct fixture *f)
{
	const uint64_t head = wf_sid_head_make(TEST_BLOCK, TEST_NODE, WF_FN_ENDPOINT | 7);
	struct wf_port port = {
		.tenant = RED, .identity = 0x77, .n_addrs = 2, .proxy = WF_BEHAVIOR_AD, .sid = 7};
	struct wf_sid_entry entry = {.behavior = WF_BEHAVIOR_AD,
				     .tenant = RED,
				     .ifindex = f->ports[2],
				     .ifindex_out = f->ports[2]};

	memcpy(port.mac, mac_blue, 6);
	memcpy(entry.mac, mac_blue, 6);
	addr_of("10.0.0.50", port.addrs[0]);
	addr_of("fd00::50", port.addrs[1]);
	fixture_put(f, WF_TABLE_PORT, &f->ports[2], &port);
	fixture_put(f, WF_TABLE_SID, &head, &entry);
}

/* In the function's namespace: forwards; by its own count all that it got, and in big pieces. */
static void forward(int ready, int asked)
{
	char byte;

	container_make("eth2", "02:00:00:00:00:0c", "10.0.0.50", "fd00::50");
	if (system("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 "
		   "net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth2.send_redirects=0 && "
		   "ip -6 route replace default via fe80::1 dev eth2") ||
	    write(ready, "", 1) != 1 || read(asked, &byte, 1) != 1)
		_exit(1);
	_exit(system("set -- $(grep eth2: /proc/net/dev) && "
		     "test $2 -gt 16000000 && test ${10} -gt 16000000 && "
		     "test $(($2 / $3)) -gt 8000") != 0);
}

static void gso_packets_go_through_a_function(void **state)
{
	struct fixture *f = *state;
	int server[2][2], client[2][2], function[2][2], status = 0;
	pid_t servant, asker, router;
	char byte;

	put_function(f);
	put_policy(f);
	servant = container_start(server);
	if (!servant) {
		if (read(server[1][0], &byte, 1) != 1)
			_exit(1);
		container_make("eth1", "02:00:00:00:00:0b", "10.0.0.2", "fd00::2");
		stream_serve(server[0][1]);
	}
	container_await(server[0][0]);
	router = container_start(function);
	if (!router) {
		if (read(function[1][0], &byte, 1) != 1)
			_exit(1);
		forward(function[0][1], function[1][0]);
	}
	container_await(function[0][0]);
	asker = container_start(client);
	if (!asker) {
		if (read(client[1][0], &byte, 1) != 1)
			_exit(1);
		container_make("eth0", "02:00:00:00:00:0a", "10.0.0.1", "fd00::1");
		stream_ask("10.0.0.2", 8080);
		stream_ask("fd00::2", 8080);
		_exit(0);
	}
	container_await(client[0][0]);
	container_give(f, "eth1", servant);
	container_give(f, "eth0", asker);
	container_give(f, "eth2", router);
	for (int i = 0; i < 3; i++)
		container_attach(f, f->ports[i]);
	assert_int_equal(write(server[1][1], "", 1), 1);
	container_await(server[0][0]);
	assert_int_equal(write(function[1][1], "", 1), 1);
	container_await(function[0][0]);
	assert_int_equal(write(client[1][1], "", 1), 1);
	assert_int_equal(waitpid(asker, &status, 0), asker);
	assert_int_equal(status, 0);
	assert_int_equal(write(function[1][1], "", 1), 1);
	assert_int_equal(waitpid(router, &status, 0), router);
	kill(servant, SIGKILL);
	waitpid(servant, NULL, 0);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gso_packets_go_through_a_function),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
