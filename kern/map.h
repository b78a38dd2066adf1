/* SPDX-License-Identifier: Apache-2.0 */
/* A BPF map in many entries at a time. */
#pragma once

#include "kern/kern.h"

/*
 * Does changes of one table, whose map is @fd; in order, one system call for a thousand puts.
 * Errors as table_apply().
 */
int wf_map_apply(int fd, const struct wf_table_change *changes, size_t n, struct wf_err *err);

/* Calls @fn with each entry; the values of a per-CPU map as wf_map_cpu_value() finds them. */
int wf_map_each(int fd, const char *name, wf_table_entry_fn fn, void *arg, struct wf_err *err);

/* CPUs the kernel could have, or a negative errno. */
int wf_map_cpus(void);
/* @bytes: of one value of a per-CPU map. */
static inline const void *wf_map_cpu_value(const void *values, size_t bytes, int cpu)
{
	return (const uint8_t *)values + ((bytes + 7) & ~(size_t)7) * cpu;
}
