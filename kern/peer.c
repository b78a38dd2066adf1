// SPDX-License-Identifier: Apache-2.0
#include "kern/peer.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/own.h"
#include "base/vec.h"
#include "kern/dir.h"
#include "kern/link.h"
#include "kern/netns.h"

struct search {
	struct wf_nl *nl;
	int nsid;
	WF_VEC(ino_t) seen; /* many processes share a namespace */
};

static bool is_new(struct search *s, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	wf_vec_each (ino, &s->seen)
		if (*ino == st.st_ino)
			return false;
	return wf_vec_push(&s->seen, st.st_ino) == 0;
}

/* Namespaces that are entries of @dir_path, or are at @suffix below them. */
static int search_dir(struct search *s, const char *dir_path, const char *suffix)
{
	WF_CLEANUP(cleanup_dir) DIR *dir = opendir(dir_path);
	const struct dirent *entry;
	char path[512];

	while (dir && (entry = readdir(dir))) {
		_cleanup_close_ int fd = -1;

		if (*suffix && !isdigit((unsigned char)entry->d_name[0]))
			continue; /* /proc: processes only */
		snprintf(path, sizeof(path), "%s/%s%s", dir_path, entry->d_name, suffix);
		if (!is_new(s, path))
			continue;
		fd = wf_netns_open(path, NULL);
		if (fd >= 0 && wf_link_nsid(s->nl, fd) == s->nsid)
			return TAKE_FD(fd);
	}
	return -ENOENT;
}

int wf_peer_netns(struct wf_nl *nl, int nsid)
{
	static const struct {
		const char *dir;
		const char *suffix;
	} places[] = {
		{WF_NETNS_DIR, ""},
		{"/run/docker/netns", ""},
		{"/proc", "/ns/net"},
	};
	struct search s = {.nl = nl, .nsid = nsid};
	int fd = -ENOENT;

	for (size_t i = 0; fd < 0 && i < sizeof(places) / sizeof(places[0]); i++)
		fd = search_dir(&s, places[i].dir, places[i].suffix);
	wf_vec_done(&s.seen);
	return fd;
}
