/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs at the tc ingress of interfaces, each on at most one program of ours: by tcx links, or
 * by clsact filters where the kernel (before Linux 6.6) has no tcx. Both replace a program in one
 * step.
 *
 * An entry in the pin directory remembers each interface: hook-IFINDEX is the pinned tcx link;
 * clsact-IFINDEX is an empty directory, because a filter needs nothing that keeps it.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "dp/hook.h"
#include "kern/bpf.h"

/* All borrowed. */
struct wf_hooks {
	const char *pin_dir;
	const struct wf_bpf *bpf;
	bool use_clsact; /* from the start, or because tcx was tried */
};

/* Tries whether there is tcx, and drops what is remembered of interfaces that are gone. */
int wf_hook_start(struct wf_hooks *hooks, struct wf_err *err);
/* As hook_attach(), hook_get() in kern.h. */
int wf_hook_attach(const struct wf_hooks *hooks, int ifindex, enum wf_hook hook,
		   struct wf_err *err);
int wf_hook_get(const struct wf_hooks *hooks, int ifindex, enum wf_hook *ret, struct wf_err *err);
int wf_hook_detach_all(const struct wf_hooks *hooks, struct wf_err *err);
