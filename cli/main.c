// SPDX-License-Identifier: Apache-2.0
/* weft: parse, run the one command, print the one error, exit 0, 1 (failure) or 2 (usage). */
#include "cli/cmd.h"

#include <locale.h>
#include <stdio.h>

static int finish(int r, const struct wf_err *err)
{
	if (r >= 0)
		return r;
	if (err->msg[0])
		fprintf(stderr, "weft: %s\n", err->msg);
	return r == -WF_EUSAGE ? WF_EXIT_USAGE : WF_EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct wf_cli cli = {0};
	struct wf_err err = {0};
	int r;

	setlocale(LC_ALL, "");
	r = wf_cli_parse(&cli, argv, &err);
	if (r == 0 && wf_cli_has(&cli, "help") && cli.cmd != wf_cmd_find("help", NULL))
		wf_cmd_help(cli.cmd);
	else if (r == 0)
		r = cli.cmd->run(&cli, &err);
	r = finish(r, &err);
	wf_cli_done(&cli);
	if (fflush(stdout) != 0 && r == 0) {
		perror("weft: standard output");
		r = WF_EXIT_FAILURE;
	}
	return r;
}
