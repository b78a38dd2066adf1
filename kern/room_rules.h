/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of rooms and gates, as text for kern/rules.h: pure.
 *
 *   inside -- early: what is published is followed by nobody
 *          -- pass:  what may go: published; what is known; new flows, if there is a port for them
 *          -- leave: ... and from what address -- outside
 */
#pragma once

#include "base/buf.h"
#include "kern/room.h"

void wf_room_rules(const struct wf_room_spec *spec, struct wf_buf *ret);
void wf_gate_rules(const struct wf_gate_spec *spec, struct wf_buf *ret);
