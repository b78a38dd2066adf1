// SPDX-License-Identifier: Apache-2.0
#include "compile/nodes.h"

#include <string.h>

struct wf_nodes wf_nodes_of(const struct wf_model *m)
{
	struct wf_nodes nodes;

	nodes.items = wf_model_range(m, WF_KIND_NODE, NULL, &nodes.n);
	return nodes;
}

const struct wf_node *wf_nodes_find(const struct wf_nodes *nodes, const char *name)
{
	size_t low = 0, high = nodes->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = strcmp(name, nodes->items[middle]->name);

		if (c == 0)
			return &nodes->items[middle]->node;
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

bool wf_node_can_end(const struct wf_node *node)
{
	return node->id && !node->has_end_sid;
}

uint16_t wf_nodes_id(const struct wf_nodes *nodes, const char *name)
{
	const struct wf_node *node = wf_nodes_find(nodes, name);

	return node && wf_node_can_end(node) ? node->id : 0;
}
