// SPDX-License-Identifier: Apache-2.0
#include "cli/listing.h"

#include <string.h>

#include "cli/ask.h"

const struct wf_opt wf_tenant_options[] = {
	{"tenant", 0, "TENANT", false, WF_COMPLETE_TENANT, "only of this tenant"},
	{NULL, 0, NULL, false, WF_COMPLETE_NOTHING, NULL},
};

int wf_listing_list(struct wf_cli *cli, struct wf_err *err)
{
	const struct wf_listing *l = cli->cmd->listing;
	_cleanup_json_ json_t *answer = NULL;
	struct wf_buf path = {0};
	int r;

	wf_buf_puts(&path, l->path);
	for (const struct wf_opt *o = cli->cmd->options; o && o->name; o++)
		wf_query_add(&path, o->name, wf_cli_value(cli, o->name));
	r = wf_ask(cli, "GET", path.data, NULL, &answer, err);
	wf_buf_done(&path);
	if (r < 0)
		return r;
	if (cli->is_json) {
		wf_print_json(answer);
		return 0;
	}
	return wf_table_print(cli, l->columns, json_object_get(answer, "items"), err);
}

/* Is @item the one that @ref names? The API was asked to filter; sids it cannot filter. */
static bool is_meant(const struct wf_listing *l, const json_t *item, const struct wf_ref *ref)
{
	const char *name = json_string_value(json_object_get(item, l->key));
	const char *tenant = json_string_value(json_object_get(item, "tenant"));

	if (!name || strcmp(name, ref->name) != 0)
		return false;
	return !l->has_tenant || !ref->tenant || (tenant && strcmp(tenant, ref->tenant) == 0);
}

static int pick(const struct wf_listing *l, const json_t *items, const struct wf_ref *ref,
		const json_t **ret, struct wf_err *err)
{
	const json_t *item, *found = NULL;
	const char *tenant = ref->tenant ? ref->tenant : "";
	size_t i;

	json_array_foreach(items, i, item)
	{
		if (!is_meant(l, item, ref))
			continue;
		if (found)
			return wf_err_set(
				err, -EINVAL,
				"%s '%s' is in more than one tenant: name it as TENANT/%s, or add "
				"--tenant",
				l->noun, ref->name, ref->name);
		found = item;
	}
	if (!found)
		return wf_err_set(err, -ENOENT,
				  "there is no %s '%s%s%s': list them with 'weft %s list'", l->noun,
				  tenant, *tenant ? "/" : "", ref->name, l->noun);
	*ret = found;
	return 0;
}

int wf_listing_find(struct wf_cli *cli, const struct wf_ref *ref, json_t **ret, struct wf_err *err)
{
	const struct wf_listing *l = cli->cmd->listing;
	_cleanup_json_ json_t *answer = NULL;
	struct wf_buf path = {0};
	const json_t *item = NULL;
	int r;

	wf_buf_puts(&path, l->path);
	wf_query_add(&path, "tenant", ref->tenant);
	wf_query_add(&path, l->key, ref->name);
	r = wf_ask(cli, "GET", path.data, NULL, &answer, err);
	wf_buf_done(&path);
	if (r == 0)
		r = pick(l, json_object_get(answer, "items"), ref, &item, err);
	if (r == 0)
		*ret = json_incref((json_t *)item);
	return r;
}

int wf_listing_show(struct wf_cli *cli, struct wf_err *err)
{
	const struct wf_listing *l = cli->cmd->listing;
	struct wf_ref ref = {.name = cli->words[0]};
	_cleanup_json_ json_t *item = NULL;
	int r = 0;

	if (l->has_tenant)
		r = wf_ref_parse(cli, 0, &ref, err);
	if (r == 0)
		r = wf_listing_find(cli, &ref, &item, err);
	if (r < 0)
		return r;
	if (cli->is_json)
		wf_print_json(item);
	else
		wf_item_print(l->columns, item);
	return 0;
}
