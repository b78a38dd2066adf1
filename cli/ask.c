// SPDX-License-Identifier: Apache-2.0
#include "cli/ask.h"

#include <stdio.h>
#include <string.h>

#include "lab/lab.h"

static int open_client(struct wf_cli *cli, const char *path, struct wf_err *err)
{
	wf_client_free(cli->client);
	cli->client = wf_client_new(path);
	if (!cli->client)
		return wf_err_set(err, -ENOMEM, "out of memory");
	return 0;
}

static int open_lab(struct wf_cli *cli, const char *node, struct wf_err *err)
{
	char lab[WF_NAME_MAX + 1], path[WF_LAB_PATH_MAX];
	size_t len = strcspn(cli->lab, "/");
	int r;

	if (len >= sizeof(lab))
		return wf_cli_usage(cli, err, "'%s' is not LAB or LAB/NODE", cli->lab);
	memcpy(lab, cli->lab, len);
	lab[len] = '\0';
	if (!node && cli->lab[len])
		node = cli->lab + len + 1;
	r = wf_lab_socket(lab, node, path, err);
	return r < 0 ? r : open_client(cli, path, err);
}

static int open_default(struct wf_cli *cli, struct wf_err *err)
{
	const char *path = cli->socket;

	if (!path)
		path = getenv("WEFT_SOCKET");
	return open_client(cli, path && *path ? path : WF_SOCKET_DEFAULT, err);
}

int wf_ask_open(struct wf_cli *cli, struct wf_err *err)
{
	if (cli->client)
		return 0;
	return cli->lab ? open_lab(cli, NULL, err) : open_default(cli, err);
}

int wf_ask(struct wf_cli *cli, const char *method, const char *path, json_t *body, json_t **ret,
	   struct wf_err *err)
{
	int r = wf_ask_open(cli, err);

	return r < 0 ? r : wf_client_call(cli->client, method, path, body, ret, err);
}

int wf_ask_node(struct wf_cli *cli, const char *node, struct wf_err *err)
{
	return open_lab(cli, node, err);
}

int wf_ref_parse(const struct wf_cli *cli, size_t first, struct wf_ref *ret, struct wf_err *err)
{
	const char *word = cli->words[first], *slash = strchr(word, '/');
	const char *option = wf_cli_value(cli, "tenant");
	size_t n_left = cli->n_words - first;

	if (strlen(word) >= sizeof(ret->text))
		return wf_cli_usage(cli, err, "'%.32s...' is too long a name", word);
	ret->tenant = option;
	ret->name = word;
	if (n_left >= 2 && cli->cmd->min_words < 2 && !slash) {
		ret->tenant = word;
		ret->name = cli->words[first + 1];
	} else if (slash) {
		strcpy(ret->text, word);
		ret->text[slash - word] = '\0';
		ret->tenant = ret->text;
		ret->name = ret->text + (slash - word) + 1;
	}
	if (option && ret->tenant != option && strcmp(option, ret->tenant) != 0)
		return wf_cli_usage(cli, err, "'%s' names another tenant than --tenant %s", word,
				    option);
	return 0;
}

void wf_print_json(const json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
	putchar('\n');
}
