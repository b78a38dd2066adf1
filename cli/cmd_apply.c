// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/ask.h"
#include "cli/manifests.h"
#include "client/apply.h"

static const struct wf_opt options[] = {
	{"file", 'f', "FILE", true, WF_COMPLETE_FILE, "a manifest, a directory of them, or -"},
	{"dry-run", 0, NULL, false, WF_COMPLETE_NOTHING, "check it and say what would change"},
	{NULL, 0, NULL, false, WF_COMPLETE_NOTHING, NULL},
};

static int run(struct wf_cli *cli, struct wf_err *err)
{
	WF_CLEANUP(cleanup_manifest) struct wf_manifest *m = wf_manifest_new();
	_cleanup_json_ json_t *answer = NULL;
	int r;

	if (!wf_cli_has(cli, "file"))
		return wf_cli_usage(cli, err, "no manifest is given: name one with -f FILE");
	r = m ? wf_manifests_read(cli, m, err) : wf_err_set(err, -ENOMEM, "out of memory");
	if (r == 0)
		r = wf_ask_open(cli, err);
	if (r < 0)
		return r;
	r = wf_client_apply(cli->client, m, wf_cli_has(cli, "dry-run"), &answer, err);
	return wf_manifests_finish(cli, m, r, answer, err);
}

const struct wf_cmd wf_cmd_apply = {
	.noun = "apply",
	.usage = "-f FILE... [--dry-run]",
	.help = "make the cluster want what manifests say",
	.more = "All of the manifests is applied, or nothing. FILE may be a directory, or - for "
		"standard input.",
	.max_words = WF_MANIFEST_FILES_MAX,
	.complete = WF_COMPLETE_FILE,
	.options = options,
	.run = run,
};
