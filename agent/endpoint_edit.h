/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the agent itself changes in endpoints, many of them in one transaction: each is read as the
 * store has it now, edited, and written if that changes it.
 */
#pragma once

#include "agent/edit.h"

#define WF_ENDPOINT_EDIT_MAX 256 /* endpoints in one transaction */

struct wf_endpoint_edit {
	/* Edits @o, an endpoint as it is now. 1: it is to be written; 0: it stays; or an error. May
	   be called again for the same ones, when others got in the way. */
	int (*fn)(struct wf_edit *e, struct wf_object *o, struct wf_err *err);
	const char *complaint; /* "endpoint red/web1 [complaint]: why" */
	bool *is_failing;      /* the last one did: that is logged once */
	struct wf_object *endpoints[WF_ENDPOINT_EDIT_MAX]; /* owned, all that are in use */
	size_t n;
};

/* There must be room. The model may change: it is kept. */
void wf_endpoint_edit_add(struct wf_endpoint_edit *b, struct wf_object *endpoint);
bool wf_endpoint_edit_is_full(const struct wf_endpoint_edit *b);
/* Writes them all, or none. Those that are gone are left out. */
int wf_endpoint_edit_write(struct wf_agent *a, const struct wf_endpoint_edit *b);
/* It has no endpoints any more. */
void wf_endpoint_edit_empty(struct wf_endpoint_edit *b);
