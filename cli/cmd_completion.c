// SPDX-License-Identifier: Apache-2.0
/*
 * Shell completion, made from the command table: one function in words that bash and zsh share
 * prints the candidates for the next word, one a line ("@files" asks the shell for file names), and
 * a few lines for each shell hand them over.
 */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

/* What prints the candidates of a kind of word; NULL: nothing to offer. */
static const char *const sources[WF_COMPLETE_COUNT] = {
	[WF_COMPLETE_FILE] = "echo @files",
	[WF_COMPLETE_NETNS] = "ls /run/netns 2>/dev/null",
	[WF_COMPLETE_NODE] = "_weft_names '{print $1}' node list",
	[WF_COMPLETE_TENANT] = "_weft_names '{print $1}' tenant list",
	[WF_COMPLETE_ENDPOINT] = "_weft_names '{print $1 \"/\" $2}' endpoint list",
	[WF_COMPLETE_POLICY] = "_weft_names '{print $1 \"/\" $2}' policy list",
	[WF_COMPLETE_FUNCTION] = "_weft_names '{print $1 \"/\" $2}' function list",
	[WF_COMPLETE_SERVICE] = "_weft_names '{print $1 \"/\" $2}' service list",
	[WF_COMPLETE_GATEWAY] = "_weft_names '{print $1}' gateway list",
	[WF_COMPLETE_POLICY_NAME] = "_weft_names '{print $2}' policy list",
	[WF_COMPLETE_KEY] = "_weft_names '{print $1}' key list",
	[WF_COMPLETE_LAB] = "_weft_names '{print $1}' lab list",
	[WF_COMPLETE_KIND] =
		"printf '%s\\n' node tenant endpoint policy key function service gateway",
	[WF_COMPLETE_SHELL] = "printf '%s\\n' bash zsh",
	[WF_COMPLETE_REASON] = "_weft_names '{print $1}' drops --by reason --all",
	[WF_COMPLETE_DROPS_BY] = "printf '%s\\n' reason endpoint policy",
};

static const char head[] = "_weft_names() {\n"
			   "\tlocal columns=$1\n"
			   "\tshift\n"
			   "\tcommand weft \"$@\" --no-headings 2>/dev/null | awk \"$columns\"\n"
			   "}\n"
			   "\n"
			   "_weft_candidates() {\n"
			   "\tlocal noun= verb= option= word\n"
			   "\tfor word in \"$@\"; do\n"
			   "\t\tcase $option in\n"
			   "\t\t?*) option= ; continue ;;\n"
			   "\t\tesac\n"
			   "\t\tcase $word in\n"
			   "\t\t--) return ;;\n";

static const char middle[] = "\t\t-*) ;;\n"
			     "\t\t*) if [ -z \"$noun\" ]; then noun=$word\n"
			     "\t\t   elif [ -z \"$verb\" ]; then verb=$word; fi ;;\n"
			     "\t\tesac\n"
			     "\tdone\n"
			     "\tcase $option in\n";

static const char bash_tail[] =
	"\n"
	"_weft() {\n"
	"\tlocal current=${COMP_WORDS[COMP_CWORD]} candidates\n"
	"\tcandidates=$(_weft_candidates \"${COMP_WORDS[@]:1:COMP_CWORD-1}\")\n"
	"\tCOMPREPLY=($(compgen -W \"${candidates//@files/}\" -- \"$current\"))\n"
	"\tcase $candidates in\n"
	"\t*@files*) COMPREPLY+=($(compgen -f -- \"$current\")) ;;\n"
	"\tesac\n"
	"}\n"
	"complete -F _weft weft\n";

static const char zsh_tail[] = "\n"
			       "_weft() {\n"
			       "\tlocal -a candidates\n"
			       "\tcandidates=(${(f)\"$(_weft_candidates "
			       "\"${(@)words[2,CURRENT-1]}\")\"})\n"
			       "\t(( ${candidates[(I)@files]} )) && _files\n"
			       "\tcompadd -- ${candidates:#@files}\n"
			       "}\n"
			       "compdef _weft weft\n";

static void print_option_pattern(const struct wf_opt *o)
{
	printf("--%s", o->name);
	if (o->letter)
		printf("|-%c", o->letter);
}

/* Was an option of this name in a command before @end (or among the global ones)? */
static bool is_known(const char *name, const struct wf_cmd *const *end)
{
	for (const struct wf_opt *o = wf_global_options; o->name; o++)
		if (strcmp(o->name, name) == 0)
			return true;
	for (const struct wf_cmd *const *c = wf_cmds; c < end; c++)
		for (const struct wf_opt *o = (*c)->options; o && o->name; o++)
			if (strcmp(o->name, name) == 0)
				return true;
	return false;
}

/* Calls @print for every option with a value, once for each name. */
static void each_valued(void (*print)(const struct wf_opt *o))
{
	for (const struct wf_opt *o = wf_global_options; o->name; o++)
		if (o->value)
			print(o);
	for (const struct wf_cmd *const *c = wf_cmds; *c; c++)
		for (const struct wf_opt *o = (*c)->options; o && o->name; o++)
			if (o->value && !is_known(o->name, c))
				print(o);
}

static void print_takes_value(const struct wf_opt *o)
{
	printf("\t\t");
	print_option_pattern(o);
	printf(") option=$word ;;\n");
}

static void print_value(const struct wf_opt *o)
{
	printf("\t");
	print_option_pattern(o);
	printf(") %s%sreturn ;;\n", sources[o->complete] ? sources[o->complete] : "",
	       sources[o->complete] ? "; " : "");
}

static void print_command(const struct wf_cmd *cmd)
{
	printf("\t\"%s %s\"%s) printf '%%s\\n'", cmd->noun, cmd->verb ? cmd->verb : "",
	       cmd->verb ? "" : "*");
	for (const struct wf_opt *o = cmd->options; o && o->name; o++)
		printf(" --%s", o->name);
	for (const struct wf_opt *o = wf_global_options; o->name; o++)
		printf(" --%s", o->name);
	if (sources[cmd->complete])
		printf("; %s", sources[cmd->complete]);
	printf(" ;;\n");
}

static void print_verbs(void)
{
	for (const struct wf_cmd *const *c = wf_cmds; *c; c++) {
		bool is_first = c == wf_cmds || strcmp(c[-1]->noun, (*c)->noun) != 0;
		bool is_last = !c[1] || strcmp(c[1]->noun, (*c)->noun) != 0;

		if (!(*c)->verb)
			continue;
		if (is_first)
			printf("\t\"%s \"*) printf '%%s\\n'", (*c)->noun);
		printf(" %s%s", (*c)->verb, is_last ? " ;;\n" : "");
	}
}

static void print_nouns(void)
{
	printf("\t*) printf '%%s\\n'");
	for (const struct wf_cmd *const *c = wf_cmds; *c; c++)
		if (c == wf_cmds || strcmp(c[-1]->noun, (*c)->noun) != 0)
			printf(" %s", (*c)->noun);
	printf(" ;;\n");
}

static int run(struct wf_cli *cli, struct wf_err *err)
{
	bool is_zsh = strcmp(cli->words[0], "zsh") == 0;

	if (!is_zsh && strcmp(cli->words[0], "bash") != 0)
		return wf_cli_usage(cli, err, "there is no completion for '%s': bash or zsh",
				    cli->words[0]);
	printf("%s# Made by 'weft completion %s': do not edit.\n%s",
	       is_zsh ? "#compdef weft\n" : "", cli->words[0], head);
	each_valued(print_takes_value);
	fputs(middle, stdout);
	each_valued(print_value);
	printf("\tesac\n\tcase \"$noun $verb\" in\n");
	for (const struct wf_cmd *const *c = wf_cmds; *c; c++)
		print_command(*c);
	print_verbs();
	print_nouns();
	printf("\tesac\n}\n%s", is_zsh ? zsh_tail : bash_tail);
	return 0;
}

const struct wf_cmd wf_cmd_completion = {
	.noun = "completion",
	.usage = "bash|zsh",
	.help = "print the shell's completion of weft",
	.more = "In bash: source <(weft completion bash)",
	.min_words = 1,
	.max_words = 1,
	.complete = WF_COMPLETE_SHELL,
	.run = run,
};
