/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services: SERVICE and SHARE entries, BACKEND entries, and the SIDs of this node's backends
 * (End.DX). Only nodes that take part in a tenant hold them.
 *
 * A tenant knows its own services, and those of other tenants that have a backend among its members
 * (compile/members.h): under its own id, with the other one as their home. Tenants that know each
 * other have no addresses in common (model/check_joins.c).
 *
 * Backends are there before any table leads to them: an endpoint has its SID and entries as soon as
 * it has a number, and gets its share when the service's history says so.
 */
#pragma once

#include "compile/image.h"
#include "compile/realm.h"
#include "compile/targets.h"

struct wf_services {
	const struct wf_view *view;
	struct wf_image *img;
	struct wf_targets targets; /* owned; of the tenants heard */
};

struct wf_services wf_services_of(const struct wf_view *v, struct wf_image *img);
/* Each tenant's realm. 0, -ENOMEM, -E2BIG. */
int wf_services_hear(struct wf_services *s, const struct wf_realm *realm);
void wf_services_done(struct wf_services *s);
