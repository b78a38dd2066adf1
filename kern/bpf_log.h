/* SPDX-License-Identifier: Apache-2.0 */
/* What libbpf would print, caught for the error. */
#pragma once

#include "base/err.h"

/* From now on this thread's libbpf prints nothing; forgets what was caught. */
void wf_bpf_log_begin(void);

/*
 * Returns @code, with @err "cannot <what>: <what libbpf said first>"; of a verifier log the last
 * lines, which say what it disliked.
 */
int wf_bpf_log_error(struct wf_err *err, int code, const char *what);
