/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One error, for people: a negative errno and one sentence that names the object.
 *
 * Libraries fill it and do not log; whoever ends the error prints it, once.
 */
#pragma once

#define WF_ERR_MSG_MAX 256

struct wf_err {
	int code; /* negative errno, 0 while nothing happened */
	char msg[WF_ERR_MSG_MAX];
};

/*
 * Fills @err (which may be NULL) and returns @code, so that a function can end with
 * `return wf_err_set(err, -EEXIST, "tenant '%s' already exists", name);`.
 * @code: negative errno. Too long a message is cut.
 */
int wf_err_set(struct wf_err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Like wf_err_set(), with ": <strerror of code>" appended. */
int wf_err_errno(struct wf_err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
