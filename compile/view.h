/* SPDX-License-Identifier: Apache-2.0 */
/* What an image is compiled from: the wish, and the node that looks at it. */
#pragma once

#include "compile/here.h"
#include "compile/nodes.h"

struct wf_extranets;
struct wf_outlets;

struct wf_view {
	const struct wf_model *model;
	const struct wf_here *here;
	struct wf_nodes nodes;
	const struct wf_extranets *extranets; /* of all tenants */
	const struct wf_outlets *outlets;     /* of all gateways */
	uint16_t id;			      /* of this node; 0: none yet */
};
