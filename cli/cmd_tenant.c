// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/listing.h"

static const struct wf_column columns[] = {
	{"NAME", "name", NULL, 0},
	{"ID", "id", NULL, WF_COLUMN_RIGHT},
	{"PREFIXES", "prefixes", NULL, 0},
	{"DEFAULT", "", wf_format_default, 0},
	{"REQUIRE", "require", NULL, 0},
	{"ENCODING", "encoding", NULL, 0},
	{"METADATA", "metadata", NULL, WF_COLUMN_SHOW_ONLY},
	{"VERIFY", "verify", NULL, WF_COLUMN_SHOW_ONLY},
	{"HOST", "host", NULL, WF_COLUMN_SHOW_ONLY},
	{"MTU", "mtu", NULL, WF_COLUMN_RIGHT},
	{"ENDPOINTS", "endpoints", wf_format_count, WF_COLUMN_RIGHT},
	{"POLICIES", "policies", wf_format_count, WF_COLUMN_RIGHT},
	{NULL, NULL, NULL, 0},
};

static const struct wf_listing tenants = {
	.noun = "tenant", .path = "/v1/tenants", .key = "name", .columns = columns};

const struct wf_cmd wf_cmd_tenant_list = {
	.noun = "tenant",
	.verb = "list",
	.usage = "",
	.help = "list the tenants",
	.listing = &tenants,
	.run = wf_listing_list,
};

const struct wf_cmd wf_cmd_tenant_show = {
	.noun = "tenant",
	.verb = "show",
	.usage = "NAME",
	.help = "show one tenant",
	.min_words = 1,
	.max_words = 1,
	.complete = WF_COMPLETE_TENANT,
	.listing = &tenants,
	.run = wf_listing_show,
};
