/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Direct paths of tenants that have their own: because they are signed, or carry a TLV.
 *
 * Who may send to a tenant's endpoints directly: its own endpoints, the guests that its policies
 * let in, and, as replies, the hosts of those of its endpoints that are guests elsewhere. So all
 * tenants are heard first, each pair of a tenant and a sender once, however often it is named.
 * Within the node the direct path of all tenants does.
 */
#pragma once

#include "compile/paths.h"
#include "compile/realm.h"

struct wf_direct {
	uint32_t tenant;   /* whose endpoints are sent to */
	uint32_t identity; /* of a sender on this node; 0: the node itself, with its errors */
};

struct wf_directs {
	struct wf_direct *items; /* owned */
	size_t n;
	size_t cap;
};

/* 0 or -ENOMEM. */
int wf_directs_hear(struct wf_directs *d, const struct wf_realm *realm);
/* When all realms have been heard. 0, -ENOMEM, -E2BIG. */
int wf_directs_add(struct wf_directs *d, const struct wf_paths *paths);
void wf_directs_done(struct wf_directs *d);
