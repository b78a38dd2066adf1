/* SPDX-License-Identifier: Apache-2.0 */
/* Which tenants meet the outside, and where: of all gateways, looked at once. */
#pragma once

#include "compile/view.h"

/* What a gateway does for a tenant: one of the two. */
struct wf_outlet {
	const char *tenant; /* name */
	const struct wf_object *gateway;
	const struct wf_egress *egress;	  /* its packets may leave here */
	const struct wf_publish *publish; /* a service of it is reached here */
};

struct wf_outlets {
	struct wf_outlet *items; /* owned; borrowed: the model's. Sorted by tenant, then gateway */
	size_t n;
	size_t cap;
};

/* 0 or -ENOMEM. */
int wf_outlets_of(const struct wf_model *m, struct wf_outlets *ret);
void wf_outlets_done(struct wf_outlets *o);

/* Those of @tenant, the first of *@ret_n; NULL: no gateway names it. */
const struct wf_outlet *wf_outlets_find(const struct wf_outlets *o, const char *tenant,
					size_t *ret_n);
