// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "lab/lab.h"

static int run(struct wf_cli *cli, struct wf_err *err)
{
	if (!cli->rest || !cli->rest[0])
		return wf_cli_usage(cli, err, "the command is missing: write it behind '--'");
	return wf_lab_exec(cli->words[0], cli->words[1], cli->rest, err);
}

const struct wf_cmd wf_cmd_lab_exec = {
	.noun = "lab",
	.verb = "exec",
	.usage = "LAB CONTAINER|NODE -- CMD...",
	.help = "run a command in a host or container of a lab",
	.more = "The exit code is the command's.",
	.min_words = 2,
	.max_words = 2,
	.has_rest = true,
	.complete = WF_COMPLETE_LAB,
	.run = run,
};
