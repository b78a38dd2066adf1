/* SPDX-License-Identifier: Apache-2.0 */
/* The programs and their maps, loaded for one node and pinned in one directory. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/own.h"
#include "dp/config.h"
#include "dp/hook.h"

struct wf_bpf;

/*
 * Loads the programs; maps that @pin_dir has are adopted with what is in them, the others are made
 * and pinned there. -ESTALE: a pinned map has another layout. If it fails, nothing new is pinned.
 */
int wf_bpf_load(const char *pin_dir, const struct wf_config *config, struct wf_bpf **ret,
		struct wf_err *err);
/* Programs that are attached and maps that are pinned live on. */
void wf_bpf_free(struct wf_bpf *bpf);
WF_DEFINE_CLEANUP(bpf, struct wf_bpf *, wf_bpf_free)

/* Borrowed descriptors. @hook: not NONE; @name: of a map of bpf/maps.h. */
int wf_bpf_program(const struct wf_bpf *bpf, enum wf_hook hook);
int wf_bpf_tally(const struct wf_bpf *bpf); /* the program for wf_tally() */
int wf_bpf_map(const struct wf_bpf *bpf, const char *name);

/* Which of our programs the kernel's program @id is, by its name; NONE: it is none. */
enum wf_hook wf_bpf_hook_of(uint32_t id);
