/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted on this node, beside paths and SIDs: each endpoint of it, and each policy that
 * packets of it can meet. A policy has only the counters that it can move.
 */
#pragma once

#include "compile/here.h"
#include "compile/image.h"
#include "model/model.h"

/* Of an endpoint that is here. @tenant: its id. 0 or -ENOMEM. */
int wf_counters_add_endpoint(struct wf_image *img, uint32_t tenant, const struct wf_endpoint *e);

/*
 * Of @tenant's policies and of what none of them speaks of (policy 0), if one of its endpoints is
 * here, or of a tenant that it lets in. 0 or -ENOMEM.
 */
int wf_counters_add_policies(struct wf_image *img, const struct wf_model *m,
			     const struct wf_here *here, const struct wf_object *tenant);
