/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of SIDs: an endpoint of this node that a Function or a Service selects, so that packets
 * are sent to it by its own SID, gets one that is unique on the node. It keeps it until it is
 * detached, and gets the same again, if that is free, when it comes back.
 *
 * With the number it is said to be down: nobody sends to a SID before its node has it and
 * (agent/health.h) says that the endpoint works.
 */
#pragma once

#include "agent/state.h"

/* In a pass, after wf_health_check(): so that one has another pass, with the SID installed, before
 * it says so. What fails is tried again in another pass. */
void wf_sids_check(struct wf_agent *a);
