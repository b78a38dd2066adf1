/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gateways of this node (docs/gateways.md). In every tenant that one of them names, it has an
 * endpoint, its *arm*, whose inside is in a network namespace of the tenant's own, the *room*
 * (kern/room.h). Arms are the store's, rooms the kernel's; both are made, found again after a
 * restart, repaired and taken away here.
 */
#pragma once

#include "agent/agent.h"

#define WF_FRR_FILE "frr.conf" /* in the run directory: what is for the routing daemon */

/* Part of a pass, behind wf_hosts_check(). What does not work is in the status and tried again; an
 * error is one of observing. */
int wf_gateways_check(struct wf_agent *a, bool is_repair, struct wf_err *err);
void wf_gateways_done(struct wf_agent *a);
/* "gateway 'gw-a' is down: there is no interface 'out0' ...", of this node's. */
void wf_gateways_each_problem(const struct wf_agent *a, void (*fn)(void *arg, const char *text),
			      void *arg);

/* Can this node be that gateway? -EINVAL: not by this `outside`, and what to try. 0 where the
 * gateway is another node's. */
int wf_gateway_may(const struct wf_agent *a, const struct wf_object *gateway, struct wf_err *err);

/* Why this node finds that its gateway's endpoint is down, borrowed until the loop runs; NULL: it
 * does not. */
const char *wf_gateway_reason(const struct wf_agent *a, const struct wf_object *endpoint);

/* What is known of a tenant at a gateway of this node. */
struct wf_gateway_stats {
	uint64_t flows;		      /* that its room follows at the moment */
	uint64_t refused;	      /* packets of new flows for which there was no port */
	char problem[WF_ERR_MSG_MAX]; /* "": it works, as far as known here */
};

/* -ENOENT: the gateway is none of this node's, or does not name the tenant. */
int wf_gateway_stats(struct wf_agent *a, const char *gateway, const char *tenant,
		     struct wf_gateway_stats *ret, struct wf_err *err);
