/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests that need a real kernel: a network namespace and a mount namespace of the test's own,
 * with an empty /run/netns and a BPF file system. All of it goes with the process.
 */
#pragma once

#define SANDBOX_PIN_DIR "/sys/fs/bpf/weft/test"

/* Moves the process into a new sandbox; exits with 77 (skipped) if it is not root. */
void sandbox_enter(void);
/* A named network namespace; again: an empty one of the same name. */
void sandbox_netns(const char *name);
void sandbox_netns_remove(const char *name);
/* What the command prints, both outputs, in a buffer that the next call uses again. */
const char *sandbox_run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
