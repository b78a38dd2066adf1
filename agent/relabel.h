/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an attached endpoint gets other labels without losing a packet: its new identity is announced
 * to all nodes before its own node sends it, and the old one is known until the last packet that
 * says it has arrived.
 *
 *   identity  identity_was  is_announced
 *   new       old           yes            it sends old, and is sent to as old; all learn new
 *   new       old           no             after WF_ANNOUNCE_MS: as new, both ways
 *   new       0             no             after WF_FORGET_MS more: nobody knows old
 *
 * The first row is written by whoever is asked to change the labels, the others by the agent of the
 * endpoint's node (agent/due.h). Only one change runs at a time: another one is refused and says
 * when.
 */
#pragma once

#include "agent/edit.h"
#include "compile/staging.h"

/* Until all have learned it, and send by sets that know it, and some more for those that are slow.
 */
#define WF_ANNOUNCE_MS (3 * WF_SETTLE_MS)

/*
 * @now, a clone of the endpoint @old with other labels, gets their identity, by stages if it is
 * attached. -EEXIST: its last change is not over.
 */
int wf_relabel(struct wf_edit *e, const struct wf_object *old, struct wf_object *now,
	       struct wf_err *err);
