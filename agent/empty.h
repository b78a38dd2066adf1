/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "agent/agent.h"

/* Tells of each function on a policy's path that has no instance that is up. */
void wf_empty_each_function(const struct wf_agent *a, void (*fn)(void *arg, const char *text),
			    void *arg);
