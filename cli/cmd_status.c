// SPDX-License-Identifier: Apache-2.0
/* All that the daemon says about itself, whatever that is: a new field needs nothing here. */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/format.h"

static bool is_nested(const json_t *value)
{
	const json_t *item;
	size_t i;

	json_array_foreach(value, i,
			   item) if (json_is_object(item) || json_is_array(item)) return true;
	return false;
}

static void print_field(const char *key, const json_t *value, int width)
{
	struct wf_buf text = {0};
	const json_t *item;
	size_t i;

	if (!is_nested(value)) {
		wf_format_plain(value, &text);
		printf("%-*s  %s\n", width, key, text.len ? text.data : "-");
		wf_buf_done(&text);
		return;
	}
	json_array_foreach(value, i, item)
	{
		wf_format_plain(item, &text);
		printf("%-*s  %s\n", width, i ? "" : key, text.data);
		wf_buf_done(&text);
	}
}

static int run(struct wf_cli *cli, struct wf_err *err)
{
	_cleanup_json_ json_t *answer = NULL;
	const char *key;
	json_t *value;
	int r, width = 0;

	r = wf_ask(cli, "GET", "/v1/status", NULL, &answer, err);
	if (r < 0)
		return r;
	if (cli->is_json) {
		wf_print_json(answer);
		return 0;
	}
	json_object_foreach(answer, key, value) width = (int)strlen(key) > width ? (int)strlen(key)
										 : width;
	json_object_foreach(answer, key, value) print_field(key, value, width);
	return 0;
}

const struct wf_cmd wf_cmd_status = {
	.noun = "status",
	.usage = "",
	.help = "show how the daemon of this node is",
	.run = run,
};
