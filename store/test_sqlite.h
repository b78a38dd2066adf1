/* SPDX-License-Identifier: Apache-2.0 */
/* A fresh directory for each test of the SQLite store, and processes that use it. */
#pragma once

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/test_store.h"

struct place {
	char dir[64];
	char path[80];
	char url[96];
};

static inline void place_init(struct place *p, const char *dir)
{
	snprintf(p->dir, sizeof(p->dir), "%s", dir);
	snprintf(p->path, sizeof(p->path), "%s/store", p->dir);
	snprintf(p->url, sizeof(p->url), "sqlite:%s", p->path);
}

static inline int setup(void **state)
{
	static struct place p;
	char dir[] = "/tmp/weft-sqlite-XXXXXX";

	if (!mkdtemp(dir))
		return -1;
	place_init(&p, dir);
	*state = &p;
	return 0;
}

static inline int teardown(void **state)
{
	struct place *p = *state;
	char path[96];

	unlink(p->path);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", p->path,
			 (const char *const[]){"-wal", "-shm", "-old"}[i]);
		unlink(path);
	}
	return rmdir(p->dir);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* Runs @fn in a child, which must not touch an open store of its parent. */
static inline pid_t start(int (*fn)(const struct place *p), const struct place *p)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid)
		_exit(fn(p));
	return pid;
}

static inline void assert_exit(pid_t pid, int want)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), want);
}

static inline void write_file(const char *path, const void *data, size_t n)
{
	_cleanup_close_ int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, n), n);
}

static inline void run_sql(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The message names the file and says more than the errno. */
static inline void assert_refused(const struct place *p, int want, const char *says)
{
	struct wf_store *s = NULL;
	struct wf_err err = {0};

	assert_int_equal(wf_store_open(p->url, &s, &err), want);
	assert_null(s);
	assert_non_null(strstr(err.msg, p->path));
	if (!strstr(err.msg, says))
		fail_msg("'%s' does not say '%s'", err.msg, says);
}
