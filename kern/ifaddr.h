/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of interfaces by rtnetlink, always host addresses: /32 or /128, without DAD. */
#pragma once

#include "base/addr.h"
#include "kern/netlink.h"

/* Marks addresses (IFA_PROTO, Linux 5.18) and routes as ours, so that they are found again; a
   number that linux/rtnetlink.h gives to nobody. */
#define WF_RTPROT 87

/* -EEXIST: it is there already. */
int wf_ifaddr_add(struct wf_nl *nl, int ifindex, const struct wf_addr *addr, struct wf_err *err);
/* One that is not there is no error. */
int wf_ifaddr_delete(struct wf_nl *nl, int ifindex, const struct wf_addr *addr, struct wf_err *err);
/* Deletes the IPv6 addresses of @ifindex that carry our mark, but for @keep (may be NULL). */
int wf_ifaddr_purge(struct wf_nl *nl, int ifindex, const struct wf_addr *keep, struct wf_err *err);
