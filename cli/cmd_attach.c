// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/listing.h"

static const struct wf_opt options[] = {
	{"netns", 0, "NAME|PATH", false, WF_COMPLETE_NETNS, "the container's network namespace"},
	{"tenant", 0, "TENANT", false, WF_COMPLETE_TENANT, "the tenant it joins"},
	{"name", 0, "NAME", false, WF_COMPLETE_NOTHING, "the endpoint's name (the namespace's)"},
	{"ip", 0, "ADDRESS", true, WF_COMPLETE_NOTHING, "an address (allocated)"},
	{"label", 0, "KEY=VALUE", true, WF_COMPLETE_NOTHING, "a label"},
	{"ifname", 0, "IFNAME", false, WF_COMPLETE_NOTHING, "the interface in it (eth0)"},
	{"sr-aware", 0, NULL, false, WF_COMPLETE_NOTHING,
	 "it may send routing headers, with SIDs of its tenant"},
	{NULL, 0, NULL, false, WF_COMPLETE_NOTHING, NULL},
};

static const struct wf_column columns[] = {
	{"TENANT", "tenant", NULL, 0}, {"NAME", "name", NULL, 0},
	{"NODE", "node", NULL, 0},     {"ADDRESSES", "addresses", NULL, 0},
	{"LABELS", "labels", NULL, 0}, {"INTERFACE", "interface", NULL, 0},
	{"MTU", "mtu", NULL, 0},       {NULL, NULL, NULL, 0},
};

/* Adds --label KEY=VALUE to @labels. */
static int add_label(const struct wf_cli *cli, json_t *labels, const char *text, struct wf_err *err)
{
	const char *equals = strchr(text, '=');
	char key[128];

	if (!equals || equals == text || (size_t)(equals - text) >= sizeof(key))
		return wf_cli_usage(cli, err, "'%s' is no label: write --label KEY=VALUE", text);
	snprintf(key, sizeof(key), "%.*s", (int)(equals - text), text);
	if (json_object_set_new(labels, key, json_string(equals + 1)) < 0)
		return wf_cli_usage(cli, err, "'%s' is not UTF-8", text);
	return 0;
}

/* A path as the daemon sees it, which runs elsewhere; a bare name is /run/netns/NAME to it. */
static int netns_of(const char *word, char ret[PATH_MAX], struct wf_err *err)
{
	if (!strchr(word, '/'))
		snprintf(ret, PATH_MAX, "%s", word);
	else if (!realpath(word, ret))
		return wf_err_errno(err, -errno, "network namespace %s", word);
	return 0;
}

static int make_body(const struct wf_cli *cli, json_t *body, struct wf_err *err)
{
	static const char *const texts[] = {"tenant", "name", "ifname"};
	json_t *addresses = json_array(), *labels = json_object();
	char netns[PATH_MAX];
	int r;

	json_object_set_new(body, "addresses", addresses);
	json_object_set_new(body, "labels", labels);
	r = netns_of(wf_cli_value(cli, "netns"), netns, err);
	if (r < 0)
		return r;
	json_object_set_new(body, "netns", json_string(netns));
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (wf_cli_value(cli, texts[i]))
			json_object_set_new(body, texts[i],
					    json_string(wf_cli_value(cli, texts[i])));
	if (!wf_cli_has(cli, "name"))
		json_object_set_new(body, "name",
				    json_string(strrchr(netns, '/') ? strrchr(netns, '/') + 1
								    : netns));
	if (!wf_cli_has(cli, "ifname"))
		json_object_set_new(body, "ifname", json_string("eth0"));
	if (wf_cli_has(cli, "sr-aware"))
		json_object_set_new(body, "sr_aware", json_true());
	for (size_t i = 0; r == 0 && i < cli->n_args; i++) {
		const struct wf_arg *a = &cli->args[i];

		if (strcmp(a->opt->name, "ip") == 0)
			json_array_append_new(addresses, json_string(a->value));
		if (strcmp(a->opt->name, "label") == 0)
			r = add_label(cli, labels, a->value, err);
	}
	return r;
}

static int run(struct wf_cli *cli, struct wf_err *err)
{
	_cleanup_json_ json_t *body = json_object(), *answer = NULL;
	int r;

	if (!wf_cli_has(cli, "netns") || !wf_cli_has(cli, "tenant"))
		return wf_cli_usage(cli, err, "--netns and --tenant are needed");
	r = make_body(cli, body, err);
	if (r == 0)
		r = wf_ask(cli, "POST", "/v1/attach", body, &answer, err);
	if (r < 0)
		return r;
	if (cli->is_json)
		wf_print_json(answer);
	else
		wf_item_print(columns, answer);
	return 0;
}

const struct wf_cmd wf_cmd_attach = {
	.noun = "attach",
	.usage = "--netns NAME|PATH --tenant T [--name N] [--ip A]... [--label K=V]... "
		 "[--ifname eth0] [--sr-aware]",
	.help = "give a network namespace an interface in a tenant",
	.options = options,
	.run = run,
};
