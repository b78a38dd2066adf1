/* SPDX-License-Identifier: Apache-2.0 */
/* Which tenants let others in: of all policies, looked at once. */
#pragma once

#include "compile/view.h"

struct wf_extranet {
	const struct wf_object *guest;
	const struct wf_object *host; /* a policy of it lets endpoints of the guest in */
};

struct wf_extranets {
	struct wf_extranet *items; /* owned; sorted by guest, then host, each once */
	size_t n;
	size_t cap;
};

/* 0 or -ENOMEM. */
int wf_extranets_of(const struct wf_model *m, struct wf_extranets *ret);
void wf_extranets_done(struct wf_extranets *e);

/* Those of @guest, the first of *@ret_n; NULL: nobody lets it in. */
const struct wf_extranet *wf_extranets_find(const struct wf_extranets *e,
					    const struct wf_object *guest, size_t *ret_n);
