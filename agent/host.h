/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host access: each node keeps one endpoint of its own in every tenant with `host: true`, attached
 * to its own network namespace. The endpoint is the store's, the interface the kernel's; both are
 * made, found again after a restart, repaired and taken away here.
 */
#pragma once

#include "agent/state.h"

/* Part of a pass, behind wf_observe(). What does not work is in the status and tried again; an
 * error is one of observing. */
int wf_hosts_check(struct wf_agent *a, bool is_repair, struct wf_err *err);
void wf_hosts_done(struct wf_agent *a);
void wf_hosts_each_problem(const struct wf_agent *a, void (*fn)(void *arg, const char *text),
			   void *arg);

/* Can this node reach the prefixes of @tenant by routes of its own? -EEXIST: it has others there.
 */
int wf_host_may(struct wf_agent *a, const struct wf_object *tenant, struct wf_err *err);
