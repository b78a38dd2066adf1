/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims in the store: a key for each id and address that only one object may have, written and
 * deleted with its object in one transaction. So two daemons never give the same one away.
 *
 *   /weft/v1-claims/node/ID        node/END-SID       tenant/ID       key/ID
 *   /weft/v1-claims/identity/TENANT/ID                policy/TENANT/ID    service/TENANT/ID
 *   /weft/v1-claims/address/TENANT/ADDRESS            sid/NODE/SID
 *   /weft/v1-claims/port/TENANT/ADDRESS/PROTOCOL/PORT
 *
 * The value is the owner's key, of an address that services share one owner's; who begins or ceases
 * to share it writes it, too, so that two who do at once hear of each other. A claim whose owner
 * does not have it (somebody edited the store) is free to take. Beside them stand the guards of
 * edits, guard/NAME (agent/edit.h).
 */
#pragma once

#include "agent/state.h"

#define WF_CLAIM_KEY_PREFIX "/weft/v1-claims/"
#define WF_CLAIM_KEY_MAX    160

/* @buf: WF_CLAIM_KEY_MAX bytes; returns @buf. */
const char *wf_claim_key(const struct wf_claim *claim, char *buf);
bool wf_claim_is_of(const struct wf_claim *claim, const struct wf_object *o);

enum wf_claim_state {
	WF_CLAIM_FREE,
	WF_CLAIM_MINE,
	WF_CLAIM_TAKEN,
	WF_CLAIM_SHARED, /* taken by one who shares it */
};

struct wf_claim_look {
	enum wf_claim_state state;
	uint64_t mod_revision;	       /* of the claim's key, 0: there is none */
	char owner[WF_OBJECT_KEY_MAX]; /* key of whoever has it, if TAKEN or SHARED */
};

/* Asks the store; @mine is the key of who asks. */
int wf_claim_look(struct wf_agent *a, const struct wf_claim *claim, const char *mine,
		  struct wf_claim_look *ret, struct wf_err *err);
