// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bpf/container_test.h"

#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf/packet_test.h"
#include "weft.skel.h"

static void shell(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

void container_make(const char *eth, const char *mac, const char *v4, const char *v6)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.%s.accept_dad=0 && "
		 "ip link set %s address %s up && ip addr add %s/32 dev %s && "
		 "ip addr add %s/128 dev %s nodad && "
		 "ip neigh add 169.254.1.1 lladdr 02:57:45:46:54:01 dev %s nud permanent && "
		 "ip neigh add fe80::1 lladdr 02:57:45:46:54:01 dev %s nud permanent && "
		 "ip route add default via 169.254.1.1 dev %s onlink && "
		 "ip -6 route add default via fe80::1 dev %s",
		 eth, eth, mac, v4, eth, v6, eth, eth, eth, eth, eth);
	if (system(command) != 0)
		_exit(2);
}

static uint8_t byte_of(uint32_t i)
{
	return (uint8_t)(i * 31 + (i >> 13));
}

static int socket_for(const char *addr, uint16_t port, struct sockaddr_in6 *ret)
{
	const struct timeval patience = {.tv_sec = 20};
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	memset(ret, 0, sizeof(*ret));
	ret->sin6_family = AF_INET6;
	ret->sin6_port = htons(port);
	addr_of(addr, ret->sin6_addr.s6_addr);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return fd;
}

void stream_serve(int ready)
{
	static uint8_t buf[1 << 16];
	struct sockaddr_in6 any;
	int fd = socket_for("::", 8080, &any);
	const int yes = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) || listen(fd, 8) ||
	    write(ready, "", 1) != 1)
		_exit(3);
	for (;;) {
		int c = accept(fd, NULL, NULL);
		uint32_t at = 0, n_right = 0;
		ssize_t n;

		while (c >= 0 && at < STREAM_BYTES && (n = read(c, buf, sizeof(buf))) > 0)
			for (ssize_t i = 0; i < n; i++, at++)
				n_right += buf[i] == byte_of(at);
		if (c >= 0 && write(c, &n_right, sizeof(n_right)) < 0)
			_exit(4);
		close(c);
	}
}

void stream_ask(const char *addr, uint16_t port)
{
	static uint8_t bytes[STREAM_BYTES];
	struct sockaddr_in6 to, from;
	socklen_t len = sizeof(from);
	int fd = socket_for(addr, port, &to);
	uint32_t n_right = 0, at = 0;
	ssize_t n = 1;

	for (uint32_t i = 0; i < STREAM_BYTES; i++)
		bytes[i] = byte_of(i);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		_exit(10);
	if (getpeername(fd, (struct sockaddr *)&from, &len) ||
	    memcmp(&from.sin6_addr, &to.sin6_addr, 16) != 0)
		_exit(11);
	for (; at < STREAM_BYTES && n > 0; at += (uint32_t)n)
		n = write(fd, bytes + at, STREAM_BYTES - at);
	if (read(fd, &n_right, sizeof(n_right)) != sizeof(n_right))
		_exit(12);
	close(fd);
	if (n_right != STREAM_BYTES)
		_exit(13);
}

pid_t container_start(int pipes[2][2])
{
	pid_t pid;

	assert_int_equal(pipe(pipes[0]) | pipe(pipes[1]), 0);
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET) || system("ip link set lo up") || write(pipes[0][1], "", 1) != 1)
		_exit(1);
	return 0;
}

void container_await(int fd)
{
	char byte;

	assert_int_equal(read(fd, &byte, 1), 1);
}

void container_attach(const struct fixture *f, uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = bpf_program__fd(f->skel->progs.apply));

	assert_int_equal(bpf_tc_hook_create(&hook), 0);
	assert_int_equal(bpf_tc_attach(&hook, &opts), 0);
}

void container_give(const struct fixture *f, const char *eth, pid_t pid)
{
	char command[256];

	snprintf(command, sizeof(command), "nsenter --net=/proc/%d/fd/%d ip link set %s netns %d",
		 getpid(), f->far_fd, eth, pid);
	shell(command);
}
