// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/ask.h"
#include "cli/listing.h"
#include "cli/manifests.h"

static const struct wf_column columns[] = {
	{"NAME", "name", NULL, 0},   {"ID", "id", NULL, WF_COLUMN_RIGHT},
	{"STATE", "state", NULL, 0}, {"UNTIL", "retires", wf_format_time, 0},
	{"LINUX", "linux", NULL, 0}, {NULL, NULL, NULL, 0},
};

static const struct wf_listing keys = {
	.noun = "key", .path = "/v1/keys", .key = "name", .columns = columns};

const struct wf_cmd wf_cmd_key_list = {
	.noun = "key",
	.verb = "list",
	.usage = "",
	.help = "list the keys that headers are signed with",
	.listing = &keys,
	.run = wf_listing_list,
};

const struct wf_cmd wf_cmd_key_show = {
	.noun = "key",
	.verb = "show",
	.usage = "NAME",
	.help = "show one key, never its secret",
	.min_words = 1,
	.max_words = 1,
	.complete = WF_COMPLETE_KEY,
	.listing = &keys,
	.run = wf_listing_show,
};

static int run_delete(struct wf_cli *cli, struct wf_err *err)
{
	_cleanup_json_ json_t *answer = NULL;
	_cleanup_json_ json_t *body = json_pack("{s:[{s:s, s:s}]}", "objects", "kind", "Key",
						"name", cli->words[0]);
	int r;

	if (!body)
		return wf_err_set(err, -EINVAL, "'%s' is not a name in UTF-8", cli->words[0]);
	r = wf_ask(cli, "POST", "/v1/delete", body, &answer, err);
	if (r == 0)
		wf_manifests_print(cli, answer);
	return r;
}

const struct wf_cmd wf_cmd_key_delete = {
	.noun = "key",
	.verb = "delete",
	.usage = "NAME",
	.help = "delete a key: what is signed with it is dropped",
	.more = "The key that signs can go only when nothing requires signatures: rotate first.",
	.min_words = 1,
	.max_words = 1,
	.complete = WF_COMPLETE_KEY,
	.run = run_delete,
};

/* What the keys are once this node follows the change. */
static int print_keys(struct wf_cli *cli, json_int_t revision, struct wf_err *err)
{
	_cleanup_json_ json_t *answer = NULL;
	struct wf_buf path = {0};
	int r;

	wf_buf_printf(&path, "/v1/sync?revision=%" JSON_INTEGER_FORMAT, revision);
	r = wf_ask(cli, "GET", path.data, NULL, NULL, err);
	wf_buf_done(&path);
	if (r == 0)
		r = wf_ask(cli, "GET", keys.path, NULL, &answer, err);
	return r < 0 ? r : wf_table_print(cli, columns, json_object_get(answer, "items"), err);
}

static int run_rotate(struct wf_cli *cli, struct wf_err *err)
{
	_cleanup_json_ json_t *body = json_object(), *answer = NULL;
	int r = wf_ask(cli, "POST", "/v1/keys/rotate", body, &answer, err);

	if (r < 0)
		return r;
	if (!cli->is_json)
		return print_keys(cli, json_integer_value(json_object_get(answer, "revision")),
				  err);
	wf_print_json(answer);
	return 0;
}

const struct wf_cmd wf_cmd_key_rotate = {
	.noun = "key",
	.verb = "rotate",
	.usage = "",
	.help = "sign with the accepted key; the one that signed retires",
	.more = "Add the next key first, with 'weft key add'. The one that signed is accepted for "
		"some seconds\nmore, then it goes by itself. No packet is lost.",
	.run = run_rotate,
};
