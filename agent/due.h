/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes on by itself after a while: each phase that an object of the wish is in, and that ends
 * so, is known from the object alone. So a daemon that starts anew goes on, and it does no harm if
 * several do.
 *
 * Time is counted from when this agent saw the object so, and again from the beginning when
 * somebody wrote it: no clock is compared with another node's. Nothing ripens while the kernel does
 * not follow.
 */
#pragma once

#include "agent/state.h"

/* Does what is due, and wants a pass when the next is. */
void wf_due_check(struct wf_agent *a);
/* All waits begin again. */
void wf_due_delay(struct wf_agent *a);
void wf_due_done(struct wf_agent *a);
