/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs count, read from their maps. Errors as those of the ops of the same names
 * (kern/kern.h); sums over the CPUs.
 */
#pragma once

#include "kern/bpf.h"
#include "kern/kern.h"

/* @ret: WF_COUNTER_SLOTS entries. */
int wf_counts_slots(const struct wf_bpf *bpf, struct wf_counter *ret, struct wf_err *err);
/* What was counted until now is in its slots. */
int wf_counts_settle(const struct wf_bpf *bpf, struct wf_err *err);
int wf_counts_reset(const struct wf_bpf *bpf, uint32_t slot, struct wf_err *err);
/* @ret: WF_DROP_COUNT entries. */
int wf_counts_drops(const struct wf_bpf *bpf, uint64_t *ret, struct wf_err *err);
int wf_counts_events_lost(const struct wf_bpf *bpf, uint64_t *ret, struct wf_err *err);
/* @ret: WF_LOADS_MAX entries. */
int wf_counts_flows(const struct wf_bpf *bpf, uint32_t *ret, struct wf_err *err);
