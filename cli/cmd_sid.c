// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/listing.h"

static const struct wf_column columns[] = {
	{"SID", "sid", NULL, 0},
	{"BEHAVIOR", "behavior", NULL, 0},
	{"PACKETS", "packets", wf_format_count, WF_COLUMN_RIGHT},
	{"BYTES", "bytes", wf_format_bytes, WF_COLUMN_RIGHT},
	{NULL, NULL, NULL, 0},
};

static const struct wf_listing sids = {
	.noun = "sid", .path = "/v1/sids", .key = "sid", .columns = columns};

const struct wf_cmd wf_cmd_sid_list = {
	.noun = "sid",
	.verb = "list",
	.usage = "",
	.help = "list this node's SIDs and what they do",
	.listing = &sids,
	.run = wf_listing_list,
};

const struct wf_cmd wf_cmd_sid_show = {
	.noun = "sid",
	.verb = "show",
	.usage = "SID",
	.help = "show one SID of this node",
	.min_words = 1,
	.max_words = 1,
	.listing = &sids,
	.run = wf_listing_show,
};
