/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a daemon keeps files that are not for a bpffs: rooms of gateways, configuration that it
 * writes for others. It follows from the pin directory, so it is no other daemon's, either:
 *
 *   /sys/fs/bpf/weft/n1 -> /run/weft/node/n1      /any/where/else -> /run/weft/node/any/where/else
 */
#pragma once

#include "base/err.h"

#define WF_RUN_PARENT  "/run/weft/node"
#define WF_RUN_DIR_MAX 320

/* @buf: WF_RUN_DIR_MAX bytes; returns @buf. @pin_dir: at most 255. */
const char *wf_run_dir(const char *pin_dir, char *buf);
/* @dir with all above it. */
int wf_run_dir_make(const char *dir, struct wf_err *err);
/* The file becomes @text, in one step. @mode: of the file. */
int wf_run_write(const char *path, const char *text, unsigned int mode, struct wf_err *err);
/* The caller frees; NULL: there is none, or no memory. */
char *wf_run_read(const char *path);
