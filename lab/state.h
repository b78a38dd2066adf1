/* SPDX-License-Identifier: Apache-2.0 */
/* A lab's directory: what it is named, who works on it, what it was made from (see lab.h). */
#pragma once

#include "lab/lab.h"

/* WF_LAB_RUN "/LAB" and with a file in it; WF_LAB_PATH_MAX bytes. */
const char *wf_state_dir(const char *lab, char *buf);
const char *wf_state_path(const char *lab, const char *name, const char *suffix, char *buf);
/* The namespace "LAB-NAME" of a host or container; WF_LAB_NAME_MAX + WF_LAB_NAME_MAX bytes. */
#define WF_LAB_NETNS_MAX (2 * WF_LAB_NAME_MAX)
const char *wf_state_netns(const char *lab, const char *name, char *buf);

/*
 * Makes the directory, locked, and writes the topology, which was read from @file, into it. The
 * lock is the returned descriptor and is inherited on purpose: a child of a killed `up` that still
 * works on the lab holds it, and down waits for that child.
 */
int wf_state_create(const struct wf_lab *lab, const char *file, const char *topology, size_t len,
		    struct wf_err *err);
/* Locks an existing one. -EBUSY: another weft works on it. */
int wf_state_lock(const char *lab, struct wf_err *err);

/*
 * Reads all of a file of at most @max bytes. -EFBIG beyond. @ret is owned by the caller,
 * NUL-terminated.
 */
int wf_read_file(const char *path, size_t max, char **ret, size_t *ret_len, struct wf_err *err);
int wf_write_file(const char *path, const char *text, size_t len, struct wf_err *err);

/* Removes @path with all in it; what is not there is no error. */
int wf_remove_tree(const char *path);
