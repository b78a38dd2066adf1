/* SPDX-License-Identifier: Apache-2.0 */
/* Echo requests (RFC 4443 section 4) from one address of the node, many at a time, without waiting.
 */
#pragma once

#include "base/addr.h"
#include "base/err.h"

struct wf_ping {
	int fd; /* owned; -1: none */
	bool is_raw;
	uint16_t id; /* of a raw socket: what tells its answers from those to others */
};

/* Where the kernel lets nobody have sockets for pings alone, a raw one. -EPERM: neither. */
int wf_ping_open(struct wf_ping *p, const uint8_t source[16], struct wf_err *err);
void wf_ping_close(struct wf_ping *p);

/* One request. An error of the moment: nothing leads there, or there is no room. */
int wf_ping_send(const struct wf_ping *p, const struct wf_addr *to, uint16_t seq);
/* The next answer; -EAGAIN: there is none. */
int wf_ping_receive(const struct wf_ping *p, struct wf_addr *ret_from, uint16_t *ret_seq);
