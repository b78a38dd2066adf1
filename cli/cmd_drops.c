// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/ask.h"
#include "cli/listing.h"

static const struct wf_column columns[] = {
	{"REASON", "reason", NULL, 0},
	{"PACKETS", "packets", wf_format_count, WF_COLUMN_RIGHT},
	{"WHY", "text", NULL, 0},
	{NULL, NULL, NULL, 0},
};

static const struct wf_opt options[] = {
	{"all", 'a', NULL, false, WF_COMPLETE_NOTHING, "also the reasons that never occurred"},
	{NULL, 0, NULL, false, WF_COMPLETE_NOTHING, NULL},
};

static int run(struct wf_cli *cli, struct wf_err *err)
{
	_cleanup_json_ json_t *answer = NULL, *shown = json_array();
	const json_t *item;
	size_t i;
	int r;

	r = wf_ask(cli, "GET", "/v1/drops", NULL, &answer, err);
	if (r < 0)
		return r;
	if (cli->is_json) {
		wf_print_json(answer);
		return 0;
	}
	json_array_foreach(json_object_get(answer, "items"), i,
			   item) if (wf_cli_has(cli, "all") ||
				     json_integer_value(json_object_get(item, "packets")) > 0)
		json_array_append(shown, (json_t *)item);
	return wf_table_print(cli, columns, shown, err);
}

const struct wf_cmd wf_cmd_drops = {
	.noun = "drops",
	.usage = "[--all]",
	.help = "show why this node dropped packets, and how many",
	.options = options,
	.run = run,
};
