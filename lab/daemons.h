/* SPDX-License-Identifier: Apache-2.0 */
/* The weftd of each node: started, waited for, found again by its pid file, stopped. */
#pragma once

#include <sys/types.h>

#include "client/client.h"
#include "lab/lab.h"

#define WF_LAB_START_MS 30000 /* until a daemon must answer */
#define WF_LAB_STOP_MS	5000  /* until it is no longer asked but killed */

/*
 * Where the program is: WEFTD, beside this program, in a build tree's ../daemon, or PATH.
 * @ret: PATH_MAX bytes. -ENOENT.
 */
int wf_daemon_find(char *ret, struct wf_err *err);

/*
 * Starts the daemon of node @i, and returns when it can be found by wf_daemon_pid(). The child
 * closes @lock, see wf_state_create().
 */
int wf_daemon_start(const struct wf_lab *lab, unsigned int i, const char *program, int lock,
		    pid_t *ret, struct wf_err *err);
/* Waits until the child @pid, the daemon of node @i, answers. */
int wf_daemon_wait(const struct wf_lab *lab, unsigned int i, pid_t pid, struct wf_err *err);

/*
 * The pid in node @i's pid file, if that process is this node's daemon: a pid that was given to
 * another process is none of ours. @ret_pidfd (may be NULL) is owned by the caller. -ESRCH.
 */
int wf_daemon_pid(const struct wf_lab *lab, unsigned int i, pid_t *ret, int *ret_pidfd);
/* Ends all of the lab's daemons: first asked to, then killed. */
void wf_daemon_stop_all(const struct wf_lab *lab);

/* Appends the last lines of a node's or container's log. */
void wf_lab_log_tail(const struct wf_lab *lab, const char *who, struct wf_buf *out);
