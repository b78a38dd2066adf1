/* SPDX-License-Identifier: Apache-2.0 */
/* Which tenants let others in: of all policies, looked at once. */
#pragma once

#include "compile/view.h"

struct wf_join {
	const struct wf_object *guest;
	const struct wf_object *host; /* a policy of it lets endpoints of the guest in */
};

struct wf_joins {
	struct wf_join *items; /* owned; sorted by guest, then host, each once */
	size_t n;
	size_t cap;
};

/* 0 or -ENOMEM. */
int wf_joins_of(const struct wf_model *m, struct wf_joins *ret);
void wf_joins_done(struct wf_joins *j);

/* Those of @guest, the first of *@ret_n; NULL: nobody lets it in. */
const struct wf_join *wf_joins_find(const struct wf_joins *j, const struct wf_object *guest,
				    size_t *ret_n);
