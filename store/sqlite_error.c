// SPDX-License-Identifier: Apache-2.0
/* What SQLite says, as an errno and a sentence that helps. */
#include "store/sqlite.h"

struct advice {
	int code;
	const char *text;
};

static const struct advice advices[] = {
	{-EBUSY,
	 "another process has locked it for more than 2 s: find it with fuser, or try again"},
	{-ENOSPC, "the disk is full, nothing was changed: make room on its file system"},
	{-EROFS, "it is read-only: make its file system and directory writable"},
	{-EACCES, "no permission: run as root or as the owner of the file and its directory"},
	{-EBADMSG, "it is damaged or no store: move it away or restore a copy, then restart"},
	{-ENOMEM, "out of memory: end other programs or raise the memory limit"},
	{-EMFILE, "too many open files: raise the limit (ulimit -n)"},
	{-ENOENT, "a file or directory of it is missing: make the directory, then restart"},
	{-EIO, "cannot read or write it: look for disk errors with dmesg"},
};

static int code_of_errno(int system_errno)
{
	switch (system_errno) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return -ENOSPC;
	case EPERM:
	case EACCES:
		return -EACCES;
	case ENFILE:
	case EMFILE:
		return -EMFILE;
	case EROFS:
	case ENOENT:
	case ENOMEM:
		return -system_errno;
	default:
		return -EIO;
	}
}

static int code_of(sqlite3 *db)
{
	int rc = sqlite3_extended_errcode(db);

	if (rc == SQLITE_IOERR_SHMSIZE)
		return -ENOSPC;
	if (rc == SQLITE_IOERR_NOMEM)
		return -ENOMEM;
	if (rc == SQLITE_IOERR_SHORT_READ)
		return -EBADMSG;
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_PERM:
		return -EACCES;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		return code_of_errno(sqlite3_system_errno(db));
	default: /* what a right program meets only in a wrong file: NOTADB, CORRUPT, ERROR, ... */
		return -EBADMSG;
	}
}

int wf_sqlite_err(const struct wf_sqlite *s, struct wf_err *err)
{
	int code = code_of(s->db);
	const char *text = "";

	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
		if (advices[i].code == code)
			text = advices[i].text;
	}
	return wf_err_set(err, code, "store '%s': %s (%s)", s->base.url, text,
			  sqlite3_errmsg(s->db));
}

int wf_sqlite_err_damaged(const struct wf_sqlite *s, const char *what, struct wf_err *err)
{
	return wf_err_set(
		err, -EBADMSG,
		"store '%s': it is damaged (%s): move it away or restore a copy, then restart",
		s->base.url, what);
}
