// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <strings.h>

#include "cli/ask.h"
#include "cli/manifests.h"
#include "client/apply.h"

static const struct wf_opt options[] = {
	{"file", 'f', "FILE", true, WF_COMPLETE_FILE, "a manifest, a directory of them, or -"},
	{NULL, 0, NULL, false, WF_COMPLETE_NOTHING, NULL},
};

static int delete_files(struct wf_cli *cli, struct wf_err *err)
{
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	_cleanup_json_ json_t *answer = NULL;
	int r;

	r = m ? wf_manifests_read(cli, m, err) : wf_err_set(err, -ENOMEM, "out of memory");
	if (r == 0)
		r = wf_ask_open(cli, err);
	if (r < 0)
		return r;
	r = wf_client_delete(cli->client, m, &answer, err);
	return wf_manifests_finish(cli, m, r, answer, err);
}

/* "policy", "Policy", "policies" are not all right: kinds are as in manifests, but for the case. */
static int kind_of_word(const char *word, enum wf_kind *ret)
{
	for (int kind = 0; kind < WF_KIND_COUNT; kind++) {
		if (kind == WF_KIND_IDENTITY || strcasecmp(wf_kind_name(kind), word) != 0)
			continue;
		*ret = kind;
		return 0;
	}
	return -EINVAL;
}

static int delete_one(struct wf_cli *cli, struct wf_err *err)
{
	_cleanup_json_ json_t *body = NULL, *answer = NULL;
	const char *name = cli->words[cli->n_words - 1];
	enum wf_kind kind;
	int r;

	if (kind_of_word(cli->words[0], &kind) < 0)
		return wf_cli_usage(cli, err,
				    "'%s' is no kind: it is one of node, tenant, endpoint, policy, "
				    "key, function, service, gateway",
				    cli->words[0]);
	if (wf_kind_has_tenant(kind) && cli->n_words != 3)
		return wf_cli_usage(cli, err, "a %s belongs to a tenant: give TENANT NAME",
				    cli->words[0]);
	if (!wf_kind_has_tenant(kind) && cli->n_words != 2)
		return wf_cli_usage(cli, err, "a %s belongs to no tenant: give its NAME alone",
				    cli->words[0]);
	body = json_pack("{s:[{s:s, s:s, s:s*}]}", "objects", "kind", wf_kind_name(kind), "name",
			 name, "tenant", cli->n_words == 3 ? cli->words[1] : NULL);
	if (!body)
		return wf_err_set(err, -EINVAL, "'%s' is not a name in UTF-8", name);
	r = wf_ask(cli, "POST", "/v1/delete", body, &answer, err);
	if (r == 0)
		wf_manifests_print(cli, answer);
	return r;
}

static int run(struct wf_cli *cli, struct wf_err *err)
{
	if (wf_cli_has(cli, "file"))
		return delete_files(cli, err);
	if (cli->n_words < 2 || cli->n_words > 3)
		return wf_cli_usage(cli, err, "say what to delete");
	return delete_one(cli, err);
}

const struct wf_cmd wf_cmd_delete = {
	.noun = "delete",
	.usage = "-f FILE... | KIND [TENANT] NAME",
	.help = "make the cluster no longer want something",
	.max_words = WF_MANIFEST_FILES_MAX,
	.complete = WF_COMPLETE_KIND,
	.options = options,
	.run = run,
};
