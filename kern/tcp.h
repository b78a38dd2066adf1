/* SPDX-License-Identifier: Apache-2.0 */
/* A TCP connection out of a container: begun in its network namespace, read and written anywhere.
 */
#pragma once

#include "base/addr.h"
#include "base/err.h"

/*
 * Returns a descriptor that does not block and becomes writable when the connection is made or has
 * failed, which SO_ERROR tells. -ECONNREFUSED, -ENETUNREACH, ...: it has failed already.
 */
int wf_tcp_connect(int netns_fd, const struct wf_addr *addr, uint16_t port, struct wf_err *err);
