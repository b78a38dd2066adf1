/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command that runs in a container's network namespace (and in nothing else of it): in a process
 * group of its own, with /dev/null for input and outputs, with no other descriptor of ours, a plain
 * environment, and "/" as its directory. It dies with this process.
 *
 * What it started and left in its group dies with it; what leaves the group does not.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct wf_child {
	pid_t pid; /* and number of its group; 0: none */
	int fd;	   /* owned; a pidfd, readable when it has ended */
};

/* @netns_fd: -1: in ours. -ENOENT, -EACCES, ...: there is no such command, or it cannot be run. */
int wf_child_start(int netns_fd, char *const *argv, struct wf_child *ret, struct wf_err *err);
/*
 * To its end, for which everything here waits: @wait_ms at most, then it is killed. @io: its input
 * and its outputs (both in one), neither of them one of the first three descriptors. Returns its
 * exit status, 128 + the signal that ended it, or an error of the start.
 */
int wf_child_run(int netns_fd, char *const *argv, const int io[2], uint32_t wait_ms,
		 struct wf_err *err);
/* It ends soon, with its group. */
void wf_child_kill(const struct wf_child *c);
/*
 * When it has ended, it is forgotten, and what is left of its group is killed. Returns its exit
 * status, 128 + the signal that ended it, or -EAGAIN: it has not.
 */
int wf_child_reap(struct wf_child *c);
