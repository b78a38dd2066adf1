/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes on by itself after a while: each phase that an object of the wish is in, and that ends
 * so, is known from the object alone. So a daemon that starts anew goes on, and it does no harm if
 * several do.
 *
 * Time is counted from the first pass that succeeds after this agent saw the object so, and again
 * from the beginning when somebody wrote it or a pass failed: nothing ripens while the kernel does
 * not follow, and no clock is compared with another node's.
 */
#pragma once

#include "agent/state.h"

/* Does what is due. */
void wf_due_check(struct wf_agent *a);
/* The kernel holds what the model says: time begins for what is new, and a pass is wanted when the
 * next is due. */
void wf_due_begin(struct wf_agent *a);
/* It does not. */
void wf_due_delay(struct wf_agent *a);
void wf_due_done(struct wf_agent *a);
