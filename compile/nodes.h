/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes of a model, found by name without a search through all its objects. */
#pragma once

#include "model/model.h"

struct wf_nodes {
	struct wf_object *const *items; /* borrowed, sorted by name */
	size_t n;
};

struct wf_nodes wf_nodes_of(const struct wf_model *m);

/* NULL: no such node. */
const struct wf_node *wf_nodes_find(const struct wf_nodes *nodes, const char *name);

/* Its id, if it runs Weft and has one already; else 0. Packets can end there. */
uint16_t wf_nodes_id(const struct wf_nodes *nodes, const char *name);
bool wf_node_can_end(const struct wf_node *node);
