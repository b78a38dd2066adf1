// SPDX-License-Identifier: Apache-2.0
#include "kern/tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "kern/inet.h"
#include "kern/netns.h"

/* A socket belongs for ever to the namespace it was made in. */
static int make_socket(int netns_fd, int family, struct wf_err *err)
{
	WF_CLEANUP(wf_netns_leave) struct wf_netns_visit visit = WF_NETNS_AT_HOME;
	int fd, r = wf_netns_enter(&visit, netns_fd, err);

	if (r)
		return r;
	fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return fd < 0 ? wf_err_errno(err, -errno, "no socket") : fd;
}

static socklen_t fill(const struct wf_addr *addr, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct wf_inet inet = wf_inet_of(addr);

	memset(ret, 0, sizeof(*ret));
	ret->ss_family = inet.family;
	if (inet.family == AF_INET) {
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, inet.bytes, inet.n_bytes);
		return sizeof(*v4);
	}
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, inet.bytes, inet.n_bytes);
	return sizeof(*v6);
}

int wf_tcp_connect(int netns_fd, const struct wf_addr *addr, uint16_t port, struct wf_err *err)
{
	struct sockaddr_storage to;
	socklen_t len = fill(addr, port, &to);
	_cleanup_close_ int fd = make_socket(netns_fd, to.ss_family, err);

	if (fd < 0)
		return fd;
	if (connect(fd, (struct sockaddr *)&to, len) < 0 && errno != EINPROGRESS)
		return wf_err_set(err, -errno, "%s", strerror(errno));
	return TAKE_FD(fd);
}
