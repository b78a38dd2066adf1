// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "lab/lab.h"

static int run(struct wf_cli *cli, struct wf_err *err)
{
	return wf_lab_down(cli->words[0], err);
}

const struct wf_cmd wf_cmd_lab_down = {
	.noun = "lab",
	.verb = "down",
	.usage = "LAB",
	.help = "take a lab away, also one that never came up in full",
	.min_words = 1,
	.max_words = 1,
	.complete = WF_COMPLETE_LAB,
	.run = run,
};
