/* SPDX-License-Identifier: Apache-2.0 */
/* Network namespaces: by name as iproute2 keeps them, or by path; a visit, and the way home. */
#pragma once

#include "base/err.h"
#include "base/own.h"

#define WF_NETNS_DIR "/run/netns"

/*
 * @netns: a name in WF_NETNS_DIR, or a path if it has a '/'. Returns a descriptor, or -ENOENT (the
 * message says where it looked), -EINVAL (no network namespace).
 */
int wf_netns_open(const char *netns, struct wf_err *err);

/*
 * The calling thread in another namespace until the guard goes out of scope:
 * `WF_CLEANUP(wf_netns_leave) struct wf_netns_visit visit = WF_NETNS_AT_HOME;`
 */
struct wf_netns_visit {
	int home_fd; /* owned; -1 while at home */
};
#define WF_NETNS_AT_HOME \
	{                \
		-1       \
	}

int wf_netns_enter(struct wf_netns_visit *visit, int netns_fd, struct wf_err *err);
/* Cannot fail: a daemon lost in a container's namespace would be worse than none; it aborts. */
void wf_netns_leave(struct wf_netns_visit *visit);
