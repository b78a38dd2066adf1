// SPDX-License-Identifier: Apache-2.0
#include "kern/ping.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/own.h"

#define FLAGS (SOCK_NONBLOCK | SOCK_CLOEXEC)

/* Its own group must be in net.ipv4.ping_group_range for the first kind; root has the second. */
static int make_socket(struct wf_ping *p, struct wf_err *err)
{
	struct icmp6_filter filter;

	p->fd = socket(AF_INET6, SOCK_DGRAM | FLAGS, IPPROTO_ICMPV6);
	if (p->fd >= 0)
		return 0;
	p->fd = socket(AF_INET6, SOCK_RAW | FLAGS, IPPROTO_ICMPV6);
	if (p->fd < 0)
		return wf_err_errno(err, -errno, "no socket for pings");
	p->is_raw = true;
	p->id = (uint16_t)getpid(); /* one daemon in a network namespace */
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
	if (setsockopt(p->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) < 0)
		return wf_err_errno(err, -errno, "a socket for pings takes no filter");
	return 0;
}

/* The address may be gone for a moment: a ping is lost then, no more. */
static int bind_to(struct wf_ping *p, const uint8_t source[16], struct wf_err *err)
{
	struct sockaddr_in6 from = {.sin6_family = AF_INET6};
	const int on = 1;

	memcpy(&from.sin6_addr, source, sizeof(from.sin6_addr));
	if (setsockopt(p->fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on)) < 0 ||
	    bind(p->fd, (struct sockaddr *)&from, sizeof(from)) < 0)
		return wf_err_errno(err, -errno, "pings cannot have the node's address");
	return 0;
}

int wf_ping_open(struct wf_ping *p, const uint8_t source[16], struct wf_err *err)
{
	int r;

	*p = (struct wf_ping){.fd = -1};
	r = make_socket(p, err);
	if (!r)
		r = bind_to(p, source, err);
	if (r)
		wf_ping_close(p);
	return r;
}

void wf_ping_close(struct wf_ping *p)
{
	if (p->fd >= 0)
		close(TAKE_FD(p->fd));
}

/* The kernel fills in the checksum, and the identifier of what is not raw. */
int wf_ping_send(const struct wf_ping *p, const struct wf_addr *to, uint16_t seq)
{
	struct icmp6_hdr echo = {.icmp6_type = ICMP6_ECHO_REQUEST};
	struct sockaddr_in6 addr = {.sin6_family = AF_INET6};

	echo.icmp6_id = htons(p->id);
	echo.icmp6_seq = htons(seq);
	memcpy(&addr.sin6_addr, to->bytes, sizeof(addr.sin6_addr));
	return sendto(p->fd, &echo, sizeof(echo), 0, (struct sockaddr *)&addr, sizeof(addr)) < 0
		       ? -errno
		       : 0;
}

static bool is_ours(const struct wf_ping *p, const struct icmp6_hdr *echo, size_t n)
{
	return n >= sizeof(*echo) && echo->icmp6_type == ICMP6_ECHO_REPLY && !echo->icmp6_code &&
	       (!p->is_raw || ntohs(echo->icmp6_id) == p->id);
}

int wf_ping_receive(const struct wf_ping *p, struct wf_addr *ret_from, uint16_t *ret_seq)
{
	struct sockaddr_in6 from;
	struct icmp6_hdr echo;
	ssize_t n;

	do {
		socklen_t len = sizeof(from);

		n = recvfrom(p->fd, &echo, sizeof(echo), 0, (struct sockaddr *)&from, &len);
		if (n < 0)
			return -EAGAIN; /* whatever else it was, it is over */
	} while (!is_ours(p, &echo, (size_t)n));
	memcpy(ret_from->bytes, &from.sin6_addr, sizeof(ret_from->bytes));
	*ret_seq = ntohs(echo.icmp6_seq);
	return 0;
}
