/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which session each command of a lab began (setsid), in the lab's file "sessions". Programs that
 * write their title over their environment, as nginx does, are known by it, and so are their
 * children. A session's number is nobody else's as long as a process is in it.
 */
#pragma once

#include <sys/types.h>

#include "lab/topology.h"

/* Of this process, which has just begun one: it is command @number of @who. */
int wf_sessions_note(const char *lab, const char *who, unsigned int number, struct wf_err *err);

struct wf_sessions {
	char *text; /* owned; NULL: none */
};

void wf_sessions_load(const char *lab, struct wf_sessions *ret);
void wf_sessions_done(struct wf_sessions *s);
/* "WHO/NUMBER" of the command that began session @sid; @ret of @size bytes. -ENOENT. */
int wf_sessions_find(const struct wf_sessions *s, pid_t sid, char *ret, size_t size);
