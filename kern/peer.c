// SPDX-License-Identifier: Apache-2.0
#include "kern/peer.h"

#include <errno.h>

#include "base/own.h"
#include "kern/link.h"
#include "kern/netns.h"

struct search {
	struct wf_nl *nl;
	int nsid;
	int fd; /* owned by who searches; -ENOENT until it is found */
};

static int look(void *arg, const char *path, uint64_t inode)
{
	struct search *s = arg;
	_cleanup_close_ int fd = wf_netns_open(path, NULL);

	if (fd < 0 || wf_link_nsid(s->nl, fd) != s->nsid)
		return 0;
	s->fd = TAKE_FD(fd);
	return 1;
}

int wf_peer_netns(struct wf_nl *nl, const char *rooms, int nsid)
{
	struct search s = {nl, nsid, -ENOENT};

	wf_netns_walk(rooms, look, &s);
	return s.fd;
}
