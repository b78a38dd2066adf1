// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/ask.h"
#include "cli/listing.h"
#include "lab/lab.h"

static const struct wf_column columns[] = {
	{"LAB", "name", NULL, 0},
	{"NODES", "nodes", NULL, WF_COLUMN_RIGHT},
	{"RUNNING", "running", NULL, WF_COLUMN_RIGHT},
	{"ROUTERS", "routers", NULL, WF_COLUMN_RIGHT},
	{"OUTSIDE", "outside", NULL, WF_COLUMN_RIGHT},
	{"CONTAINERS", "containers", NULL, WF_COLUMN_RIGHT},
	{NULL, NULL, NULL, 0},
};

static int run(struct wf_cli *cli, struct wf_err *err)
{
	_cleanup_json_ json_t *labs = NULL, *answer = NULL;
	int r = wf_lab_list(&labs, err);

	if (r < 0)
		return r;
	if (!cli->is_json)
		return wf_table_print(cli, columns, labs, err);
	answer = json_pack("{s:O}", "items", labs);
	wf_print_json(answer);
	return 0;
}

const struct wf_cmd wf_cmd_lab_list = {
	.noun = "lab",
	.verb = "list",
	.usage = "",
	.help = "list the labs of this machine",
	.run = run,
};
