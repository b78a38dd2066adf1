// SPDX-License-Identifier: Apache-2.0
/* The same drops, counted three times: by reason, by endpoint, by policy. */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/listing.h"

/* Policy null is what no policy speaks of. */
static void format_policy(const json_t *value, struct wf_buf *out)
{
	if (json_is_null(value))
		wf_buf_puts(out, "(default)");
	else
		wf_format_plain(value, out);
}

static const struct wf_column reason_columns[] = {
	{"REASON", "reason", NULL, 0},
	{"PACKETS", "packets", wf_format_count, WF_COLUMN_RIGHT},
	{"WHY", "text", NULL, 0},
	{NULL, NULL, NULL, 0},
};

static const struct wf_column endpoint_columns[] = {
	{"TENANT", "tenant", NULL, 0},
	{"ENDPOINT", "name", NULL, 0},
	{"FROM IT", "tx", wf_format_count, WF_COLUMN_RIGHT},
	{"TO IT", "rx", wf_format_count, WF_COLUMN_RIGHT},
	{NULL, NULL, NULL, 0},
};

static const struct wf_column policy_columns[] = {
	{"TENANT", "tenant", NULL, 0},
	{"POLICY", "policy", format_policy, 0},
	{"SENT HERE", "out", wf_format_count, WF_COLUMN_RIGHT},
	{"RECEIVED HERE", "in", wf_format_count, WF_COLUMN_RIGHT},
	{NULL, NULL, NULL, 0},
};

static const struct table {
	const char *by;
	const char *field; /* of the answer */
	const struct wf_column *columns;
	const char *counts[2]; /* a row with all 0 is left out */
} tables[] = {
	{"reason", "items", reason_columns, {"packets", "packets"}},
	{"endpoint", "endpoints", endpoint_columns, {"tx", "rx"}},
	{"policy", "policies", policy_columns, {"out", "in"}},
};

#define N_TABLES (sizeof(tables) / sizeof(*tables))

static bool is_shown(const struct wf_cli *cli, const struct table *t, const json_t *row)
{
	return wf_cli_has(cli, "all") ||
	       json_integer_value(json_object_get(row, t->counts[0])) > 0 ||
	       json_integer_value(json_object_get(row, t->counts[1])) > 0;
}

static int print_table(const struct wf_cli *cli, const struct table *t, const json_t *answer,
		       bool is_first, struct wf_err *err)
{
	_cleanup_json_ json_t *shown = json_array();
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, t->field), i, row)
	{
		if (is_shown(cli, t, row))
			json_array_append(shown, (json_t *)row);
	}
	if (!is_first && !json_array_size(shown))
		return 0;
	if (!is_first)
		putchar('\n');
	return wf_table_print(cli, t->columns, shown, err);
}

static int print_all(const struct wf_cli *cli, const json_t *answer, struct wf_err *err)
{
	int r = 0;

	for (size_t i = 0; i < N_TABLES && r == 0; i++)
		r = print_table(cli, &tables[i], answer, i == 0, err);
	return r;
}

static int find_table(const struct wf_cli *cli, const struct table **ret, struct wf_err *err)
{
	const char *by = wf_cli_value(cli, "by"), *names[N_TABLES + 1] = {NULL}, *near;

	*ret = NULL;
	for (size_t i = 0; i < N_TABLES; i++) {
		names[i] = tables[i].by;
		if (by && strcmp(tables[i].by, by) == 0)
			*ret = &tables[i];
	}
	if (*ret || !by)
		return 0;
	near = wf_nearest(by, names);
	if (near)
		return wf_cli_usage(cli, err, "--by '%s': did you mean '%s'?", by, near);
	return wf_cli_usage(cli, err, "--by '%s': reason, endpoint or policy", by);
}

static int run(struct wf_cli *cli, struct wf_err *err)
{
	_cleanup_json_ json_t *answer = NULL;
	const struct table *only;
	int r = find_table(cli, &only, err);

	if (r == 0)
		r = wf_ask(cli, "GET", "/v1/drops", NULL, &answer, err);
	if (r < 0)
		return r;
	if (cli->is_json) {
		wf_print_json(answer);
		return 0;
	}
	return only ? print_table(cli, only, answer, true, err) : print_all(cli, answer, err);
}

static const struct wf_opt options[] = {
	{"all", 'a', NULL, false, WF_COMPLETE_NOTHING, "also what never occurred"},
	{"by", 0, "WHAT", false, WF_COMPLETE_DROPS_BY, "only by reason, endpoint or policy"},
	{NULL, 0, NULL, false, WF_COMPLETE_NOTHING, NULL},
};

const struct wf_cmd wf_cmd_drops = {
	.noun = "drops",
	.usage = "[--by reason|endpoint|policy] [--all]",
	.help = "show why this node dropped packets, whose, and how many",
	.options = options,
	.run = run,
};
