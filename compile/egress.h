/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outside of a tenant: its EGRESS entry, and the SIDs (End.DX46) of its gateways' endpoints
 * that are on this node.
 *
 *   EGRESS    the gateways that work as seen from here; none: packets to the outside are refused.
 *             There is one where an endpoint of the tenant is, if any gateway serves it
 *   targets   all gateways' endpoints that have a SID, whether they work or not: paths to them are
 *             there before the entry names them, and one that fails or comes back is a change of
 *             the entry only
 */
#pragma once

#include "compile/image.h"
#include "compile/realm.h"
#include "compile/targets.h"

/* 0, -ENOMEM, -E2BIG. */
int wf_egress_add(struct wf_image *img, const struct wf_view *v, const struct wf_realm *realm,
		  struct wf_target_list *targets);
