/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a port that is in the node's own network namespace.
 *
 * Its routes are in a table of their own, which a rule asks for packets that the node itself makes,
 * and for no others ("iif lo", before the main table). So the node forwards nothing by them,
 * whatever it forwards otherwise.
 */
#pragma once

#include "kern/kern.h"
#include "kern/netlink.h"

#define WF_OWN_TABLE	   87	 /* of routes; as WF_RTPROT, so that one number is to be known */
#define WF_OWN_RULE_BEFORE 32760 /* its rule's priority; the main table's is 32766 */

/*
 * Up, with the addresses and exactly the routes of @spec, by the gateways. 1: it was not so, and is
 * now; 0; -ENODEV: it is not there.
 */
int wf_own_set(struct wf_nl *nl, const struct wf_port_spec *spec, struct wf_err *err);

/* -EEXIST: one of the prefixes overlaps an address or a route (but the default ones) that the node
 * has by another interface than @ifname; @err says which. */
int wf_own_check(struct wf_nl *nl, const struct wf_prefix *prefixes, size_t n, const char *ifname,
		 struct wf_err *err);

/* Takes the rules away. */
int wf_own_purge(struct wf_nl *nl, struct wf_err *err);
