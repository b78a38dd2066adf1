// SPDX-License-Identifier: Apache-2.0
/*
 * TCP connections, one after another, each with a byte there and a byte back, as a client of
 * HTTP/1.0 makes them:
 *
 *     client                     server
 *     connect       -----------> the kernel answers
 *     a byte        -----------> accept, a byte back, close
 *     its end, close <----------
 *
 * One thread has both ends, and the kernel does each step before the call returns, so nothing is
 * waited for and nobody woken: what is measured is the stacks and the way between them. The server
 * closes first, which leaves the client's ports free to be used again.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

#include "base/err.h"
#include "base/own.h"
#include "bench/place.h"

#define CONNECT_TIMEOUT_S 3
#define CONNECT_WARM_UP	  100

enum arg {
	ARG_CLIENT_NETNS = 1,
	ARG_SERVER_NETNS,
	ARG_ADDR, /* IPv6: where the client connects to */
	ARG_PORT,
	ARG_SERVER_PORT, /* where that arrives, at any address of the server */
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

/* A socket of the current namespace that waits for nothing forever. */
static int open_tcp(struct wf_err *err)
{
	const struct timeval timeout = {.tv_sec = CONNECT_TIMEOUT_S};
	_cleanup_close_ int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)))
		return wf_err_errno(err, -errno, "cannot open a TCP socket");
	return TAKE_FD(fd);
}

/* What it accepts inherits its timeouts. */
static int listen_in(const char *netns, in_port_t port, struct wf_err *err)
{
	const struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = port};
	_cleanup_close_ int fd = -1;
	const int on = 1;
	int r = bench_place_netns(netns, err);

	if (r)
		return r;
	fd = open_tcp(err);
	if (fd < 0)
		return fd;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (const struct sockaddr *)&any, sizeof(any)) || listen(fd, 1))
		return wf_err_errno(err, -errno, "cannot listen in '%s'", netns);
	return TAKE_FD(fd);
}

/* The server's part of one connection, with the client's byte already under way. */
static int serve(int listener, struct wf_err *err)
{
	_cleanup_close_ int fd = accept(listener, NULL, NULL);
	char byte;

	if (fd < 0 || recv(fd, &byte, 1, 0) != 1 || send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
		return wf_err_errno(err, -errno, "the server does not get a request");
	return 0;
}

static int one_connection(int listener, const struct sockaddr_in6 *addr, struct wf_err *err)
{
	_cleanup_close_ int fd = open_tcp(err);
	char byte = 0;
	int r;

	if (fd < 0)
		return fd;
	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) ||
	    send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
		return wf_err_errno(err, -errno, "cannot connect");
	r = serve(listener, err);
	if (r)
		return r;
	if (recv(fd, &byte, 1, 0) != 1 || recv(fd, &byte, 1, 0) != 0)
		return wf_err_errno(err, -errno, "no answer, or no end of it");
	return 0;
}

static int measure(int listener, const struct sockaddr_in6 *addr, unsigned int ms,
		   struct wf_err *err)
{
	unsigned long n = 0;
	double start, end;
	int r = 0;

	for (int i = 0; i < CONNECT_WARM_UP && !r; i++)
		r = one_connection(listener, addr, err);
	start = now_s();
	do {
		for (int i = 0; i < 32 && !r; i++, n++)
			r = one_connection(listener, addr, err);
		end = now_s();
	} while (!r && end - start < ms / 1e3);
	if (!r)
		printf("{\"connections\": %lu, \"seconds\": %.6f}\n", n, end - start);
	return r;
}

static int run(char **argv, struct wf_err *err)
{
	struct sockaddr_in6 addr = {.sin6_family = AF_INET6,
				    .sin6_port = htons((in_port_t)atoi(argv[ARG_PORT]))};
	_cleanup_close_ int listener = -1;
	int r;

	if (inet_pton(AF_INET6, argv[ARG_ADDR], &addr.sin6_addr) != 1)
		return wf_err_set(err, -EINVAL, "'%s' is no IPv6 address", argv[ARG_ADDR]);
	r = bench_place_cpu((unsigned int)atoi(argv[ARG_CPU]), err);
	if (r)
		return r;
	listener = listen_in(argv[ARG_SERVER_NETNS], htons((in_port_t)atoi(argv[ARG_SERVER_PORT])),
			     err);
	if (listener < 0)
		return listener;
	r = bench_place_netns(argv[ARG_CLIENT_NETNS], err);
	return r ? r : measure(listener, &addr, (unsigned int)atoi(argv[ARG_MS]), err);
}

int main(int argc, char **argv)
{
	struct wf_err err = {};

	if (argc != ARG_COUNT) {
		fprintf(stderr, "usage: bench-connect CLIENT-NETNS SERVER-NETNS ADDR PORT"
				" SERVER-PORT MS CPU\n");
		return 2;
	}
	if (run(argv, &err)) {
		fprintf(stderr, "bench-connect: %s\n", err.msg);
		return 1;
	}
	return 0;
}
