// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/format_member.h"
#include "cli/listing.h"

static const struct wf_column columns[] = {
	{"TENANT", "tenant", NULL, 0},
	{"NAME", "name", NULL, 0},
	{"MODE", "mode", NULL, 0},
	{"IN", "in", NULL, 0},
	{"OUT", "out", NULL, 0},
	{"FRAMES", "frames", NULL, 0},
	{"ON FAILURE", "on_failure", NULL, 0},
	{"LABELS", "instances", NULL, 0},
	{"PROBE", "probe", wf_format_probe, 0},
	{"UP", "endpoints", wf_format_up, WF_COLUMN_RIGHT},
	{"INSTANCES", "endpoints", wf_format_members, WF_COLUMN_SHOW_ONLY},
	{"PACKETS", "endpoints", wf_format_packets, WF_COLUMN_SHOW_ONLY},
	{NULL, NULL, NULL, 0},
};

static const struct wf_listing functions = {.noun = "function",
					    .path = "/v1/functions",
					    .key = "name",
					    .has_tenant = true,
					    .columns = columns};

const struct wf_cmd wf_cmd_function_list = {
	.noun = "function",
	.verb = "list",
	.usage = "[--tenant TENANT]",
	.help = "list the network functions, and how many of their instances are up",
	.options = wf_tenant_options,
	.listing = &functions,
	.run = wf_listing_list,
};

const struct wf_cmd wf_cmd_function_show = {
	.noun = "function",
	.verb = "show",
	.usage = "[TENANT] NAME | TENANT/NAME",
	.help = "show one function and its instances",
	.min_words = 1,
	.max_words = 2,
	.complete = WF_COMPLETE_FUNCTION,
	.options = wf_tenant_options,
	.listing = &functions,
	.run = wf_listing_show,
};
