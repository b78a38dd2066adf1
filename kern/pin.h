/* SPDX-License-Identifier: Apache-2.0 */
/* A directory on a bpffs: what it is for, and what is in it. */
#pragma once

#include <stddef.h>

#include "base/err.h"

#define WF_PIN_PATH_MAX 256

/* Could @path be one? -EOPNOTSUPP: not on a bpffs; -EINVAL: too long or not absolute. Changes
 * nothing. */
int wf_pin_dir_check(const char *path, struct wf_err *err);
/* Makes it, with what is missing above it. */
int wf_pin_dir_make(const char *path, struct wf_err *err);
/* Removes it with all that is pinned in it; not what is above it. */
int wf_pin_dir_remove(const char *path, struct wf_err *err);

/* Writes "<dir>/<prefix><number>" to @ret of WF_PIN_PATH_MAX bytes; returns @ret. */
const char *wf_pin_path(const char *dir, const char *prefix, int number, char *ret);

/* Calls @fn with the number of each entry that is called so; the entry may go meanwhile. The first
   error ends it. */
int wf_pin_each(const char *dir, const char *prefix, int (*fn)(void *arg, int number), void *arg);
