/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Containers for tests of the programs with Linux's own stacks at both ends: processes in network
 * namespaces of their own, and a stream between two of them.
 */
#pragma once

#include <sys/types.h>

#include "bpf/fixture_test.h"

#define STREAM_BYTES (8 << 20)

/* A process in a namespace of its own, which tells by pipes[0] when it is there and waits for a
 * byte from pipes[1]. 0: this is it. */
pid_t container_start(int pipes[2][2]);
void container_await(int fd);
/* Into the namespace of @pid: @eth of the fixture's other one. */
void container_give(const struct fixture *f, const char *eth, pid_t pid);
/* apply, to what comes from behind @ifindex. */
void container_attach(const struct fixture *f, uint32_t ifindex);
/* Ethernet device @eth of the calling process's namespace becomes a container's. */
void container_make(const char *eth, const char *mac, const char *v4, const char *v6);

/* Takes one connection to port 8080 after the other, and sends back how much of what it got was
 * right. Does not return. */
void stream_serve(int ready);
/* Sends STREAM_BYTES; ends the process, not with 0, when they do not arrive. */
void stream_ask(const char *addr, uint16_t port);
