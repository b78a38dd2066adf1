/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests that need a real kernel: a network namespace and a mount namespace of the test's own,
 * with an empty /run/netns and a BPF file system. All of it goes with the process.
 */
#pragma once

#include "kern/kern.h"

#define SANDBOX_PIN_DIR "/sys/fs/bpf/weft/test"

/* The address of the node is 5f00:0:7::1. */
extern const struct wf_config sandbox_config;

/* Moves the process into a new sandbox; exits with 77 (skipped) if it is not root. */
void sandbox_enter(void);
/* A named network namespace; again: an empty one of the same name. */
void sandbox_netns(const char *name);
void sandbox_netns_remove(const char *name);
/* What the command prints, both outputs, in a buffer that the next call uses again. */
const char *sandbox_run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The far end of a silent pair is "far", the near one has the index @ifindex. */
void sandbox_pair(int ifindex);
void sandbox_pair_remove(void);

typedef int (*sandbox_open_fn)(const char *pin_dir, struct wf_kern **ret, struct wf_err *err);

/* Fails the test if it cannot. */
struct wf_kern *sandbox_start(sandbox_open_fn open_kern);
void sandbox_stop(struct wf_kern *k);
void sandbox_expect(const char *text, const char *part);
