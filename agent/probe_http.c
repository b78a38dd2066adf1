// SPDX-License-Identifier: Apache-2.0
/* One GET. Of the answer only the status is looked at, and at most ANSWER_MAX bytes are read. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "agent/probing.h"

#define ANSWER_MAX 4096
#define GOOD_MIN   200
#define GOOD_MAX   399

/* The Host of RFC 9110 section 7.2: an IPv6 address stands in brackets. */
static int write_request(const struct wf_probe_target *t, char *buf, size_t size)
{
	bool is_v4 = wf_addr_is_v4(&t->addr);
	char host[WF_ADDR_STR_MAX];

	return snprintf(buf, size,
			"GET %s HTTP/1.1\r\n"
			"Host: %s%s%s:%u\r\n"
			"User-Agent: weft/" WF_VERSION "\r\n"
			"Accept: */*\r\n"
			"Connection: close\r\n"
			"\r\n",
			t->probe.path[0] ? t->probe.path : "/", is_v4 ? "" : "[",
			wf_addr_str(&t->addr, host), is_v4 ? "" : "]", t->probe.port);
}

static void ask(struct wf_probing *p)
{
	char request[WF_PROBE_PATH_MAX + 256];
	int len = write_request(&p->target, request, sizeof(request));
	int r = wf_probing_connected(p);

	if (!r && send(p->fd, request, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) != len)
		r = -errno; /* a new socket has room for all of it */
	p->is_asked = true;
	if (!r)
		r = wf_probing_await(p, p->fd, EV_READ);
	if (r)
		wf_probing_end(p, "%s", strerror(-r));
}

static void judge(struct wf_probing *p)
{
	int status = wf_http_status(p->head, p->n_head);

	if (status == -EBADMSG)
		wf_probing_end(p, "the answer is not HTTP");
	else if (status >= GOOD_MIN && status <= GOOD_MAX)
		wf_probing_end(p, NULL);
	else if (status > 0)
		wf_probing_end(p, "status %d", status);
}

static void listen_to(struct wf_probing *p)
{
	size_t room = sizeof(p->head) - p->n_head;
	char answer[ANSWER_MAX];
	ssize_t n = recv(p->fd, answer, sizeof(answer), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		wf_probing_end(p, "%s", n ? strerror(errno) : "closed without an answer");
		return;
	}
	if ((size_t)n < room)
		room = (size_t)n;
	memcpy(p->head + p->n_head, answer, room);
	p->n_head += room;
	judge(p);
}

static void on_io(struct wf_probing *p)
{
	if (p->is_asked)
		listen_to(p);
	else
		ask(p);
}

const struct wf_probe_method wf_probe_http = {.start = wf_probing_connect, .on_io = on_io};
