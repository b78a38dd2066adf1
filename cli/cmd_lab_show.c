// SPDX-License-Identifier: Apache-2.0
/* The topology drawn, its containers, and how each weftd is. */
#include "cli/commands.h"

#include <langinfo.h>
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/listing.h"
#include "lab/draw.h"
#include "lab/lab.h"

static const struct wf_column nodes[] = {
	{"NODE", "name", NULL, 0},
	{"ID", "id", NULL, WF_COLUMN_RIGHT},
	{"LOCATOR", "locator", NULL, 0},
	{"WEFTD", "state", NULL, 0},
	{"PID", "pid", NULL, WF_COLUMN_RIGHT},
	{NULL, NULL, NULL, 0},
};

static const struct wf_column routers[] = {
	{"ROUTER", "name", NULL, 0},
	{"ADDRESS", "address", NULL, 0},
	{NULL, NULL, NULL, 0},
};

static const struct wf_column outside[] = {
	{"OUTSIDE", "name", NULL, 0},
	{"ADDRESSES", "addresses", NULL, 0},
	{NULL, NULL, NULL, 0},
};

static const struct wf_column links[] = {
	{"LINK", "between", NULL, 0},
	{"MTU", "mtu", NULL, WF_COLUMN_RIGHT},
	{"COST", "cost", NULL, WF_COLUMN_RIGHT},
	{NULL, NULL, NULL, 0},
};

static const struct wf_column containers[] = {
	{"CONTAINER", "name", NULL, 0},	   {"NODE", "node", NULL, 0},
	{"IFNAME", "ifname", NULL, 0},	   {"TENANT", "tenant", NULL, 0},
	{"ENDPOINT", "endpoint", NULL, 0}, {"ADDRESSES", "addresses", NULL, 0},
	{"LABELS", "labels", NULL, 0},	   {NULL, NULL, NULL, 0},
};

static int print_table(const struct wf_cli *cli, const struct wf_column *columns,
		       const json_t *items, struct wf_err *err)
{
	if (!json_array_size(items))
		return 0;
	putchar('\n');
	return wf_table_print(cli, columns, items, err);
}

static int print_all(const struct wf_cli *cli, const struct wf_lab *lab, const json_t *json,
		     struct wf_err *err)
{
	bool is_ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	struct wf_buf drawing = {0};
	int drawn = wf_lab_draw(lab, is_ascii, &drawing), r = 0;

	if (drawn == 0)
		fputs(drawing.data, stdout);
	wf_buf_done(&drawing);
	/* What cannot be drawn is listed. */
	if (drawn < 0)
		r = print_table(cli, links, json_object_get(json, "links"), err);
	if (r == 0)
		r = print_table(cli, nodes, json_object_get(json, "nodes"), err);
	if (r == 0)
		r = print_table(cli, routers, json_object_get(json, "routers"), err);
	if (r == 0)
		r = print_table(cli, outside, json_object_get(json, "outside"), err);
	if (r == 0)
		r = print_table(cli, containers, json_object_get(json, "containers"), err);
	return r;
}

static int run(struct wf_cli *cli, struct wf_err *err)
{
	_cleanup_json_ json_t *json = NULL;
	struct wf_lab lab;
	int r = wf_lab_load(cli->words[0], &lab, err);

	if (r == 0)
		r = wf_lab_show(&lab, &json, err);
	if (r == 0 && cli->is_json)
		wf_print_json(json);
	else if (r == 0)
		r = print_all(cli, &lab, json, err);
	wf_lab_done(&lab);
	return r;
}

const struct wf_cmd wf_cmd_lab_show = {
	.noun = "lab",
	.verb = "show",
	.usage = "LAB",
	.help = "draw a lab, and show how its daemons are",
	.min_words = 1,
	.max_words = 1,
	.complete = WF_COMPLETE_LAB,
	.run = run,
};
