// SPDX-License-Identifier: Apache-2.0
/*
 * The files of a store, and the doorbell between its processes.
 *
 * After a commit the writer touches the database file (utimensat), which shows as IN_ATTRIB to an
 * inotify watch in every process, itself included. Watching the write-ahead log for IN_MODIFY would
 * need no bell, but SQLite publishes a commit after its last write to that file: who looks at once
 * may look too early, and gets no second notice. Should a writer die between commit and bell, or be
 * no Weft program, the tick finds the change. Deleting or moving the file rings, too.
 */
#include "store/sqlite.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#define PATH_MAX_BYTES 500 /* SQLite's limit is 512, with a suffix */

static const char *const suffixes[WF_SQLITE_FILE_COUNT] = {"", "-wal", "-shm"};

static int check_dir(const char *url, const char *path, struct wf_err *err)
{
	char dir[PATH_MAX_BYTES + 1];
	struct stat st;

	strcpy(dir, path);
	*(strrchr(dir, '/') + 1) = '\0';
	if (stat(dir, &st) || !S_ISDIR(st.st_mode))
		return wf_err_set(err, -ENOENT,
				  "store '%s': there is no directory %s: make it with mkdir -p",
				  url, dir);
	if (faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS))
		return wf_err_errno(err, -errno,
				    "store '%s': cannot write in %s: run as its owner or root, or "
				    "make it writable",
				    url, dir);
	return 0;
}

static int create(const char *url, const char *path, struct wf_err *err)
{
	_cleanup_close_ int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

	/* Another process may be faster. */
	if (fd < 0 && errno != EEXIST)
		return wf_err_errno(err, -errno, "store '%s': cannot create it", url);
	return 0;
}

/* An existing file is never opened here: closing it would drop SQLite's locks on it. */
int wf_sqlite_file_prepare(const char *url, const char *path, struct wf_err *err)
{
	struct stat st;
	int r;

	if (path[0] != '/')
		return wf_err_set(err, -EINVAL, "store '%s': write sqlite:/absolute/path", url);
	if (strlen(path) > PATH_MAX_BYTES)
		return wf_err_set(
			err, -ENAMETOOLONG,
			"store '%.64s...': a path of more than %d bytes: choose a shorter one", url,
			PATH_MAX_BYTES);
	r = check_dir(url, path, err);
	if (r)
		return r;
	if (stat(path, &st))
		return create(url, path, err);
	if (!S_ISREG(st.st_mode))
		return wf_err_set(err, -EBADMSG, "store '%s': it is no file: choose another path",
				  url);
	if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS))
		return wf_err_errno(
			err, -errno,
			"store '%s': cannot write it: run as its owner or root, or make it "
			"writable",
			url);
	return 0;
}

static int file_stat(const struct wf_sqlite *s, int which, struct stat *ret)
{
	char path[PATH_MAX_BYTES + 8];

	strcpy(path, s->path);
	strcat(path, suffixes[which]);
	return stat(path, ret);
}

int wf_sqlite_file_check(const struct wf_sqlite *s, struct wf_err *err)
{
	struct stat st;

	for (int i = 0; i < WF_SQLITE_FILE_COUNT; i++) {
		if (!file_stat(s, i, &st) && st.st_ino == s->files[i].ino &&
		    st.st_dev == s->files[i].dev)
			continue;
		return wf_err_set(
			err, -ESTALE,
			"store '%s': its file %s%s was deleted or replaced while open: stop "
			"all programs that use it, put the file back if it is needed, restart",
			s->base.url, s->path, suffixes[i]);
	}
	return 0;
}

static int remember(struct wf_sqlite *s, struct wf_err *err)
{
	struct stat st;

	for (int i = 0; i < WF_SQLITE_FILE_COUNT; i++) {
		if (file_stat(s, i, &st))
			return wf_err_errno(err, -ESTALE, "store '%s': its file %s%s is gone",
					    s->base.url, s->path, suffixes[i]);
		s->files[i].dev = st.st_dev;
		s->files[i].ino = st.st_ino;
	}
	return 0;
}

static int poll_add(const struct wf_sqlite *s, int fd)
{
	struct epoll_event readable = {.events = EPOLLIN};

	return epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &readable);
}

int wf_sqlite_file_watch(struct wf_sqlite *s, struct wf_err *err)
{
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (s->epoll_fd < 0 || s->inotify_fd < 0 ||
	    inotify_add_watch(s->inotify_fd, s->path, IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF) <
		    0)
		return wf_err_errno(err, -errno,
				    "store '%s': cannot watch its file: raise ulimit -n or "
				    "fs.inotify.max_user_instances and max_user_watches",
				    s->base.url);
	if (poll_add(s, s->inotify_fd) || poll_add(s, s->base.timer_fd))
		return wf_err_errno(err, -errno, "store '%s': cannot poll", s->base.url);
	return remember(s, err);
}

void wf_sqlite_file_ring(struct wf_sqlite *s)
{
	/* When it fails, others find the change at their next tick; we ourselves at once. */
	if (utimensat(AT_FDCWD, s->path, NULL, 0))
		wf_store_wake(&s->base);
}

void wf_sqlite_file_ring_done(struct wf_sqlite *s)
{
	char events[4096];

	while (read(s->inotify_fd, events, sizeof(events)) > 0)
		;
}
