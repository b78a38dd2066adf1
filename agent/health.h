/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which endpoints of this node work? Those that a Function's `instances` or a Service's `backends`
 * select are looked at: by their link, and by the probes of all that select them. One is up when
 * its interface has a carrier and all its probes say so; as long as some have no verdict it stays
 * what its object says.
 *
 * The verdict is in the Endpoint object (is_down), where all nodes see it; why it is down is known
 * to its own node alone. An endpoint that nothing selects any more is not down.
 */
#pragma once

#include "agent/agent.h"
#include "agent/pulse.h"

/* In a pass, with what was observed: what is probed becomes what the model selects, and verdicts
 * that objects do not have yet are written. What fails is tried again in another pass. */
void wf_health_check(struct wf_agent *a);
void wf_health_done(struct wf_agent *a);
/* "endpoint red/web1 is down: tcp/80: Connection refused", of this node's. */
void wf_health_each_down(const struct wf_agent *a, void (*fn)(void *arg, const char *text),
			 void *arg);

/* Of any node's endpoint; a gateway's says so itself (agent/gateway.h). UNKNOWN: it is not
 * attached, or nothing selects it. */
enum wf_health wf_agent_health(const struct wf_agent *a, const struct wf_object *endpoint);
/* Why this node finds that it is down, borrowed until the loop runs; NULL: it does not. */
const char *wf_agent_health_reason(const struct wf_agent *a, const struct wf_object *endpoint);
