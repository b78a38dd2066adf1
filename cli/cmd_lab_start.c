// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <stdio.h>

#include "lab/lab.h"

static int run(struct wf_cli *cli, struct wf_err *err)
{
	unsigned int started;
	int r = wf_lab_start(cli->words[0], &started, err);

	if (r == 0)
		printf("%u started\n", started);
	return r;
}

const struct wf_cmd wf_cmd_lab_start = {
	.noun = "lab",
	.verb = "start",
	.usage = "LAB",
	.help = "start the daemons and programs of a lab that do not run any more",
	.min_words = 1,
	.max_words = 1,
	.complete = WF_COMPLETE_LAB,
	.run = run,
};
