// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/format_member.h"
#include "cli/listing.h"

static const struct wf_column columns[] = {
	{"TENANT", "tenant", NULL, 0},
	{"NAME", "name", NULL, 0},
	{"ID", "id", NULL, WF_COLUMN_RIGHT},
	{"ADDRESSES", "addresses", NULL, 0},
	{"PORTS", "ports", NULL, 0},
	{"LABELS", "backends", wf_format_selections, 0},
	{"AFFINITY", "affinity", NULL, 0},
	{"BALANCE", "balance", NULL, 0},
	{"CAPACITY", "capacity", wf_format_count, WF_COLUMN_SHOW_ONLY},
	{"PROBE", "probe", wf_format_probe, 0},
	{"DRAIN", "drain", NULL, WF_COLUMN_SHOW_ONLY},
	{"UP", "endpoints", wf_format_up, WF_COLUMN_RIGHT},
	{"BACKENDS", "endpoints", wf_format_members, WF_COLUMN_SHOW_ONLY},
	{"SHARES", "endpoints", wf_format_shares, WF_COLUMN_SHOW_ONLY},
	{"FLOWS", "endpoints", wf_format_flows, WF_COLUMN_SHOW_ONLY},
	{"PACKETS", "endpoints", wf_format_packets, WF_COLUMN_SHOW_ONLY},
	{NULL, NULL, NULL, 0},
};

static const struct wf_listing services = {.noun = "service",
					   .path = "/v1/services",
					   .key = "name",
					   .has_tenant = true,
					   .columns = columns};

const struct wf_cmd wf_cmd_service_list = {
	.noun = "service",
	.verb = "list",
	.usage = "[--tenant TENANT]",
	.help = "list the services, and how many of their backends are up",
	.options = wf_tenant_options,
	.listing = &services,
	.run = wf_listing_list,
};

const struct wf_cmd wf_cmd_service_show = {
	.noun = "service",
	.verb = "show",
	.usage = "[TENANT] NAME | TENANT/NAME",
	.help = "show one service, its backends, and where its flows go",
	.min_words = 1,
	.max_words = 2,
	.complete = WF_COMPLETE_SERVICE,
	.options = wf_tenant_options,
	.listing = &services,
	.run = wf_listing_show,
};
