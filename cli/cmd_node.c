// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/listing.h"

static const struct wf_column columns[] = {
	{"NAME", "name", NULL, 0},
	{"ID", "id", NULL, WF_COLUMN_RIGHT},
	{"LOCATOR", "locator", NULL, 0},
	{"ADDRESS", "address", NULL, 0},
	{"MTU", "mtu", NULL, WF_COLUMN_RIGHT},
	{"ENDPOINTS", "endpoints", wf_format_count, WF_COLUMN_RIGHT},
	{"SELF", "is_self", NULL, 0},
	{"REACHABLE", "reachable", NULL, 0},
	{NULL, NULL, NULL, 0},
};

static const struct wf_listing nodes = {
	.noun = "node", .path = "/v1/nodes", .key = "name", .columns = columns};

const struct wf_cmd wf_cmd_node_list = {
	.noun = "node",
	.verb = "list",
	.usage = "",
	.help = "list the nodes of the domain",
	.listing = &nodes,
	.run = wf_listing_list,
};

const struct wf_cmd wf_cmd_node_show = {
	.noun = "node",
	.verb = "show",
	.usage = "NAME",
	.help = "show one node",
	.min_words = 1,
	.max_words = 1,
	.complete = WF_COMPLETE_NODE,
	.listing = &nodes,
	.run = wf_listing_show,
};
