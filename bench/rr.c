// SPDX-License-Identifier: Apache-2.0
/*
 * TCP request and response: one byte there, one byte back, over one connection, as often as
 * possible. Both ends run on the same CPU, so that what is measured is the way through the stacks
 * and not how fast a virtual machine wakes another core.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "base/err.h"
#include "base/own.h"
#include "bench/place.h"

#define RR_PORT	      7
#define RR_TIMEOUT_MS 3000
#define RR_WARM_UP    200

enum arg {
	ARG_CLIENT_NETNS = 1,
	ARG_SERVER_NETNS,
	ARG_SERVER_ADDR, /* IPv6: where the client connects to */
	ARG_MS,
	ARG_CPU,
	ARG_COUNT,
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int open_tcp(const char *netns, struct wf_err *err)
{
	const struct timeval timeout = {.tv_sec = RR_TIMEOUT_MS / 1000};
	const int on = 1;
	int fd, r = bench_place_netns(netns, err);

	if (r)
		return r;
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)))
		return wf_err_errno(err, -errno, "cannot open a TCP socket in '%s'", netns);
	return fd;
}

/* At any address: clients may know the server by another one. */
static int listen_in(const char *netns, struct wf_err *err)
{
	const struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(RR_PORT)};
	_cleanup_close_ int fd = open_tcp(netns, err);

	if (fd < 0)
		return fd;
	if (bind(fd, (const struct sockaddr *)&any, sizeof(any)) || listen(fd, 1))
		return wf_err_errno(err, -errno, "cannot listen in '%s'", netns);
	return TAKE_FD(fd);
}

/* Answers each byte with one until the peer closes. */
static void serve(int listener)
{
	int fd = accept(listener, NULL, NULL);
	char byte;

	while (fd >= 0 && recv(fd, &byte, 1, 0) == 1 && send(fd, &byte, 1, MSG_NOSIGNAL) == 1)
		;
}

static int connect_to(const char *netns, const struct sockaddr_in6 *addr, struct wf_err *err)
{
	_cleanup_close_ int fd = open_tcp(netns, err);

	if (fd < 0)
		return fd;
	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)))
		return wf_err_errno(err, -errno, "cannot connect from '%s'", netns);
	return TAKE_FD(fd);
}

static bool transact(int fd)
{
	char byte = 0;

	return send(fd, &byte, 1, MSG_NOSIGNAL) == 1 && recv(fd, &byte, 1, 0) == 1;
}

static int measure(int fd, unsigned int ms, struct wf_err *err)
{
	unsigned long n = 0;
	double start, end;

	for (int i = 0; i < RR_WARM_UP; i++)
		if (!transact(fd))
			return wf_err_errno(err, -errno, "no answer to a request");
	start = now_s();
	do {
		for (int i = 0; i < 32; i++, n++)
			if (!transact(fd))
				return wf_err_errno(err, -errno, "no answer to a request");
		end = now_s();
	} while (end - start < ms / 1e3);
	printf("{\"transactions\": %lu, \"seconds\": %.6f}\n", n, end - start);
	return 0;
}

static int run(char **argv, struct wf_err *err)
{
	struct sockaddr_in6 addr = {.sin6_family = AF_INET6, .sin6_port = htons(RR_PORT)};
	_cleanup_close_ int listener = -1, fd = -1;
	pid_t server;
	int r;

	if (inet_pton(AF_INET6, argv[ARG_SERVER_ADDR], &addr.sin6_addr) != 1)
		return wf_err_set(err, -EINVAL, "'%s' is no IPv6 address", argv[ARG_SERVER_ADDR]);
	r = bench_place_cpu((unsigned int)atoi(argv[ARG_CPU]), err);
	if (r)
		return r;
	listener = listen_in(argv[ARG_SERVER_NETNS], err);
	if (listener < 0)
		return listener;
	server = fork();
	if (server < 0)
		return wf_err_errno(err, -errno, "cannot start the server");
	if (!server) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(listener);
		_exit(0);
	}
	fd = connect_to(argv[ARG_CLIENT_NETNS], &addr, err);
	r = fd < 0 ? fd : measure(fd, (unsigned int)atoi(argv[ARG_MS]), err);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return r;
}

int main(int argc, char **argv)
{
	struct wf_err err = {};

	if (argc != ARG_COUNT) {
		fprintf(stderr, "usage: bench-rr CLIENT-NETNS SERVER-NETNS SERVER-ADDR MS CPU\n");
		return 2;
	}
	if (run(argv, &err)) {
		fprintf(stderr, "bench-rr: %s\n", err.msg);
		return 1;
	}
	return 0;
}
