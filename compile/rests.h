/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PATH entries of what functions of this node send on in the name of others: a ready-made header
 * for the rest of every lane through the instance, under the sid of the arm that was entered.
 *
 *   static   (End.AS) all that it sends: no headers are remembered
 *   dynamic  (End.AD) answers to what the function was given, by mirrored ways
 *
 * Of signed policies there are none: nobody but the headend signs.
 */
#pragma once

#include "compile/paths.h"

/* 0, -ENOMEM, -E2BIG. */
int wf_rests_add(const struct wf_paths *p, const struct wf_realm *realm,
		 const struct wf_direction *d);
