/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PATH entries of what static functions (End.AS) of this node send on: nothing is remembered of the
 * headers that packets came with, so there is a ready-made one for the rest of every lane through
 * the instance, under the sid of the arm that was entered.
 *
 * Of signed policies there are none: nobody but the headend signs.
 */
#pragma once

#include "compile/paths.h"

/* 0, -ENOMEM, -E2BIG. */
int wf_rests_add(const struct wf_paths *p, const struct wf_realm *realm,
		 const struct wf_direction *d);
