// SPDX-License-Identifier: Apache-2.0
#include "cli/format_gateway.h"

void wf_format_egress(const json_t *value, struct wf_buf *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
	{
		wf_buf_puts(out, i ? ", " : "");
		wf_format_plain(json_object_get(item, "tenant"), out);
		wf_buf_puts(out, json_object_get(item, "nat") ? "" : " (routed)");
	}
}

void wf_format_pools(const json_t *value, struct wf_buf *out)
{
	const char *sep = "";
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
	{
		const json_t *nat = json_object_get(item, "nat");

		if (!nat)
			continue;
		wf_buf_puts(out, sep);
		wf_format_plain(json_object_get(item, "tenant"), out);
		wf_buf_puts(out, " ");
		wf_format_plain(nat, out);
		wf_buf_puts(out, " (ports ");
		wf_format_plain(json_object_get(item, "ports"), out);
		wf_buf_puts(out, ")");
		sep = "; ";
	}
}

void wf_format_published(const json_t *value, struct wf_buf *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
	{
		wf_buf_puts(out, i ? "; " : "");
		wf_format_plain(json_object_get(item, "service"), out);
		wf_buf_puts(out, " ");
		wf_format_plain(json_object_get(item, "addresses"), out);
	}
}

void wf_format_bgp(const json_t *value, struct wf_buf *out)
{
	const json_t *peer;
	size_t i;

	if (!json_is_object(value))
		return;
	wf_format_plain(json_object_get(value, "as"), out);
	json_array_foreach(json_object_get(value, "peers"), i, peer)
	{
		wf_buf_puts(out, i ? ", " : " with ");
		wf_format_plain(json_object_get(peer, "address"), out);
		wf_buf_puts(out, " (");
		wf_format_plain(json_object_get(peer, "as"), out);
		wf_buf_puts(out, ")");
	}
}

static void format_arm(const json_t *item, struct wf_buf *out)
{
	const json_t *addresses = json_object_get(item, "addresses");
	const char *problem = json_string_value(json_object_get(item, "problem"));

	wf_format_plain(json_object_get(item, "tenant"), out);
	wf_buf_puts(out, json_array_size(addresses) ? " " : "");
	wf_format_plain(addresses, out);
	wf_buf_printf(out, " (%s%s%s)",
		      json_is_true(json_object_get(item, "is_up")) ? "up"
		      : json_object_get(item, "name")		   ? "down"
								   : "not there yet",
		      problem ? ": " : "", problem ? problem : "");
}

void wf_format_arms(const json_t *value, struct wf_buf *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
	{
		wf_buf_puts(out, i ? "; " : "");
		format_arm(item, out);
	}
}

void wf_format_arms_out(const json_t *value, struct wf_buf *out)
{
	wf_format_counts(value, "tenant", "out", out);
}

void wf_format_arms_in(const json_t *value, struct wf_buf *out)
{
	wf_format_counts(value, "tenant", "in", out);
}

void wf_format_arms_flows(const json_t *value, struct wf_buf *out)
{
	wf_format_counts(value, "tenant", "flows", out);
}

void wf_format_arms_refused(const json_t *value, struct wf_buf *out)
{
	wf_format_counts(value, "tenant", "refused", out);
}
