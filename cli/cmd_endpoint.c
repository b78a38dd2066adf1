// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/listing.h"

static const struct wf_column columns[] = {
	{"TENANT", "tenant", NULL, 0},
	{"NAME", "name", NULL, 0},
	{"NODE", "node", NULL, 0},
	{"ADDRESSES", "addresses", NULL, 0},
	{"LABELS", "labels", NULL, 0},
	{"IDENTITY", "identity", NULL, WF_COLUMN_RIGHT},
	{"HEALTH", "health", NULL, 0},
	{"REASON", "health_reason", NULL, WF_COLUMN_SHOW_ONLY},
	{"SR-AWARE", "sr_aware", NULL, WF_COLUMN_SHOW_ONLY},
	{"HOST", "host", NULL, WF_COLUMN_SHOW_ONLY},
	{"IDENTITY WAS", "identity_was", NULL, WF_COLUMN_SHOW_ONLY},
	{"MAC", "mac", NULL, WF_COLUMN_SHOW_ONLY},
	{"INSIDE", "ifname", NULL, WF_COLUMN_SHOW_ONLY},
	{"SID", "sid", NULL, WF_COLUMN_SHOW_ONLY},
	{"LOCAL", "is_local", NULL, WF_COLUMN_SHOW_ONLY},
	{"INTERFACE", "interface", NULL, WF_COLUMN_SHOW_ONLY},
	{"MTU", "mtu", NULL, WF_COLUMN_SHOW_ONLY},
	{"SENT", "tx", wf_format_traffic, WF_COLUMN_SHOW_ONLY},
	{"RECEIVED", "rx", wf_format_traffic, WF_COLUMN_SHOW_ONLY},
	{NULL, NULL, NULL, 0},
};

static const struct wf_listing endpoints = {.noun = "endpoint",
					    .path = "/v1/endpoints",
					    .key = "name",
					    .has_tenant = true,
					    .columns = columns};

const struct wf_cmd wf_cmd_endpoint_list = {
	.noun = "endpoint",
	.verb = "list",
	.usage = "[--tenant TENANT]",
	.help = "list the endpoints of all nodes",
	.options = wf_tenant_options,
	.listing = &endpoints,
	.run = wf_listing_list,
};

const struct wf_cmd wf_cmd_endpoint_show = {
	.noun = "endpoint",
	.verb = "show",
	.usage = "[TENANT] NAME | TENANT/NAME",
	.help = "show one endpoint",
	.more = "Interface, counters and why it is down are known to the node that hosts the "
		"endpoint: ask there.",
	.min_words = 1,
	.max_words = 2,
	.complete = WF_COMPLETE_ENDPOINT,
	.options = wf_tenant_options,
	.listing = &endpoints,
	.run = wf_listing_show,
};
