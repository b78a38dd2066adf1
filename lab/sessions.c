// SPDX-License-Identifier: Apache-2.0
#include "lab/sessions.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab/state.h"

#define FILE_MAX_BYTES (64u << 20)

static const char *path_of(const char *lab, char *buf)
{
	return wf_state_path(lab, "sessions", "", buf);
}

int wf_sessions_note(const char *lab, const char *who, unsigned int number, struct wf_err *err)
{
	char path[WF_LAB_PATH_MAX];
	_cleanup_close_ int fd = -1;

	fd = open(path_of(lab, path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0 || dprintf(fd, "%d %s/%u\n", getpid(), who, number) < 0)
		return wf_err_errno(err, -errno, "%s", path);
	return 0;
}

void wf_sessions_load(const char *lab, struct wf_sessions *ret)
{
	char path[WF_LAB_PATH_MAX];
	size_t len;

	ret->text = NULL;
	(void)wf_read_file(path_of(lab, path), FILE_MAX_BYTES, &ret->text, &len, NULL);
}

void wf_sessions_done(struct wf_sessions *s)
{
	free(s->text);
	s->text = NULL;
}

int wf_sessions_find(const struct wf_sessions *s, pid_t sid, char *ret, size_t size)
{
	for (const char *line = s->text; line && *line;) {
		const char *end = line + strcspn(line, "\n");
		char *who;

		if (strtol(line, &who, 10) == sid && *who == ' ' && end - who <= (ptrdiff_t)size) {
			snprintf(ret, size, "%.*s", (int)(end - who - 1), who + 1);
			return 0;
		}
		line = *end ? end + 1 : end;
	}
	return -ENOENT;
}
