/* SPDX-License-Identifier: Apache-2.0 */
/* Private to agent/: what attaching, detaching and losing endpoints have in common, host access
 * too. */
#pragma once

#include "agent/request.h"

enum wf_attach_kind {
	WF_ATTACH_CONTAINER,
	WF_ATTACH_HOST,	   /* to the node itself (agent/host.h) */
	WF_ATTACH_GATEWAY, /* to a gateway's room (agent/gateway.h); down until it is said to be up
			    */
};

/* Makes endpoint and interface of a node's own; the caller's pass goes on. */
int wf_attach_own(struct wf_agent *a, const struct wf_attach *wish, enum wf_attach_kind kind,
		  struct wf_err *err);

/* @old leaves this node: it goes, or stays as declared. Its addresses are given back with it. */
int wf_detach_edit(struct wf_edit *e, struct wf_current *old, struct wf_err *err);
/* Deletes the host side that has this name, if there is one. */
int wf_detach_port(struct wf_agent *a, const char *tenant, const char *name, struct wf_err *err);
