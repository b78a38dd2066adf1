/* SPDX-License-Identifier: Apache-2.0 */
/* Private to api/: an event as JSON (docs/monitor.md). */
#pragma once

#include <jansson.h>

#include "agent/sight.h"

/* @node: this one's name. NULL without memory. */
json_t *wf_sight_json(const struct wf_sight *s, const char *node);
