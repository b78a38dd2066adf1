/* SPDX-License-Identifier: Apache-2.0 */
/* Where the daemon runs: its network namespace, a bpffs, directories, and alone for its node. */
#pragma once

#include <stddef.h>

#include "base/err.h"

/* @netns: name under /run/netns, or a path. */
int wf_place_enter_netns(const char *netns, struct wf_err *err);
/* Mounts /sys/fs/bpf if @pin_dir is below it and nothing is mounted there. */
int wf_place_mount_bpffs(const char *pin_dir, struct wf_err *err);
/* The directory of the file @path (all of them, mode 0755). */
int wf_place_make_parent(const char *path, struct wf_err *err);
/* One daemon for each pin directory, which is made if missing: the lock lasts as long as the
 * process. -EBUSY: there is another one. */
int wf_place_lock(const char *pin_dir, struct wf_err *err);
/* Where this daemon is, in words: the same after a restart, and no other's. @size: at least
 * WF_PLACE_MAX. */
#define WF_PLACE_MAX 512
int wf_place_describe(const char *pin_dir, char *buf, size_t size, struct wf_err *err);
