// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/listing.h"

static const struct wf_column columns[] = {
	{"TENANT", "tenant", NULL, 0},
	{"POLICY", "policy", NULL, 0},
	{"TO", "to", NULL, 0},
	{"REVERSE", "is_reverse", NULL, 0},
	{"ALTERNATIVE", "alternative", NULL, WF_COLUMN_RIGHT},
	{"WEIGHT", "weight", NULL, WF_COLUMN_RIGHT},
	{"SEGMENTS", "segments", wf_format_segments, 0},
	{"KEY", "key", NULL, WF_COLUMN_RIGHT},
	{"IDENTITY", "identity", NULL, WF_COLUMN_RIGHT},
	{"OVERHEAD", "overhead", NULL, WF_COLUMN_RIGHT},
	{"PACKETS", "packets", wf_format_count, WF_COLUMN_RIGHT},
	{"BYTES", "bytes", wf_format_bytes, WF_COLUMN_RIGHT},
	{NULL, NULL, NULL, 0},
};

static const struct wf_listing paths = {
	.noun = "path", .path = "/v1/paths", .key = "to", .has_tenant = true, .columns = columns};

static const struct wf_opt options[] = {
	{"tenant", 0, "TENANT", false, WF_COMPLETE_TENANT, "only of this tenant"},
	{"policy", 0, "POLICY", false, WF_COMPLETE_POLICY_NAME, "only those of this policy"},
	{NULL, 0, NULL, false, WF_COMPLETE_NOTHING, NULL},
};

const struct wf_cmd wf_cmd_path_list = {
	.noun = "path",
	.verb = "list",
	.usage = "[--tenant TENANT] [--policy POLICY]",
	.help = "list the paths that packets take from this node",
	.options = options,
	.listing = &paths,
	.run = wf_listing_list,
};
