// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/listing.h"
#include "model/limits.h"

static const struct wf_column columns[] = {
	{"TENANT", "tenant", NULL, 0},	   {"NAME", "name", NULL, 0}, {"LABELS", "labels", NULL, 0},
	{"IDENTITY", "identity", NULL, 0}, {NULL, NULL, NULL, 0},
};

static const struct wf_listing endpoints = {.noun = "endpoint",
					    .path = "/v1/endpoints",
					    .key = "name",
					    .has_tenant = true,
					    .columns = columns};

/* KEY=VALUE, or KEY- for one that goes. */
static int add_change(const struct wf_cli *cli, json_t *labels, const char *word,
		      struct wf_err *err)
{
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	char key[128];

	if (!equals && len && word[len - 1] == '-')
		len--;
	else if (!equals)
		len = 0;
	if (!len || len >= sizeof(key))
		return wf_cli_usage(cli, err,
				    "'%s' is no label: write KEY=VALUE, or KEY- to take it away",
				    word);
	snprintf(key, sizeof(key), "%.*s", (int)len, word);
	if (json_object_get(labels, key))
		return wf_cli_usage(cli, err, "label '%s' is given twice", key);
	if (json_object_set_new(labels, key, equals ? json_string(equals + 1) : json_null()) < 0)
		return wf_cli_usage(cli, err, "'%s' is not UTF-8", word);
	return 0;
}

static int find(struct wf_cli *cli, char path[512], struct wf_err *err)
{
	_cleanup_json_ json_t *item = NULL;
	struct wf_ref ref;
	int r = wf_ref_parse(cli, 0, &ref, err);

	if (r == 0)
		r = wf_listing_find(cli, &ref, &item, err);
	if (r == 0)
		snprintf(path, 512, "/v1/endpoints/%s/%s/labels",
			 json_string_value(json_object_get(item, "tenant")),
			 json_string_value(json_object_get(item, "name")));
	return r;
}

static int run(struct wf_cli *cli, struct wf_err *err)
{
	json_t *labels = json_object();
	_cleanup_json_ json_t *body = json_pack("{s:o}", "labels", labels), *answer = NULL;
	char path[512];
	int r = 0;

	for (size_t i = 1; i < cli->n_words && r == 0; i++)
		r = add_change(cli, labels, cli->words[i], err);
	if (r == 0)
		r = find(cli, path, err);
	if (r == 0)
		r = wf_ask(cli, "POST", path, body, &answer, err);
	if (r < 0)
		return r;
	if (cli->is_json)
		wf_print_json(answer);
	else
		wf_item_print(columns, answer);
	return 0;
}

const struct wf_cmd wf_cmd_endpoint_label = {
	.noun = "endpoint",
	.verb = "label",
	.usage = "NAME|TENANT/NAME KEY=VALUE... KEY-...",
	.help = "change the labels of an endpoint while it runs",
	.more = "KEY=VALUE sets a label, KEY- takes it away, all others stay. Flows that stay "
		"allowed lose no\npacket. What is declared gets the labels of its manifest again "
		"when that is applied.",
	.min_words = 2,
	.max_words = 1 + WF_LABELS_MAX,
	.complete = WF_COMPLETE_ENDPOINT,
	.options = wf_tenant_options,
	.listing = &endpoints,
	.run = run,
};
