// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"

static void print_options(const struct wf_opt *options)
{
	for (const struct wf_opt *o = options; o && o->name; o++) {
		char left[64];

		snprintf(left, sizeof(left), "%s%c%s--%s%s%s", o->letter ? "-" : "",
			 o->letter ? o->letter : ' ', o->letter ? ", " : "   ", o->name,
			 o->value ? " " : "", o->value ? o->value : "");
		printf("  %-24s %s%s\n", left, o->help, o->is_repeated ? " (repeatable)" : "");
	}
}

void wf_cmd_help(const struct wf_cmd *cmd)
{
	char name[WF_CMD_NAME_MAX];

	printf("weft %s%s%s\n\n%s%s%s\n", wf_cmd_name(cmd, name), *cmd->usage ? " " : "",
	       cmd->usage, cmd->help, cmd->more ? "\n\n" : "", cmd->more ? cmd->more : "");
	if (cmd->options) {
		printf("\nOptions:\n");
		print_options(cmd->options);
	}
	printf("\nOptions of all commands:\n");
	print_options(wf_global_options);
}

static void print_overview(void)
{
	char name[WF_CMD_NAME_MAX];

	printf("weft COMMAND [OPTION]...\n\nCommands:\n");
	for (const struct wf_cmd *const *c = wf_cmds; *c; c++)
		printf("  %-16s %s\n", wf_cmd_name(*c, name), (*c)->help);
	printf("\nOptions of all commands:\n");
	print_options(wf_global_options);
	printf("\n'weft help COMMAND' says more about one command.\n");
}

static int run(struct wf_cli *cli, struct wf_err *err)
{
	const struct wf_cmd *cmd;

	if (!cli->n_words) {
		print_overview();
		return 0;
	}
	cmd = wf_cmd_find(cli->words[0], cli->n_words > 1 ? cli->words[1] : NULL);
	if (cmd) {
		wf_cmd_help(cmd);
		return 0;
	}
	for (const struct wf_cmd *const *c = wf_cmds; *c; c++) {
		char name[WF_CMD_NAME_MAX];

		if (cli->n_words == 1 && strcmp((*c)->noun, cli->words[0]) == 0) {
			printf("  %-16s %s\n", wf_cmd_name(*c, name), (*c)->help);
			cmd = *c;
		}
	}
	if (cmd)
		return 0;
	return wf_err_set(err, -WF_EUSAGE, "there is no command 'weft %s': see 'weft help'",
			  cli->words[0]);
}

const struct wf_cmd wf_cmd_help_command = {
	.noun = "help",
	.usage = "[COMMAND]",
	.help = "say how commands are used",
	.max_words = 2,
	.run = run,
};
