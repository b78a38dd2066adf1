/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rtnetlink: one request, its answer. A request is built in a struct wf_nl_req with the
 * mnl_attr_put family, then sent by wf_nl_do() or wf_nl_ask(). What the kernel says about a refusal
 * (the extended acknowledgement) is in the error. No message is believed before its lengths are
 * checked.
 */
#pragma once

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define WF_NL_REQ_MAX 2048 /* the largest, a new veth with an alias, is below 600 */

struct wf_nl_req {
	union {
		struct nlmsghdr hdr;
		char buf[WF_NL_REQ_MAX];
	};
};

struct wf_nl {
	struct mnl_socket *sock; /* owned; NULL while closed */
	uint32_t seq;
};

/* A negative errno is what wf_nl_ask() then returns; the rest of the answer is passed over. */
typedef int (*wf_nl_msg_fn)(const struct nlmsghdr *hdr, void *arg);

/* A socket of the network namespace the caller is in. */
int wf_nl_open(struct wf_nl *nl, struct wf_err *err);
void wf_nl_done(struct wf_nl *nl);

/* Starts @req; returns its family header of @extra_bytes, zeroed. @flags besides NLM_F_REQUEST. */
void *wf_nl_begin(struct wf_nl_req *req, uint16_t type, uint16_t flags, size_t extra_bytes);

/* A change. 0, or the kernel's negative errno and @err "cannot <what>: <the kernel's words>". */
int wf_nl_do(struct wf_nl *nl, struct wf_nl_req *req, struct wf_err *err, const char *what_fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* A question: @fn sees each message of the answer, to its end. Errors as wf_nl_do(). */
int wf_nl_ask(struct wf_nl *nl, struct wf_nl_req *req, wf_nl_msg_fn fn, void *arg,
	      struct wf_err *err, const char *what);

/*
 * A list (NLM_F_DUMP in the request), @fn counts in @n what it collects. Asked again, with @n reset
 * to 0, when the list changed while it was read; -EAGAIN: time after time.
 */
int wf_nl_list(struct wf_nl *nl, struct wf_nl_req *req, wf_nl_msg_fn fn, void *arg, size_t *n,
	       struct wf_err *err, const char *what);

/*
 * As mnl_attr_parse(), which believes a length that is no multiple of four to be rounded up.
 * @offset: of the attributes in the payload.
 */
int wf_nl_attrs(const struct nlmsghdr *hdr, size_t offset, mnl_attr_cb_t fn, void *arg);

/*
 * The verdict of an NLMSG_ERROR message: 0 or a negative errno; -EBADMSG if the message is cut
 * short. @ret_text: the kernel's words, inside @hdr, or NULL.
 */
int wf_nl_verdict(const struct nlmsghdr *hdr, const char **ret_text);
