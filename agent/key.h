/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of the domain: at most WF_LIVE_KEYS_MAX live, one of them signs.
 *
 *   add            the first one signs, another one is accepted
 *   rotate         accepted -> signing, signing -> retiring
 *   WF_RETIRE_MS   the retiring one goes (agent/due.h)
 *
 * What is right of one key depends on the others, and on who requires signatures, so all changes of
 * either exclude each other by one guard.
 */
#pragma once

#include "agent/edit.h"

#define WF_RETIRE_MS 10000 /* so long headers signed with the last key are accepted */

/* To be called by every edit that changes keys, or objects that need one that signs. */
int wf_key_guard(struct wf_edit *e, struct wf_err *err);

/* A new one, as people wish it: it signs if no other one does. */
int wf_key_come(struct wf_edit *e, struct wf_object *now, struct wf_err *err);
/*
 * @now, one that is there as people wish it, becomes as it is. What has signed headers that are
 * under way must not be something else: the manifest's key that says so, or NULL.
 */
const char *wf_key_stay(const struct wf_object *old, struct wf_object *now);

/* @name goes by this edit; another one that is accepted signs from now on. -EEXIST: it is retiring
 * and goes by itself. */
int wf_key_leave(struct wf_edit *e, const char *name, struct wf_err *err);
