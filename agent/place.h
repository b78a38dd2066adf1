/* SPDX-License-Identifier: Apache-2.0 */
/* Private to agent/: what an endpoint has because it is attached somewhere. */
#pragma once

#include "model/object.h"

/* It is attached nowhere. */
void wf_place_clear(struct wf_endpoint *e);
/* @now, which is attached nowhere, is where @old is; identities are agent/relabel.h's. */
void wf_place_keep(const struct wf_endpoint *old, struct wf_endpoint *now);
