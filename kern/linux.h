/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kern/kern.h"

/* wf_kern_linux_open() on a kernel that has, as it were, no tcx: for the tests of clsact. */
int wf_kern_linux_open_clsact(const char *pin_dir, struct wf_kern **ret, struct wf_err *err);
