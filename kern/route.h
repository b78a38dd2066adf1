/* SPDX-License-Identifier: Apache-2.0 */
/* Routes of the main table by rtnetlink; all of ours carry the protocol number WF_RTPROT. */
#pragma once

#include "base/addr.h"
#include "kern/ifaddr.h"
#include "kern/netlink.h"

/*
 * A route by @gateway, which need not be in any prefix of the link, to @prefix of its family; NULL
 * is the default route. -EEXIST: there is one.
 */
int wf_route_add(struct wf_nl *nl, int ifindex, const struct wf_prefix *prefix,
		 const struct wf_addr *gateway, struct wf_err *err);

/*
 * A route by @gateway in WF_OWN_TABLE (kern/own.h); what is sent by it without an address is from
 * @source. -EEXIST: there is one.
 */
int wf_route_own_add(struct wf_nl *nl, int ifindex, const struct wf_prefix *prefix,
		     const struct wf_addr *gateway, const struct wf_addr *source,
		     struct wf_err *err);
int wf_route_own_delete(struct wf_nl *nl, int ifindex, const struct wf_prefix *prefix,
			struct wf_err *err);

/* An unreachable route (IPv6), last among its equals. -EEXIST: it is there already. */
int wf_route_unreachable_add(struct wf_nl *nl, const struct wf_prefix *prefix, struct wf_err *err);

/* Deletes our unreachable routes (IPv6), but for @keep (may be NULL). */
int wf_route_purge(struct wf_nl *nl, const struct wf_prefix *keep, struct wf_err *err);
