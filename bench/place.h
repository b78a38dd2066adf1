/* SPDX-License-Identifier: Apache-2.0 */
/* Where a bench program runs: in which network namespace, on which CPU. */
#pragma once

#include "base/err.h"

/* Moves the calling thread into the namespace that `ip netns add @name` made. 0 or negative errno.
 */
int bench_place_netns(const char *name, struct wf_err *err);

/* Keeps the calling thread, and so the softirqs it raises, on one CPU. 0 or negative errno. */
int bench_place_cpu(unsigned int cpu, struct wf_err *err);

/* The index of interface @ifname in the current namespace, or negative errno. */
int bench_place_ifindex(const char *ifname, struct wf_err *err);
