/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a node's kernel holds: this one's, as it is installed, or any other's, compiled from the
 * wish. For questions about what would happen there, put to the data path's own decisions.
 */
#pragma once

#include "agent/agent.h"
#include "compile/here.h"
#include "dp/world.h"

struct wf_node_image {
	const struct wf_image *image;
	struct wf_image *compiled;    /* owned; NULL: the installed one is asked */
	struct wf_here_port *ports;   /* owned; of a compiled one */
	const struct wf_agent *agent; /* borrowed */
};

/* -EIO: what this node's kernel holds is not known; else as wf_compile(). */
int wf_node_image_init(struct wf_node_image *n, const struct wf_agent *a, const char *node,
		       struct wf_err *err);
void wf_node_image_done(struct wf_node_image *n);
/* Its tables, without memory. Points into @n. */
struct wf_world wf_node_image_world(const struct wf_node_image *n);
/* The entry of an endpoint that lives there; NULL: it has none (yet). */
const struct wf_port *wf_node_image_port(const struct wf_node_image *n,
					 const struct wf_object *endpoint);
