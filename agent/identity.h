/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identities: a number for each set of labels that an endpoint of the tenant has.
 *
 * One that no endpoint has any more (neither as its identity nor as the one it had) is marked as
 * left, by any agent, and goes WF_IDENTITY_REST_MS later: so long its number is not given to other
 * labels, and all nodes have forgotten it. Who takes an identity writes it if it is left, and else
 * needs it as it is. So a mark that came too late for the model of who wrote it is found and taken
 * away, and an identity that is left goes only if nobody has taken it: agent/due.c.
 */
#pragma once

#include "agent/edit.h"

#define WF_IDENTITY_REST_MS 60000

/* The number of @endpoint's labels within its tenant, found or, as a part of the edit, made. */
int wf_identity_take(struct wf_edit *e, struct wf_object *endpoint, struct wf_err *err);

/* Which identities do the endpoints of a model have? */
struct wf_identities {
	WF_VEC(struct wf_identity_use) uses; /* sorted */
};

struct wf_identity_use {
	const char *tenant; /* borrowed from the model */
	uint32_t id;
};

int wf_identities_used(const struct wf_model *m, struct wf_identities *ret);
bool wf_identities_have(const struct wf_identities *used, const struct wf_object *identity);
void wf_identities_done(struct wf_identities *used);
