/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"

/*
 * Runs the program @fd, "tally" of bpf/weft.bpf.c, on each CPU that this thread may run on, and
 * gives the thread back its CPUs. On one that it may not use, what the programs have counted of
 * flows that stand still is not put into the counters yet.
 */
int wf_tally(int fd, struct wf_err *err);
