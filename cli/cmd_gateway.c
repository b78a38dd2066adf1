// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/format_gateway.h"
#include "cli/listing.h"

static const struct wf_column columns[] = {
	{"NAME", "name", NULL, 0},
	{"NODE", "node", NULL, 0},
	{"OUTSIDE", "outside", NULL, 0},
	{"EGRESS", "egress", wf_format_egress, 0},
	{"POOLS", "egress", wf_format_pools, WF_COLUMN_SHOW_ONLY},
	{"PUBLISH", "publish", wf_format_published, 0},
	{"BGP", "bgp", wf_format_bgp, 0},
	{"STATE", "state", NULL, 0},
	{"ARMS", "arms", wf_format_arms, WF_COLUMN_SHOW_ONLY},
	{"OUT", "arms", wf_format_arms_out, WF_COLUMN_SHOW_ONLY},
	{"IN", "arms", wf_format_arms_in, WF_COLUMN_SHOW_ONLY},
	{"FLOWS", "arms", wf_format_arms_flows, WF_COLUMN_SHOW_ONLY},
	{"REFUSED", "arms", wf_format_arms_refused, WF_COLUMN_SHOW_ONLY},
	{NULL, NULL, NULL, 0},
};

static const struct wf_listing gateways = {
	.noun = "gateway", .path = "/v1/gateways", .key = "name", .columns = columns};

const struct wf_cmd wf_cmd_gateway_list = {
	.noun = "gateway",
	.verb = "list",
	.usage = "",
	.help = "list the gateways: who goes out by them, what they publish, and whether they work",
	.listing = &gateways,
	.run = wf_listing_list,
};

const struct wf_cmd wf_cmd_gateway_show = {
	.noun = "gateway",
	.verb = "show",
	.usage = "NAME",
	.help = "show one gateway, its pools, and what passes it for each tenant",
	.more = "What passes it is counted by the gateway's own node: ask it (weft --lab "
		"LAB/NODE). "
		"Flows are those that it translates at the moment, refused are packets of new ones "
		"for which its pool had no port left.",
	.min_words = 1,
	.max_words = 1,
	.complete = WF_COMPLETE_GATEWAY,
	.listing = &gateways,
	.run = wf_listing_show,
};
