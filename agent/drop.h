/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons of drops by their names in dp/drops.h. */
#pragma once

#include "base/err.h"
#include "dp/drops.h"

/* "no-route"; "unknown" for one of another version. */
const char *wf_drop_name(unsigned int drop);
/* One phrase that says what it means. */
const char *wf_drop_text(unsigned int drop);
/* -EINVAL: there is none of that name, @err has those that are near. */
int wf_drop_parse(const char *name, enum wf_drop *ret, struct wf_err *err);
