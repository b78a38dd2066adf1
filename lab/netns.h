/* SPDX-License-Identifier: Apache-2.0 */
/* The lab's network namespaces, by iproute2 in batches: as few processes as possible. */
#pragma once

#include "lab/lab.h"

/* Are all names free? -EEXIST names the first that is not. */
int wf_netns_check_free(const struct wf_lab *lab, struct wf_err *err);

/* The namespaces of hosts and containers, their settings, the links, addresses and routes. */
int wf_netns_make_all(const struct wf_lab *lab, struct wf_err *err);
/* Deletes those that are there. */
int wf_netns_delete_all(const struct wf_lab *lab, struct wf_err *err);
/* Moves this process into a namespace. */
int wf_netns_enter(const char *netns, struct wf_err *err);
