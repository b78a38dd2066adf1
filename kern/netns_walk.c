// SPDX-License-Identifier: Apache-2.0
/* All network namespaces that have a name or a process, and those alone: a look at each inode. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/vec.h"
#include "kern/dir.h"
#include "kern/netns.h"

struct walk {
	wf_netns_fn fn;
	void *arg;
	WF_VEC(uint64_t) seen; /* many processes share a namespace */
};

static bool is_new(struct walk *w, uint64_t inode)
{
	wf_vec_each (seen, &w->seen)
		if (*seen == inode)
			return false;
	return wf_vec_push(&w->seen, inode) == 0;
}

/* Namespaces that are entries of @dir_path, or are at @suffix below them. */
static int walk_dir(struct walk *w, const char *dir_path, const char *suffix)
{
	WF_CLEANUP(cleanup_dir) DIR *dir = opendir(dir_path);
	const struct dirent *entry;
	char path[512];
	struct stat st;
	int r = 0;

	while (!r && dir && (entry = readdir(dir))) {
		if (*suffix && !isdigit((unsigned char)entry->d_name[0]))
			continue; /* /proc: processes only */
		snprintf(path, sizeof(path), "%s/%s%s", dir_path, entry->d_name, suffix);
		if (stat(path, &st) == 0 && is_new(w, st.st_ino))
			r = w->fn(w->arg, path, st.st_ino);
	}
	return r;
}

int wf_netns_walk(const char *first, wf_netns_fn fn, void *arg)
{
	static const struct {
		const char *dir;
		const char *suffix;
	} places[] = {
		{WF_NETNS_DIR, ""},
		{"/run/docker/netns", ""},
		{"/proc", "/ns/net"},
	};
	struct walk w = {.fn = fn, .arg = arg};
	int r = first ? walk_dir(&w, first, "") : 0;

	for (size_t i = 0; !r && i < sizeof(places) / sizeof(places[0]); i++)
		r = walk_dir(&w, places[i].dir, places[i].suffix);
	wf_vec_done(&w.seen);
	return r;
}

/* -ENOENT: it is another one by now, or none. */
static int open_if(const char *path, uint64_t inode)
{
	_cleanup_close_ int fd = wf_netns_open(path, NULL);
	struct stat st;

	if (fd < 0)
		return -ENOENT;
	if (inode && (fstat(fd, &st) < 0 || st.st_ino != inode))
		return -ENOENT;
	return TAKE_FD(fd);
}

struct find {
	uint64_t inode;
	int fd;
};

static int find_inode(void *arg, const char *path, uint64_t inode)
{
	struct find *f = arg;

	if (inode != f->inode)
		return 0;
	f->fd = open_if(path, inode);
	return f->fd >= 0;
}

int wf_netns_find(const struct wf_netns_place *place, struct wf_err *err)
{
	struct find f = {place->inode, -ENOENT};

	if (place->path)
		f.fd = open_if(place->path, place->inode);
	if (f.fd < 0 && place->inode)
		wf_netns_walk(NULL, find_inode, &f);
	if (f.fd >= 0)
		return f.fd;
	return wf_err_set(err, -ENOENT,
			  "the container's network namespace (%.100s, inode %" PRIu64 ") is gone",
			  place->path ? place->path : "no path", place->inode);
}
