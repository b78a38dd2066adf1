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

/* Backends become @targets. 0, -ENOMEM, -E2BIG. */
int wf_services_add(struct wf_image *img, const struct wf_view *v, const struct wf_realm *realm,
		    struct wf_target_list *targets);
