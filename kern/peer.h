/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kern/netlink.h"

/*
 * A descriptor of the network namespace that @nl's namespace knows by the number @nsid; -ENOENT.
 * The kernel leads from a number to no descriptor, so this tries what could be it: those in
 * the directory @rooms (or NULL), the named namespaces, Docker's, then those of all processes.
 */
int wf_peer_netns(struct wf_nl *nl, const char *rooms, int nsid);
