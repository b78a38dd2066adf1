// SPDX-License-Identifier: Apache-2.0
#include "kern/netlink.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/own.h"

#define LIST_TRIES 10
#define RECV_MAX   65536 /* a kernel's dump messages are at most 32 KiB */

int wf_nl_open(struct wf_nl *nl, struct wf_err *err)
{
	int one = 1;

	nl->seq = 0;
	nl->sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!nl->sock)
		return wf_err_errno(err, -errno, "cannot open a netlink socket");
	if (mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID)) {
		int code = -errno;

		wf_nl_done(nl);
		return wf_err_errno(err, code, "cannot bind a netlink socket");
	}
	/* Only for better error messages: without them errno has to do. */
	(void)mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &one, sizeof(one));
	(void)mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &one, sizeof(one));
	return 0;
}

void wf_nl_done(struct wf_nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
}

void *wf_nl_begin(struct wf_nl_req *req, uint16_t type, uint16_t flags, size_t extra_bytes)
{
	struct nlmsghdr *hdr = mnl_nlmsg_put_header(req->buf);

	hdr->nlmsg_type = type;
	hdr->nlmsg_flags = NLM_F_REQUEST | flags;
	return mnl_nlmsg_put_extra_header(hdr, extra_bytes);
}

static int find_text(const struct nlattr *attr, void *arg)
{
	const char **ret_text = arg;

	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
		*ret_text = mnl_attr_get_str(attr);
	return MNL_CB_OK;
}

int wf_nl_attrs(const struct nlmsghdr *hdr, size_t offset, mnl_attr_cb_t fn, void *arg)
{
	size_t len = mnl_nlmsg_get_payload_len(hdr);

	offset = MNL_ALIGN(offset);
	if (offset > len)
		return MNL_CB_OK;
	return mnl_attr_parse_payload(mnl_nlmsg_get_payload_offset(hdr, offset), len - offset, fn,
				      arg);
}

int wf_nl_verdict(const struct nlmsghdr *hdr, const char **ret_text)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(hdr);
	size_t offset = sizeof(*e);

	*ret_text = NULL;
	if (mnl_nlmsg_get_payload_len(hdr) < sizeof(*e) || e->error > 0)
		return -EBADMSG;
	if (!(hdr->nlmsg_flags & NLM_F_ACK_TLVS))
		return e->error;
	if (!(hdr->nlmsg_flags & NLM_F_CAPPED)) {
		if (e->msg.nlmsg_len < sizeof(e->msg))
			return -EBADMSG;
		offset += MNL_ALIGN((size_t)e->msg.nlmsg_len - sizeof(e->msg));
	}
	if (mnl_nlmsg_get_payload_len(hdr) < offset)
		return -EBADMSG;
	wf_nl_attrs(hdr, offset, find_text, ret_text);
	return e->error;
}

/* What came in answer to one request. */
struct reply {
	uint32_t seq;
	wf_nl_msg_fn fn; /* NULL once it has refused a message */
	void *arg;
	int code;	     /* the first error */
	char text[128];	     /* the kernel's words about it, or "" */
	bool is_done;	     /* the last message was seen */
	bool is_interrupted; /* the list changed while it was read */
};

static int take_verdict(struct reply *reply, const struct nlmsghdr *hdr)
{
	const char *text;
	int r = wf_nl_verdict(hdr, &text);

	if (r && text)
		snprintf(reply->text, sizeof(reply->text), "%s", text);
	return r;
}

static int take_end(const struct nlmsghdr *hdr)
{
	if (mnl_nlmsg_get_payload_len(hdr) < sizeof(int))
		return 0;
	return *(const int *)mnl_nlmsg_get_payload(hdr);
}

static int take_message(struct reply *reply, const struct nlmsghdr *hdr)
{
	switch (hdr->nlmsg_type) {
	case NLMSG_ERROR:
		reply->is_done = true;
		return take_verdict(reply, hdr);
	case NLMSG_DONE:
		reply->is_done = true;
		return take_end(hdr);
	default:
		if (hdr->nlmsg_type < NLMSG_MIN_TYPE || !reply->fn)
			return 0;
		return reply->fn(hdr, reply->arg);
	}
}

static void take_datagram(struct reply *reply, const void *buf, size_t len)
{
	const struct nlmsghdr *hdr = buf;
	int left = (int)len, r;

	for (; mnl_nlmsg_ok(hdr, left); hdr = mnl_nlmsg_next(hdr, &left)) {
		if (hdr->nlmsg_seq != reply->seq)
			continue;
		if (hdr->nlmsg_flags & NLM_F_DUMP_INTR)
			reply->is_interrupted = true;
		r = take_message(reply, hdr);
		if (r && !reply->code) {
			reply->code = r;
			reply->fn = NULL;
		}
	}
}

/* Reads to the end of the answer even after an error: the socket is used again. */
static int talk(struct wf_nl *nl, struct wf_nl_req *req, struct reply *reply)
{
	_cleanup_free_ char *buf = malloc(RECV_MAX);
	ssize_t n;

	if (!buf)
		return -ENOMEM;
	reply->seq = req->hdr.nlmsg_seq = ++nl->seq;
	if (mnl_socket_sendto(nl->sock, req, req->hdr.nlmsg_len) < 0)
		return -errno;
	while (!reply->is_done) {
		n = mnl_socket_recvfrom(nl->sock, buf, RECV_MAX);
		if (n >= 0)
			take_datagram(reply, buf, n);
		else if (errno != EINTR)
			return -errno;
	}
	if (!reply->code && reply->is_interrupted)
		return -EAGAIN;
	return reply->code;
}

static int say_why(struct wf_err *err, int code, const char *what, const char *text)
{
	if (*text)
		return wf_err_set(err, code, "cannot %s: %s", what, text);
	return wf_err_errno(err, code, "cannot %s", what);
}

int wf_nl_do(struct wf_nl *nl, struct wf_nl_req *req, struct wf_err *err, const char *what_fmt, ...)
{
	struct reply reply = {0};
	char what[128];
	va_list ap;
	int r;

	req->hdr.nlmsg_flags |= NLM_F_ACK;
	r = talk(nl, req, &reply);
	if (!r)
		return 0;
	va_start(ap, what_fmt);
	vsnprintf(what, sizeof(what), what_fmt, ap);
	va_end(ap);
	return say_why(err, r, what, reply.text);
}

int wf_nl_ask(struct wf_nl *nl, struct wf_nl_req *req, wf_nl_msg_fn fn, void *arg,
	      struct wf_err *err, const char *what)
{
	struct reply reply = {.fn = fn, .arg = arg};
	int r;

	if (!(req->hdr.nlmsg_flags & NLM_F_DUMP))
		req->hdr.nlmsg_flags |= NLM_F_ACK;
	r = talk(nl, req, &reply);
	return r ? say_why(err, r, what, reply.text) : 0;
}

int wf_nl_list(struct wf_nl *nl, struct wf_nl_req *req, wf_nl_msg_fn fn, void *arg, size_t *n,
	       struct wf_err *err, const char *what)
{
	int r = -EAGAIN;

	for (int i = 0; r == -EAGAIN && i < LIST_TRIES; i++) {
		*n = 0;
		r = wf_nl_ask(nl, req, fn, arg, err, what);
	}
	return r;
}
