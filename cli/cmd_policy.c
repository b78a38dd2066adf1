// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/listing.h"

static void format_ports(const json_t *value, struct wf_buf *out)
{
	if (value)
		wf_format_plain(value, out);
	else
		wf_buf_puts(out, "all");
}

static const struct wf_column columns[] = {
	{"TENANT", "tenant", NULL, 0},
	{"NAME", "name", NULL, 0},
	{"ID", "id", NULL, WF_COLUMN_RIGHT},
	{"ACTION", "", wf_format_action, 0},
	{"FROM", "from", NULL, 0},
	{"TO", "to", NULL, 0},
	{"PORTS", "ports", format_ports, 0},
	{"WAY", "", wf_format_ways, 0},
	{"REVERSE", "reverse", NULL, 0},
	{"REQUIRE", "require", NULL, 0},
	{"ENCODING", "encoding", NULL, WF_COLUMN_SHOW_ONLY},
	{"OUT", "out.packets", wf_format_count, WF_COLUMN_RIGHT},
	{"BYTES OUT", "out.bytes", wf_format_bytes, WF_COLUMN_SHOW_ONLY},
	{"IN", "in.packets", wf_format_count, WF_COLUMN_RIGHT},
	{"BYTES IN", "in.bytes", wf_format_bytes, WF_COLUMN_SHOW_ONLY},
	{"DENIED OUT", "denied_out.packets", wf_format_count, WF_COLUMN_RIGHT},
	{"DENIED IN", "denied_in.packets", wf_format_count, WF_COLUMN_RIGHT},
	{"TRANSIT", "transit.packets", wf_format_count, WF_COLUMN_SHOW_ONLY},
	{"TRANSIT FAILED", "transit_failed.packets", wf_format_count, WF_COLUMN_SHOW_ONLY},
	{NULL, NULL, NULL, 0},
};

static const struct wf_listing policies = {.noun = "policy",
					   .path = "/v1/policies",
					   .key = "name",
					   .has_tenant = true,
					   .columns = columns};

const struct wf_cmd wf_cmd_policy_list = {
	.noun = "policy",
	.verb = "list",
	.usage = "[--tenant TENANT]",
	.help = "list the policies, with what they let pass and denied here",
	.options = wf_tenant_options,
	.listing = &policies,
	.run = wf_listing_list,
};

const struct wf_cmd wf_cmd_policy_show = {
	.noun = "policy",
	.verb = "show",
	.usage = "[TENANT] NAME | TENANT/NAME",
	.help = "show one policy",
	.min_words = 1,
	.max_words = 2,
	.complete = WF_COMPLETE_POLICY,
	.options = wf_tenant_options,
	.listing = &policies,
	.run = wf_listing_show,
};
