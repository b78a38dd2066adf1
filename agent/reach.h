/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which nodes are reached from here? Those that this node's image sends to, and that have instances
 * of functions or backends of services, are pinged: at their End SID, which the programs answer,
 * from the node's own address, spread over the interval. What agent/peer.h makes of it goes into
 * compile (struct wf_here), where instances and backends on a node that is not reached count as
 * down. That is this node's own verdict.
 *
 * The cluster's: who finds that a node is not reached and that its leased key is gone writes
 * is_down for its instances and backends (agent/reach_write.c). Its own daemon takes it back, as it
 * does with all that is not what it finds (agent/health.h).
 */
#pragma once

#include "agent/agent.h"
#include "agent/peer.h"

#define WF_PEERS_MAX 256 /* of more, each node pings others of them; the record tells the rest */
#define WF_PEERS_MIN 3	 /* of fewer, any others are pinged, too: as witnesses */

/* In a pass: what is to be written, is. What fails is tried again in another pass. */
void wf_reach_check(struct wf_agent *a);
/* After it: who is pinged follows from what is installed. */
void wf_reach_look(struct wf_agent *a);
void wf_reach_done(struct wf_agent *a);

/* By a node's id. */
enum wf_reach wf_agent_reach(const struct wf_agent *a, uint16_t node);
/* "node 'b' does not answer: ...", of each that does not. */
void wf_reach_each_silent(const struct wf_agent *a, void (*fn)(void *arg, const char *text),
			  void *arg);
