// SPDX-License-Identifier: Apache-2.0
/* The command line: noun, verb, words, options (anywhere before "--"), and the rest behind "--". */
#include "cli/cmd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct wf_opt wf_global_options[] = {
	{"socket", 0, "PATH", false, WF_COMPLETE_FILE,
	 "the daemon's socket (WEFT_SOCKET, " WF_SOCKET_DEFAULT ")"},
	{"lab", 0, "LAB[/NODE]", false, WF_COMPLETE_LAB,
	 "talk to the daemon of this lab's node (its first one)"},
	{"json", 0, NULL, false, WF_COMPLETE_NOTHING, "print JSON: the API's own fields"},
	{"no-headings", 0, NULL, false, WF_COMPLETE_NOTHING, "tables without a first line"},
	{"help", 'h', NULL, false, WF_COMPLETE_NOTHING, "say how the command is used"},
	{NULL, 0, NULL, false, WF_COMPLETE_NOTHING, NULL},
};

const char *wf_cmd_name(const struct wf_cmd *cmd, char *buf)
{
	snprintf(buf, WF_CMD_NAME_MAX, "%s%s%s", cmd->noun, cmd->verb ? " " : "",
		 cmd->verb ? cmd->verb : "");
	return buf;
}

const struct wf_cmd *wf_cmd_find(const char *noun, const char *verb)
{
	for (const struct wf_cmd *const *c = wf_cmds; *c; c++) {
		if (strcmp((*c)->noun, noun) != 0)
			continue;
		if (!(*c)->verb || (verb && strcmp((*c)->verb, verb) == 0))
			return *c;
	}
	return NULL;
}

int wf_cli_usage(const struct wf_cli *cli, struct wf_err *err, const char *fmt, ...)
{
	char name[WF_CMD_NAME_MAX], why[WF_ERR_MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (!cli->cmd)
		return wf_err_set(err, -WF_EUSAGE, "%s", why);
	return wf_err_set(err, -WF_EUSAGE, "%s\nusage: weft %s%s%s", why,
			  wf_cmd_name(cli->cmd, name), *cli->cmd->usage ? " " : "",
			  cli->cmd->usage);
}

static const struct wf_opt *find_in(const struct wf_opt *options, const char *name, size_t len)
{
	for (const struct wf_opt *o = options; o && o->name; o++)
		if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
			return o;
	return NULL;
}

static const struct wf_opt *find_letter(const struct wf_opt *options, char letter)
{
	for (const struct wf_opt *o = options; o && o->name; o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

static int unknown_option(const struct wf_cli *cli, const char *arg, struct wf_err *err)
{
	const char *names[64], *near;
	size_t n = 0;

	for (const struct wf_opt *o = wf_global_options; o->name && n < 63; o++)
		names[n++] = o->name;
	for (const struct wf_opt *o = cli->cmd ? cli->cmd->options : NULL; o && o->name && n < 63;
	     o++)
		names[n++] = o->name;
	names[n] = NULL;
	near = wf_nearest(arg + strspn(arg, "-"), names);
	if (near)
		return wf_cli_usage(cli, err, "unknown option '%s': did you mean --%s?", arg, near);
	return wf_cli_usage(cli, err, "unknown option '%s'", arg);
}

/* Takes one option, and its value from **@next where it is a word of its own. */
static int take_option(struct wf_cli *cli, const char *arg, char ***next, struct wf_err *err)
{
	const struct wf_opt *own = cli->cmd ? cli->cmd->options : NULL, *o;
	const char *value = NULL;

	if (arg[1] == '-') {
		size_t len = strcspn(arg + 2, "=");

		o = find_in(wf_global_options, arg + 2, len);
		o = o ? o : find_in(own, arg + 2, len);
		value = arg[2 + len] ? arg + 3 + len : NULL;
	} else {
		o = find_letter(wf_global_options, arg[1]);
		o = o ? o : find_letter(own, arg[1]);
		value = arg[2] ? arg + 2 : NULL;
	}
	if (!o)
		return unknown_option(cli, arg, err);
	if (!o->value && value)
		return wf_cli_usage(cli, err, "option --%s takes no value", o->name);
	if (o->value && !value && !(value = *(*next)++))
		return wf_cli_usage(cli, err, "option --%s needs a value: --%s %s", o->name,
				    o->name, o->value);
	if (!o->is_repeated && wf_cli_has(cli, o->name))
		return wf_cli_usage(cli, err, "option --%s is given twice", o->name);
	cli->args[cli->n_args++] = (struct wf_arg){o, value};
	return 0;
}

static int unknown_command(struct wf_err *err, const char *noun, const char *verb)
{
	const char *names[128], *near;
	size_t n = 0, n_same = 0;

	for (const struct wf_cmd *const *c = wf_cmds; *c && n < 127; c++)
		if (strcmp((*c)->noun, noun) == 0)
			names[n_same++] = (*c)->verb;
	names[n_same] = NULL;
	if (n_same && !verb)
		return wf_err_set(err, -WF_EUSAGE,
				  "'weft %s' needs a verb, such as 'weft %s %s': see 'weft help'",
				  noun, noun, names[0]);
	if (n_same) {
		near = wf_nearest(verb, names);
		return wf_err_set(err, -WF_EUSAGE,
				  "there is no command 'weft %s %s': did you mean 'weft %s %s'?",
				  noun, verb, noun, near ? near : names[0]);
	}
	for (const struct wf_cmd *const *c = wf_cmds; *c && n < 127; c++)
		names[n++] = (*c)->noun;
	names[n] = NULL;
	near = wf_nearest(noun, names);
	if (near)
		return wf_err_set(err, -WF_EUSAGE,
				  "there is no command 'weft %s': did you mean 'weft %s'?", noun,
				  near);
	return wf_err_set(err, -WF_EUSAGE, "there is no command 'weft %s': see 'weft help'", noun);
}

/* Is @arg an option whose value is the next word? Needed before the command is known. */
static bool takes_next(const char *arg)
{
	const struct wf_opt *o;

	if (strncmp(arg, "--", 2) != 0)
		return false;
	o = find_in(wf_global_options, arg + 2, strlen(arg + 2));
	return o && o->value;
}

/* The first words that are no options name the command. @ret_used: how many of them it took. */
static int find_command(struct wf_cli *cli, char **argv, size_t *ret_used, struct wf_err *err)
{
	const char *names[2] = {NULL, NULL};
	size_t n = 0;
	bool is_help = false;

	for (char **a = argv + 1; *a && n < 2 && strcmp(*a, "--") != 0; a++) {
		is_help = is_help || strcmp(*a, "--help") == 0 || strcmp(*a, "-h") == 0;
		if (**a != '-' || !(*a)[1])
			names[n++] = *a;
		else if (takes_next(*a) && a[1])
			a++;
	}
	*ret_used = 0;
	if (!n && is_help) {
		cli->cmd = wf_cmd_find("help", NULL);
		return 0;
	}
	if (!n)
		return wf_err_set(err, -WF_EUSAGE, "no command is given: see 'weft help'");
	cli->cmd = wf_cmd_find(names[0], names[1]);
	if (!cli->cmd)
		return unknown_command(err, names[0], names[1]);
	*ret_used = cli->cmd->verb ? 2 : 1;
	return 0;
}

static int check_words(const struct wf_cli *cli, struct wf_err *err)
{
	if (wf_cli_has(cli, "help"))
		return 0;
	if (cli->n_words < cli->cmd->min_words)
		return wf_cli_usage(cli, err, "an argument is missing");
	if (cli->n_words > cli->cmd->max_words)
		return wf_cli_usage(cli, err, "'%s' is one argument too many",
				    cli->words[cli->cmd->max_words]);
	if (cli->rest && !cli->cmd->has_rest)
		return wf_cli_usage(cli, err, "nothing can follow '--' here");
	return 0;
}

int wf_cli_parse(struct wf_cli *cli, char **argv, struct wf_err *err)
{
	size_t n = 0, skip;
	int r;

	while (argv[n] && n <= WF_ARGS_MAX)
		n++;
	if (n > WF_ARGS_MAX)
		return wf_err_set(err, -WF_EUSAGE, "more than %d arguments", WF_ARGS_MAX);
	r = find_command(cli, argv, &skip, err);
	if (r < 0)
		return r;
	cli->words = calloc(n + 1, sizeof(*cli->words));
	cli->args = calloc(n + 1, sizeof(*cli->args));
	if (!cli->words || !cli->args)
		return wf_err_set(err, -ENOMEM, "out of memory");
	for (char **a = argv + 1; *a;) {
		const char *word = *a++;

		if (strcmp(word, "--") == 0) {
			cli->rest = a;
			break;
		}
		if (word[0] == '-' && word[1]) {
			r = take_option(cli, word, &a, err);
			if (r < 0)
				return r;
		} else if (skip) {
			skip--;
		} else {
			cli->words[cli->n_words++] = word;
		}
	}
	cli->socket = wf_cli_value(cli, "socket");
	cli->lab = wf_cli_value(cli, "lab");
	cli->is_json = wf_cli_has(cli, "json");
	cli->has_no_headings = wf_cli_has(cli, "no-headings");
	if (cli->socket && cli->lab)
		return wf_cli_usage(cli, err, "--socket and --lab name two daemons: give one");
	return check_words(cli, err);
}

void wf_cli_done(struct wf_cli *cli)
{
	free(cli->words);
	free(cli->args);
	wf_client_free(cli->client);
	memset(cli, 0, sizeof(*cli));
}

const char *wf_cli_value(const struct wf_cli *cli, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < cli->n_args; i++)
		if (strcmp(cli->args[i].opt->name, name) == 0)
			value = cli->args[i].value;
	return value;
}

bool wf_cli_has(const struct wf_cli *cli, const char *name)
{
	for (size_t i = 0; i < cli->n_args; i++)
		if (strcmp(cli->args[i].opt->name, name) == 0)
			return true;
	return false;
}
