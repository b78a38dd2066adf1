/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "agent/edit.h"

/* Would this node's kernel hold the wish as the edit makes it? -E2BIG: a table would be too small,
 * and its limit. */
int wf_trial_compile(const struct wf_edit *e, struct wf_err *err);
