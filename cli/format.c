// SPDX-License-Identifier: Apache-2.0
#include "cli/format.h"

#include <string.h>
#include <time.h>

static void join_list(const json_t *list, struct wf_buf *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		wf_buf_puts(out, i ? ", " : "");
		wf_format_plain(item, out);
	}
}

static void join_map(const json_t *map, struct wf_buf *out)
{
	const char *sep = "", *key;
	json_t *value;

	json_object_foreach((json_t *)map, key, value)
	{
		wf_buf_printf(out, "%s%s=", sep, key);
		wf_format_plain(value, out);
		sep = ", ";
	}
}

void wf_format_plain(const json_t *value, struct wf_buf *out)
{
	if (json_is_string(value))
		wf_buf_puts(out, json_string_value(value));
	else if (json_is_integer(value))
		wf_buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		wf_buf_printf(out, "%g", json_real_value(value));
	else if (json_is_boolean(value))
		wf_buf_puts(out, json_is_true(value) ? "yes" : "no");
	else if (json_is_array(value))
		join_list(value, out);
	else if (json_is_object(value))
		join_map(value, out);
}

/* Three significant digits: 999, 1.2k, 12k, 123k, 1.2M. */
static void scale(double x, double step, const char *const *units, struct wf_buf *out)
{
	size_t i = 0;

	while (x >= step && units[i + 1]) {
		x /= step;
		i++;
	}
	wf_buf_printf(out, i && x < 10 ? "%.1f%s" : "%.0f%s", x, units[i]);
}

void wf_format_count(const json_t *value, struct wf_buf *out)
{
	static const char *const units[] = {"", "k", "M", "G", "T", NULL};

	if (json_is_number(value))
		scale(json_number_value(value), 1000, units, out);
}

void wf_format_bytes(const json_t *value, struct wf_buf *out)
{
	static const char *const units[] = {" B", " KiB", " MiB", " GiB", " TiB", NULL};

	if (json_is_number(value))
		scale(json_number_value(value), 1024, units, out);
}

void wf_format_traffic(const json_t *value, struct wf_buf *out)
{
	if (!json_is_object(value))
		return;
	wf_format_count(json_object_get(value, "packets"), out);
	wf_buf_puts(out, " packets, ");
	wf_format_bytes(json_object_get(value, "bytes"), out);
}

/* "(fw1)": the endpoint of a node that is entered there. */
static void format_entered(const json_t *endpoint, struct wf_buf *out)
{
	if (json_is_string(endpoint))
		wf_buf_printf(out, "(%s)", json_string_value(endpoint));
}

void wf_format_segments(const json_t *value, struct wf_buf *out)
{
	const json_t *segment, *node;
	const char *sep = "";
	size_t i, j;

	json_array_foreach(value, i, segment)
	{
		const json_t *nodes = json_object_get(segment, "nodes");
		const json_t *endpoints = json_object_get(segment, "endpoints");

		if (!json_array_size(nodes)) {
			wf_buf_puts(out, sep);
			wf_format_plain(json_object_get(segment, "sid"), out);
			sep = " > ";
		}
		json_array_foreach(nodes, j, node)
		{
			wf_buf_puts(out, sep);
			wf_format_plain(node, out);
			format_entered(json_array_get(endpoints, j), out);
			sep = " > ";
		}
	}
}

static void format_via(const json_t *via, struct wf_buf *out)
{
	const json_t *node;
	size_t i;

	if (via && !json_array_size(via))
		wf_buf_puts(out, "direct");
	json_array_foreach(via, i, node)
	{
		wf_buf_puts(out, i ? " > " : "");
		wf_format_plain(node, out);
	}
}

void wf_format_ways(const json_t *value, struct wf_buf *out)
{
	const json_t *paths = json_object_get(value, "paths"), *path;
	size_t i;

	if (!paths) {
		format_via(json_object_get(value, "via"), out);
		return;
	}
	json_array_foreach(paths, i, path)
	{
		const json_t *weight = json_object_get(path, "weight");

		wf_buf_puts(out, i ? ", " : "");
		format_via(json_object_get(path, "via"), out);
		if (weight && json_array_size(paths) > 1) {
			wf_buf_puts(out, " (weight ");
			wf_format_plain(weight, out);
			wf_buf_puts(out, ")");
		}
	}
}

/* What is not said is allowed. */
static void format_permission(const json_t *said, struct wf_buf *out)
{
	wf_buf_puts(out, json_is_string(said) ? json_string_value(said) : "allow");
}

void wf_format_action(const json_t *value, struct wf_buf *out)
{
	format_permission(json_object_get(value, "action"), out);
}

void wf_format_default(const json_t *value, struct wf_buf *out)
{
	format_permission(json_object_get(value, "default"), out);
}

void wf_format_time(const json_t *value, struct wf_buf *out)
{
	time_t seconds = json_integer_value(value) / 1000;
	char text[16];
	struct tm tm;

	if (json_is_integer(value) && localtime_r(&seconds, &tm) &&
	    strftime(text, sizeof(text), "%H:%M:%S", &tm))
		wf_buf_puts(out, text);
}

void wf_format_share(const json_t *value, struct wf_buf *out)
{
	if (json_is_number(value))
		wf_buf_printf(out, "%.0f %%", json_number_value(value) * 100);
}

void wf_format_counts(const json_t *value, const char *name, const char *key, struct wf_buf *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
	{
		const json_t *n = json_object_get(item, key);

		n = json_is_object(n) ? json_object_get(n, "packets") : n;
		wf_buf_puts(out, i ? ", " : "");
		wf_format_plain(json_object_get(item, name), out);
		wf_buf_puts(out, " ");
		if (json_is_integer(n))
			wf_format_plain(n, out);
		else
			wf_buf_puts(out, "-");
	}
}
