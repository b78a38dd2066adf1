// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <stdio.h>

#include "cli/ask.h"

static int run(struct wf_cli *cli, struct wf_err *err)
{
	_cleanup_json_ json_t *json = json_pack("{s:s}", "version", WF_VERSION);

	if (cli->is_json)
		wf_print_json(json);
	else
		printf("weft %s\n", WF_VERSION);
	return 0;
}

const struct wf_cmd wf_cmd_version = {
	.noun = "version",
	.usage = "",
	.help = "print the version of this program",
	.run = run,
};
