/* SPDX-License-Identifier: Apache-2.0 */
/* Private to agent/: what attaching, detaching and losing endpoints have in common, host access
 * too. */
#pragma once

#include "agent/request.h"

/* Makes endpoint and interface of the node itself (agent/host.h); the caller's pass goes on. */
int wf_attach_host(struct wf_agent *a, const struct wf_attach *wish, struct wf_err *err);

/* @old leaves this node: it goes, or stays as declared. Its addresses are given back with it. */
int wf_detach_edit(struct wf_edit *e, struct wf_current *old, struct wf_err *err);
/* Deletes the host side that has this name, if there is one. */
int wf_detach_port(struct wf_agent *a, const char *tenant, const char *name, struct wf_err *err);
