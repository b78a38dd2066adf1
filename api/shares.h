/* SPDX-License-Identifier: Apache-2.0 */
/* Where the flows of a service go. */
#pragma once

#include <jansson.h>

#include "agent/agent.h"

/*
 * Adds to each of @endpoints (items with the "name" of a backend of @service) what is known of its
 * part: "sid" (its number, if it has one), "share" and, after a change, "share_before" (0 to 1, of
 * all flows), "hindrance" (why it gets none, if so): as this node spreads them. 0 or -ENOMEM.
 */
int wf_shares_tell(const struct wf_agent *a, const struct wf_object *service, json_t *endpoints);
