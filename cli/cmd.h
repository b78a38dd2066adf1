/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command of `weft` is one const entry, in a file of its own; commands.c lists them all. Parsing,
 * help, "did you mean" and shell completion are made from these entries alone.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "client/client.h"

#define WF_EXIT_FAILURE 1
#define WF_EXIT_USAGE	2
#define WF_EUSAGE	EBADRQC /* as an errno: used wrongly */
#define WF_ARGS_MAX	4096	/* words of one command line */

/* What a word of a command stands for: completion offers it. */
enum wf_complete {
	WF_COMPLETE_NOTHING,
	WF_COMPLETE_FILE,
	WF_COMPLETE_NETNS,
	WF_COMPLETE_NODE,
	WF_COMPLETE_TENANT,
	WF_COMPLETE_ENDPOINT,
	WF_COMPLETE_POLICY,
	WF_COMPLETE_POLICY_NAME, /* without its tenant */
	WF_COMPLETE_FUNCTION,
	WF_COMPLETE_SERVICE,
	WF_COMPLETE_GATEWAY,
	WF_COMPLETE_KEY,
	WF_COMPLETE_LAB,
	WF_COMPLETE_KIND,
	WF_COMPLETE_SHELL,
	WF_COMPLETE_REASON,
	WF_COMPLETE_DROPS_BY,
	WF_COMPLETE_COUNT,
};

struct wf_opt {
	const char *name;  /* "tenant": --tenant */
	char letter;	   /* 'f': -f; 0: none */
	const char *value; /* "TENANT"; NULL: a switch */
	bool is_repeated;
	enum wf_complete complete;
	const char *help;
};

struct wf_cli;

struct wf_cmd {
	const char *noun; /* "policy", or the whole command: "apply" */
	const char *verb; /* "list"; NULL: the noun is all */
	const char *usage;
	const char *help;	/* one line */
	const char *more;	/* for `weft help COMMAND`; may be NULL */
	unsigned int min_words; /* words that must be given ... */
	unsigned int max_words; /* ... and may */
	bool has_rest;		/* takes what stands behind "--" */
	enum wf_complete complete;
	const struct wf_opt *options;	  /* ends with a NULL name; may be NULL */
	const struct wf_listing *listing; /* of list and show commands */
	/* 0, a positive exit code, or a negative errno with @err; an empty err->msg: all was said.
	 */
	int (*run)(struct wf_cli *cli, struct wf_err *err);
};

struct wf_arg {
	const struct wf_opt *opt;
	const char *value; /* NULL: a switch */
};

/* What one run knows. Borrowed strings are those of argv. */
struct wf_cli {
	const struct wf_cmd *cmd;
	const char **words; /* owned array, without noun and verb; ends with NULL */
	size_t n_words;
	struct wf_arg *args; /* owned array */
	size_t n_args;
	char *const *rest; /* behind "--"; NULL: there was none; ends with NULL */
	bool is_json;
	bool has_no_headings;
	const char *socket;	  /* as asked for; NULL: not */
	const char *lab;	  /* "LAB" or "LAB/NODE"; NULL: none */
	struct wf_client *client; /* owned; NULL: nothing was asked yet */
};

/* All commands, in the order of help; ends with NULL. */
extern const struct wf_cmd *const wf_cmds[];
extern const struct wf_opt wf_global_options[];

/* Fills @cli from the command line. 0, or -WF_EUSAGE with @err. */
int wf_cli_parse(struct wf_cli *cli, char **argv, struct wf_err *err);
void wf_cli_done(struct wf_cli *cli);

/* The value of the last --name; NULL: not given. */
const char *wf_cli_value(const struct wf_cli *cli, const char *name);
bool wf_cli_has(const struct wf_cli *cli, const char *name);

/* A usage error: "MESSAGE (usage: ...)", exit 2. */
int wf_cli_usage(const struct wf_cli *cli, struct wf_err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The nearest of @words (ending with NULL) to @word, near enough to be meant; NULL: none. */
const char *wf_nearest(const char *word, const char *const *words);

/* "policy list" to @buf of WF_CMD_NAME_MAX bytes; returns @buf. */
#define WF_CMD_NAME_MAX 64
const char *wf_cmd_name(const struct wf_cmd *cmd, char *buf);
const struct wf_cmd *wf_cmd_find(const char *noun, const char *verb);
/* The usage line, options, what it does. */
void wf_cmd_help(const struct wf_cmd *cmd);
