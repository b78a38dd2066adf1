/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network namespaces: by name as iproute2 keeps them, by path, or by inode; a visit, and the way
 * home.
 *
 * A descriptor keeps its namespace alive, and so the interfaces in it: nobody holds one for longer
 * than a call takes, or a container that died would never be seen to have gone.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/own.h"

#define WF_NETNS_DIR "/run/netns"
#define WF_NETNS_OWN "/proc/self/ns/net" /* the node's, to its daemon */

/*
 * @netns: a name in WF_NETNS_DIR, or a path if it has a '/'. Returns a descriptor, or -ENOENT (the
 * message says where it looked), -EINVAL (no network namespace).
 */
int wf_netns_open(const char *netns, struct wf_err *err);

/* How a namespace is found again. */
struct wf_netns_place {
	const char *path; /* or name, looked at first; NULL: none is known */
	uint64_t inode;	  /* of nsfs; 0: whatever is at the path */
};

/*
 * Returns a descriptor. Where the path leads elsewhere by now, all namespaces that have a name or a
 * process are looked at. -ENOENT: it is gone.
 */
int wf_netns_find(const struct wf_netns_place *place, struct wf_err *err);

/* Until @fn returns other than 0; returns that. @first: a directory to begin with, or NULL. */
typedef int (*wf_netns_fn)(void *arg, const char *path, uint64_t inode);
int wf_netns_walk(const char *first, wf_netns_fn fn, void *arg);

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
