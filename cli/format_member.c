// SPDX-License-Identifier: Apache-2.0
#include "cli/format_member.h"

void wf_format_up(const json_t *value, struct wf_buf *out)
{
	size_t i, n_up = 0;
	const json_t *item;

	json_array_foreach(value, i, item) n_up += json_is_true(json_object_get(item, "is_up"));
	wf_buf_printf(out, "%zu of %zu", n_up, json_array_size(value));
}

/* What is not said is 1. */
static void format_weight(const json_t *item, const char *before, const char *after,
			  struct wf_buf *out)
{
	const json_t *weight = json_object_get(item, "weight");

	if (weight && json_integer_value(weight) != 1)
		wf_buf_printf(out, "%sweight %" JSON_INTEGER_FORMAT "%s", before,
			      json_integer_value(weight), after);
}

static void format_member(const json_t *item, struct wf_buf *out)
{
	const char *node = json_string_value(json_object_get(item, "node"));
	const char *ifname = json_string_value(json_object_get(item, "ifname"));

	wf_format_plain(json_object_get(item, "name"), out);
	if (node)
		wf_buf_printf(out, " at %s", node);
	wf_buf_printf(out, " (%s",
		      !node					     ? "not attached"
		      : json_is_true(json_object_get(item, "is_up")) ? "up"
								     : "down");
	if (ifname)
		wf_buf_printf(out, ", %s", ifname);
	format_weight(item, ", ", "", out);
	wf_buf_puts(out, ")");
}

void wf_format_members(const json_t *value, struct wf_buf *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
	{
		wf_buf_puts(out, i ? ", " : "");
		format_member(item, out);
	}
}

static void format_question(const json_t *probe, struct wf_buf *out)
{
	const json_t *http = json_object_get(probe, "http");
	const json_t *command = json_object_get(probe, "command");

	if (http)
		wf_buf_printf(out, "http :%" JSON_INTEGER_FORMAT "%s",
			      json_integer_value(json_object_get(http, "port")),
			      json_string_value(json_object_get(http, "path")));
	else if (command)
		wf_format_plain(json_array_get(command, 0), out);
	else
		wf_buf_printf(out, "tcp :%" JSON_INTEGER_FORMAT,
			      json_integer_value(json_object_get(probe, "tcp")));
}

void wf_format_probe(const json_t *value, struct wf_buf *out)
{
	if (!json_is_object(value))
		return;
	format_question(value, out);
	wf_buf_puts(out, " every ");
	wf_format_plain(json_object_get(value, "interval"), out);
}

void wf_format_selections(const json_t *value, struct wf_buf *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
	{
		wf_buf_puts(out, i ? "; " : "");
		wf_format_plain(json_object_get(item, "labels"), out);
		format_weight(item, " (", ")", out);
	}
}

static void format_share(const json_t *item, struct wf_buf *out)
{
	const json_t *before = json_object_get(item, "share_before");
	const char *hindrance = json_string_value(json_object_get(item, "hindrance"));

	wf_format_plain(json_object_get(item, "name"), out);
	wf_buf_printf(out, " %.1f %%", 100 * json_number_value(json_object_get(item, "share")));
	if (before)
		wf_buf_printf(out, " (before %.1f %%)", 100 * json_number_value(before));
	if (hindrance)
		wf_buf_printf(out, " (%s)", hindrance);
}

void wf_format_shares(const json_t *value, struct wf_buf *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
	{
		wf_buf_puts(out, i ? ", " : "");
		format_share(item, out);
	}
}

void wf_format_flows(const json_t *value, struct wf_buf *out)
{
	wf_format_counts(value, "name", "flows", out);
}

void wf_format_packets(const json_t *value, struct wf_buf *out)
{
	wf_format_counts(value, "name", "packets", out);
}
