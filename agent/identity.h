/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "agent/edit.h"

/*
 * The number of @endpoint's labels within its tenant, found or, as a part of the edit, made.
 * Identities stay until their tenant goes.
 */
int wf_identity_take(struct wf_edit *e, struct wf_object *endpoint, struct wf_err *err);
