// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/manifests.h"
#include "client/apply.h"
#include "client/secret.h"

static const struct wf_opt options[] = {
	{"id", 0, "N", false, WF_COMPLETE_NOTHING, "its HMAC key id, 1 to 4294967295"},
	{"secret-file", 0, "FILE", false, WF_COMPLETE_FILE, "its secret, 16 to 64 bytes"},
	{"linux", 0, NULL, false, WF_COMPLETE_NOTHING, "sign as the Linux kernel does"},
	{NULL, 0, NULL, false, WF_COMPLETE_NOTHING, NULL},
};

static int read_id(const struct wf_cli *cli, uint32_t *ret, struct wf_err *err)
{
	const char *text = wf_cli_value(cli, "id");
	unsigned long long id;

	if (!text)
		return wf_cli_usage(cli, err, "say by which id packets name it, with --id");
	id = strtoull(text, NULL, 10);
	if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 10 || !id ||
	    id > UINT32_MAX)
		return wf_cli_usage(cli, err, "--id is a number from 1 to 4294967295, not '%.32s'",
				    text);
	*ret = (uint32_t)id;
	return 0;
}

/* The file, or "-": said by the option or as the last word. */
static int find_secret(const struct wf_cli *cli, const char **ret, struct wf_err *err)
{
	const char *file = wf_cli_value(cli, "secret-file");
	const char *word = cli->n_words > 1 ? cli->words[1] : NULL;

	/* Not what it is: it may be the secret. */
	if (word && strcmp(word, "-") != 0)
		return wf_cli_usage(cli, err,
				    "one argument is too many: a secret comes from a file or from "
				    "standard input, where nobody sees it");
	if (file && word)
		return wf_cli_usage(cli, err, "give --secret-file or -, not both");
	if (!file && !word)
		return wf_cli_usage(cli, err,
				    "say where the secret is: --secret-file FILE, or - for "
				    "standard input");
	*ret = file ? file : word;
	return 0;
}

static int make_key(const struct wf_cli *cli, struct wf_hmac_key *key, struct wf_err *err)
{
	const char *path = NULL;
	size_t len = 0;
	int r = read_id(cli, &key->id, err);

	if (r == 0)
		r = find_secret(cli, &path, err);
	if (r == 0)
		r = wf_secret_read(path, key->secret, &len, err);
	key->secret_len = (unsigned int)len;
	key->is_linux = wf_cli_has(cli, "linux");
	return r;
}

static int run(struct wf_cli *cli, struct wf_err *err)
{
	WF_CLEANUP(cleanup_object)
	struct wf_object *key = wf_object_new(WF_KIND_KEY, NULL, cli->words[0]);
	_cleanup_json_ json_t *body = NULL, *answer = NULL;
	int r = key ? make_key(cli, &key->key, err) : wf_err_set(err, -ENOMEM, "out of memory");

	if (r < 0)
		return r;
	body = json_pack("{s:[o]}", "objects", wf_client_declaration(key));
	if (!body)
		return wf_err_set(err, -EINVAL, "'%s' is not a name in UTF-8", cli->words[0]);
	r = wf_ask(cli, "POST", "/v1/apply", body, &answer, err);
	if (r == 0)
		wf_manifests_print(cli, answer);
	return r;
}

const struct wf_cmd wf_cmd_key_add = {
	.noun = "key",
	.verb = "add",
	.usage = "NAME --id N (--secret-file FILE | -) [--linux]",
	.help = "add a key: the first one signs, the next one waits for rotate",
	.more = "The secret is what the file holds, without a newline at its end. It is never "
		"shown "
		"again.\nMake one: (umask 077; openssl rand -hex 32 > a.key)",
	.min_words = 1,
	.max_words = 2,
	.options = options,
	.run = run,
};
