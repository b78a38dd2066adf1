/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `list` and `show` of a noun print: one description of its columns serves the table and the
 * single item. --json prints the API's answer as it is, so the same fields.
 */
#pragma once

#include "cli/cmd.h"
#include "cli/format.h"

enum wf_column_flags {
	WF_COLUMN_RIGHT = 1 << 0,     /* numbers */
	WF_COLUMN_SHOW_ONLY = 1 << 1, /* too much for a table */
};

struct wf_column {
	const char *heading;
	const char *field;   /* "tx.packets": of an object inside; "": the whole item */
	wf_format_fn format; /* NULL: plain */
	unsigned int flags;
};

struct wf_listing {
	const char *noun;		 /* for messages: "endpoint" */
	const char *path;		 /* "/v1/endpoints" */
	const char *key;		 /* the field that `show WORD` looks for: "name" */
	bool has_tenant;		 /* --tenant and TENANT/NAME make sense */
	const struct wf_column *columns; /* ends with a NULL heading */
};

extern const struct wf_opt wf_tenant_options[]; /* --tenant alone */

/* The run functions of `list` and `show`: they take the rest from cli->cmd->listing. */
int wf_listing_list(struct wf_cli *cli, struct wf_err *err);
int wf_listing_show(struct wf_cli *cli, struct wf_err *err);

/* The one item of the command's listing that @ref names; the caller owns it. */
struct wf_ref;
int wf_listing_find(struct wf_cli *cli, const struct wf_ref *ref, json_t **ret, struct wf_err *err);

/* A table of @items, or "Heading: value" lines of one, to standard output. */
int wf_table_print(const struct wf_cli *cli, const struct wf_column *columns, const json_t *items,
		   struct wf_err *err);
void wf_item_print(const struct wf_column *columns, const json_t *item);
