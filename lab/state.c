// SPDX-License-Identifier: Apache-2.0
#include "lab/state.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#define LOCK_WAIT_MS 5000
#define LOCK_STEP_MS 20

const char *wf_state_dir(const char *lab, char *buf)
{
	snprintf(buf, WF_LAB_PATH_MAX, WF_LAB_RUN "/%s", lab);
	return buf;
}

const char *wf_state_path(const char *lab, const char *name, const char *suffix, char *buf)
{
	snprintf(buf, WF_LAB_PATH_MAX, WF_LAB_RUN "/%s/%s%s", lab, name, suffix);
	return buf;
}

const char *wf_state_netns(const char *lab, const char *name, char *buf)
{
	snprintf(buf, WF_LAB_NETNS_MAX, "%s-%s", lab, name);
	return buf;
}

int wf_read_file(const char *path, size_t max, char **ret, size_t *ret_len, struct wf_err *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct wf_buf text = {0};
	char chunk[65536];
	ssize_t n;

	if (fd < 0)
		return wf_err_errno(err, -errno, "%s", path);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0 && text.len <= max)
		wf_buf_append(&text, chunk, (size_t)n);
	if (n < 0 || text.len > max) {
		n = n < 0 ? -errno : -EFBIG;
		wf_buf_done(&text);
		return wf_err_errno(err, (int)n, "%s", path);
	}
	*ret_len = text.len;
	*ret = wf_buf_take(&text);
	return *ret ? 0 : wf_err_set(err, -ENOMEM, "out of memory");
}

int wf_write_file(const char *path, const char *text, size_t len, struct wf_err *err)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return wf_err_errno(err, -errno, "%s", path);
	for (size_t at = 0; at < len;) {
		ssize_t n = write(fd, text + at, len - at);

		if (n < 0)
			return wf_err_errno(err, -errno, "%s", path);
		at += (size_t)n;
	}
	return 0;
}

static int make_dir(const char *path)
{
	return mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

/* The directory may go away, or be made anew, while its lock is waited for. */
static bool is_still(const char *path, int fd)
{
	struct stat here, there;

	return fstat(fd, &here) == 0 && stat(path, &there) == 0 && here.st_ino == there.st_ino;
}

int wf_state_lock(const char *lab, struct wf_err *err)
{
	const struct timespec step = {.tv_nsec = LOCK_STEP_MS * 1000000L};
	char path[WF_LAB_PATH_MAX];
	_cleanup_close_ int fd = -1;

	if (!wf_lab_name_is_valid(lab))
		return wf_err_set(err, -EINVAL, "'%.50s' is no name of a lab", lab);
	fd = open(wf_state_dir(lab, path), O_RDONLY | O_DIRECTORY);
	if (fd < 0 && errno == ENOENT)
		return wf_err_set(err, -ENOENT,
				  "there is no lab '%s': see 'weft lab list', or make one with "
				  "'weft lab up FILE'",
				  lab);
	if (fd < 0)
		return wf_err_errno(err, -errno, "%s", path);
	for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited += LOCK_STEP_MS) {
		if (errno != EWOULDBLOCK)
			return wf_err_errno(err, -errno, "%s", path);
		if (waited >= LOCK_WAIT_MS)
			return wf_err_set(err, -EBUSY,
					  "another weft works on lab '%s' just now: wait for it, "
					  "or end it",
					  lab);
		nanosleep(&step, NULL);
	}
	if (!is_still(path, fd))
		return wf_err_set(err, -ENOENT, "lab '%s' was just taken down", lab);
	return TAKE_FD(fd);
}

/* Where the topology's file lies: files that its commands name are found from there. */
static int link_folder(const char *lab, const char *file, struct wf_err *err)
{
	char path[WF_LAB_PATH_MAX], real[PATH_MAX];

	if (!realpath(file, real))
		return wf_err_errno(err, -errno, "%s", file);
	*strrchr(real, '/') = '\0';
	if (symlink(*real ? real : "/", wf_state_path(lab, "folder", "", path)) < 0)
		return wf_err_errno(err, -errno, "%s", path);
	return 0;
}

int wf_state_create(const struct wf_lab *lab, const char *file, const char *topology, size_t len,
		    struct wf_err *err)
{
	char path[WF_LAB_PATH_MAX], made[WF_LAB_PATH_MAX];
	_cleanup_close_ int fd = -1;
	int r;

	if (make_dir("/run/weft") < 0 || (r = make_dir(WF_LAB_RUN)) < 0)
		return wf_err_errno(err, -errno, "%s: weft lab needs root", WF_LAB_RUN);
	if (mkdir(wf_state_dir(lab->name, path), 0755) < 0)
		return errno == EEXIST
			       ? wf_err_set(err, -EEXIST,
					    "lab '%s' is there already: take it down first with "
					    "'weft lab down %s'",
					    lab->name, lab->name)
			       : wf_err_errno(err, -errno, "%s", path);
	fd = wf_state_lock(lab->name, err);
	if (fd < 0)
		return fd;
	/* Complete or not there: nothing else is made before. */
	r = link_folder(lab->name, file, err);
	if (r == 0)
		r = wf_write_file(wf_state_path(lab->name, "topology", ".new", made), topology, len,
				  err);
	if (r == 0 && rename(made, wf_state_path(lab->name, "topology", ".yaml", path)) < 0)
		r = wf_err_errno(err, -errno, "%s", path);
	if (r < 0) {
		wf_remove_tree(wf_state_dir(lab->name, path));
		return r;
	}
	return TAKE_FD(fd);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

int wf_remove_tree(const char *path)
{
	if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

int wf_lab_load(const char *name, struct wf_lab *ret, struct wf_err *err)
{
	char dir[WF_LAB_PATH_MAX], path[WF_LAB_PATH_MAX];
	_cleanup_free_ char *text = NULL;
	struct wf_buf problems = {0};
	size_t len;
	int r;

	memset(ret, 0, sizeof(*ret));
	if (!wf_lab_name_is_valid(name) || access(wf_state_dir(name, dir), F_OK) < 0)
		return wf_err_set(err, -ENOENT,
				  "there is no lab '%.50s': see 'weft lab list', or make one with "
				  "'weft lab up FILE'",
				  name);
	r = wf_read_file(wf_state_path(name, "topology", ".yaml", path), WF_LAB_FILE_MAX, &text,
			 &len, err);
	if (r == 0)
		r = wf_lab_parse(path, text, len, ret, &problems);
	else if (r == -ENOENT)
		return wf_err_set(err, r, "lab '%s' was never completed: 'weft lab down %s'", name,
				  name);
	if (problems.len)
		r = wf_err_set(err, -EINVAL, "%.200s", problems.data);
	wf_buf_done(&problems);
	return r;
}

int wf_lab_socket(const char *lab, const char *node, char *ret, struct wf_err *err)
{
	struct wf_lab l;
	int host, r = wf_lab_load(lab, &l, err);

	if (r == 0) {
		host = node ? wf_lab_find_host(&l, node) : 0;
		if (host < 0 || l.hosts.items[host].kind != WF_LAB_NODE)
			r = wf_err_set(err, -ENOENT,
				       "lab '%s' has no node '%.50s' with a weftd: see 'weft lab "
				       "show %s'",
				       lab, node, lab);
		else
			wf_state_path(lab, l.hosts.items[host].name, ".sock", ret);
	}
	wf_lab_done(&l);
	return r;
}
