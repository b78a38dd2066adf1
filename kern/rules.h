/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nftables table that Weft has in a network namespace, kept as it should be.
 *
 * Is it still what was loaded? The program lists rules in its own words, so what it said right
 * after they were loaded is kept in a file, behind the rules that were asked for: if both are as
 * they were, nothing is touched, and what is counted and followed goes on.
 */
#pragma once

#include "base/err.h"

/* @chains: what is inside the table's braces; NULL: there is no table, and no file. @path: the
 * file. 1: it was not so, and is now; 0. @netns_fd: -1: the namespace that the caller is in. */
int wf_rules_keep(int netns_fd, const char *path, const char *chains, struct wf_err *err);
