/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The alias of an endpoint's host-side interface: all that must be known of it after a restart.
 *
 *   weft:TENANT/NAME IFNAME NETNS
 *
 * NETNS is a path without spaces; names under /run/netns are written out.
 */
#pragma once

#include "kern/kern.h"
#include "model/limits.h"

/* What is left of an alias with the longest names. */
#define WF_NETNS_MAX (WF_ALIAS_MAX - 5 - 2 * WF_NAME_MAX - 3 - WF_IFNAME_MAX)

struct wf_alias {
	char tenant[WF_NAME_MAX + 1];
	char name[WF_NAME_MAX + 1];
	char ifname[WF_IFNAME_MAX + 1];
	char netns[WF_NETNS_MAX + 1];
};

/* @netns: a name or an absolute path; equal namespaces have equal paths as far as text tells.
 * @buf: WF_NETNS_MAX + 1 bytes. -EINVAL: neither, or too long. */
int wf_netns_path(const char *netns, char *buf);

/* @buf: WF_ALIAS_MAX + 1 bytes; returns @buf. */
const char *wf_alias_str(const struct wf_alias *alias, char *buf);
/* -EINVAL: not such an alias. IFNAME and NETNS may be missing, and are "" then. */
int wf_alias_parse(const char *text, struct wf_alias *ret);
