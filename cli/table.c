// SPDX-License-Identifier: Apache-2.0
#include <libsmartcols.h>
#include <stdio.h>
#include <string.h>

#include "cli/listing.h"

static const json_t *field_of(const json_t *item, const char *path)
{
	char key[64];

	while (*path) {
		size_t len = strcspn(path, ".");

		snprintf(key, sizeof(key), "%.*s", (int)len, path);
		item = json_object_get(item, key);
		path += len + (path[len] == '.');
	}
	return item;
}

static char *cell_text(const struct wf_column *column, const json_t *item)
{
	struct wf_buf text = {0};

	(column->format ? column->format : wf_format_plain)(field_of(item, column->field), &text);
	return wf_buf_take(&text);
}

static int add_line(struct libscols_table *table, const struct wf_column *columns,
		    const json_t *item)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	size_t n = 0;

	if (!line)
		return -ENOMEM;
	for (const struct wf_column *c = columns; c->heading; c++) {
		_cleanup_free_ char *text = NULL;

		if (c->flags & WF_COLUMN_SHOW_ONLY)
			continue;
		text = cell_text(c, item);
		if (!text || scols_line_set_data(line, n++, *text ? text : "-") < 0)
			return -ENOMEM;
	}
	return 0;
}

static int fill(struct libscols_table *table, const struct wf_column *columns, const json_t *items)
{
	const json_t *item;
	size_t i;

	for (const struct wf_column *c = columns; c->heading; c++) {
		int flags = c->flags & WF_COLUMN_RIGHT ? SCOLS_FL_RIGHT : 0;

		if (c->flags & WF_COLUMN_SHOW_ONLY)
			continue;
		if (!scols_table_new_column(table, c->heading, 0, flags))
			return -ENOMEM;
	}
	json_array_foreach(items, i, item) if (add_line(table, columns, item) < 0) return -ENOMEM;
	return 0;
}

int wf_table_print(const struct wf_cli *cli, const struct wf_column *columns, const json_t *items,
		   struct wf_err *err)
{
	struct libscols_table *table = scols_new_table();
	int r = -ENOMEM;

	if (table) {
		scols_table_enable_noheadings(table, cli->has_no_headings);
		/* Never cut: a name that is cut cannot be copied into the next command. */
		scols_table_enable_nowrap(table, 1);
		scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
		scols_table_set_column_separator(table, "  ");
		r = fill(table, columns, items);
	}
	if (r == 0)
		r = scols_print_table(table) < 0 ? -EIO : 0;
	if (table)
		scols_unref_table(table);
	return r < 0 ? wf_err_errno(err, r, "the table cannot be printed") : 0;
}

void wf_item_print(const struct wf_column *columns, const json_t *item)
{
	int width = 0;

	for (const struct wf_column *c = columns; c->heading; c++)
		if ((int)strlen(c->heading) > width)
			width = (int)strlen(c->heading);
	for (const struct wf_column *c = columns; c->heading; c++) {
		_cleanup_free_ char *text = cell_text(c, item);

		if (text && *text)
			printf("%-*s  %s\n", width, c->heading, text);
	}
}
