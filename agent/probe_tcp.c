// SPDX-License-Identifier: Apache-2.0
/* A connection that is made, and closed at once. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "agent/probing.h"

int wf_probing_connect(struct wf_probing *p, struct wf_err *err)
{
	const struct wf_probe_target *t = &p->target;
	struct wf_kern *k = p->kern;
	int fd;

	if (!t->has_addr)
		return wf_err_set(err, -EADDRNOTAVAIL, "it has no address");
	fd = k->ops->netns_connect(k, &t->place, &t->addr, t->probe.port, err);
	if (fd < 0)
		return fd;
	p->fd = fd;
	if (wf_probing_await(p, fd, EV_WRITE) < 0)
		return wf_err_set(err, -ENOMEM, "out of memory");
	return 0;
}

int wf_probing_connected(const struct wf_probing *p)
{
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return -errno;
	return -error;
}

static void on_io(struct wf_probing *p)
{
	int r = wf_probing_connected(p);

	wf_probing_end(p, r ? "%s" : NULL, strerror(-r));
}

const struct wf_probe_method wf_probe_tcp = {.start = wf_probing_connect, .on_io = on_io};
