/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who services are spread over, and since when: the history of each Service object is kept by
 * whichever agent sees first that it is out of date.
 *
 *   a backend comes      WF_SETTLE_MS later it is in: by then all know its SID (compile/services.h)
 *   one goes             at once; who is down got nothing any more from when that was known
 *   another weight       at once
 *   drain later          who was taken out is not asked any more for flows of before
 *   WF_LINGER_MS later   it is forgotten which of those that stayed had which flows
 *
 * Time is counted as in agent/due.h. What keeps changing is written all the same after a while.
 */
#pragma once

#include "agent/state.h"

/* So long flows of backends that stay are found that would go to another one by now. Flows that
 * last longer than this after a change, or WF_MEMBERSHIPS_MAX changes, may be lost: one in so many
 * as slots changed hands. */
#define WF_LINGER_MS (3600 * 1000)

/* In a pass: writes what is due. */
void wf_memberships_check(struct wf_agent *a);
/* The kernel holds what the model says: time begins for what is new, and a pass is wanted when the
 * next is due. */
void wf_memberships_begin(struct wf_agent *a);
/* It does not. */
void wf_memberships_delay(struct wf_agent *a);
void wf_memberships_done(struct wf_agent *a);
