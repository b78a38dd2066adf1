/* SPDX-License-Identifier: Apache-2.0 */
/* Settings below /proc/sys/net, which shows the network namespace of the thread that opens a file.
 */
#pragma once

#include "base/err.h"

/* 1: it is @value, 0: it is not. @path as below. */
int wf_sysctl_is(const char *path, int value, struct wf_err *err);

/* What it says, the caller frees; NULL: there is none, or no memory. */
char *wf_sysctl_read(const char *path);

/*
 * Makes the setting @value. Written only if it is different now: some settings act when they are
 * written, and some are read-only where they are right already.
 * @path: below /proc/sys, "net/ipv6/conf/all/forwarding".
 */
int wf_sysctl_set(const char *path, int value, struct wf_err *err);
