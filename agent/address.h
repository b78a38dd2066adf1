/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "agent/edit.h"

/*
 * Gives @endpoint one address of each family its tenant has, if it has none yet. The search begins
 * at the hash of its name and goes up, so it is likely to get the same one again. -EADDRNOTAVAIL: a
 * family is full.
 */
int wf_address_allocate(struct wf_edit *e, const struct wf_object *tenant,
			struct wf_object *endpoint, struct wf_err *err);
