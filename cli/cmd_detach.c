// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"

static const struct wf_opt options[] = {
	{"tenant", 0, "TENANT", false, WF_COMPLETE_TENANT, "the endpoint's tenant"},
	{"name", 0, "NAME", false, WF_COMPLETE_ENDPOINT, "the endpoint's name"},
	{"netns", 0, "NAME|PATH", false, WF_COMPLETE_NETNS, "the container's network namespace"},
	{"ifname", 0, "IFNAME", false, WF_COMPLETE_NOTHING, "the interface in it (eth0)"},
	{NULL, 0, NULL, false, WF_COMPLETE_NOTHING, NULL},
};

/* By namespace. Its file may be gone already: then the name as it was given is all there is. */
static json_t *body_of_netns(const struct wf_cli *cli)
{
	const char *word = wf_cli_value(cli, "netns"), *ifname = wf_cli_value(cli, "ifname");
	char path[PATH_MAX];

	if (strchr(word, '/') && realpath(word, path))
		word = path;
	return json_pack("{s:s, s:s}", "netns", word, "ifname", ifname ? ifname : "eth0");
}

static int make_body(const struct wf_cli *cli, json_t **ret, struct wf_err *err)
{
	struct wf_ref ref = {.tenant = wf_cli_value(cli, "tenant"),
			     .name = wf_cli_value(cli, "name")};
	int r = 0;

	if (wf_cli_has(cli, "netns") && (ref.name || cli->n_words))
		return wf_cli_usage(cli, err, "give the endpoint or --netns, not both");
	if (ref.name && cli->n_words)
		return wf_cli_usage(cli, err, "the endpoint is named twice");
	if (wf_cli_has(cli, "netns")) {
		*ret = body_of_netns(cli);
		return 0;
	}
	if (cli->n_words)
		r = wf_ref_parse(cli, 0, &ref, err);
	if (r < 0)
		return r;
	if (!ref.name || !ref.tenant)
		return wf_cli_usage(cli, err, "say which endpoint of which tenant, or --netns");
	*ret = json_pack("{s:s, s:s}", "tenant", ref.tenant, "name", ref.name);
	return 0;
}

static int run(struct wf_cli *cli, struct wf_err *err)
{
	_cleanup_json_ json_t *body = NULL, *answer = NULL;
	int r = make_body(cli, &body, err);

	if (r == 0 && !body)
		r = wf_err_set(err, -EINVAL, "a name is not UTF-8");
	if (r == 0)
		r = wf_ask(cli, "POST", "/v1/detach", body, &answer, err);
	if (r == 0 && cli->is_json)
		wf_print_json(answer);
	return r;
}

const struct wf_cmd wf_cmd_detach = {
	.noun = "detach",
	.usage = "[TENANT] NAME | TENANT/NAME | --tenant T --name N | --netns NAME|PATH "
		 "[--ifname eth0]",
	.help = "take an endpoint off its tenant",
	.max_words = 2,
	.complete = WF_COMPLETE_ENDPOINT,
	.options = options,
	.run = run,
};
