// SPDX-License-Identifier: Apache-2.0
/* What a packet between two endpoints gets: for each alternative its segments and its outer bytes.
 * To a service: for each backend its segments; to the outside: for each gateway. */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/format.h"
#include "cli/listing.h"
#include "cli/path_dump.h"

struct ends {
	struct wf_ref from;
	struct wf_ref to;
	const char *tenant;
};

/* Each end is TENANT/NAME, or a name or address with the tenant said elsewhere. */
static int parse_ends(const struct wf_cli *cli, struct ends *ret, struct wf_err *err)
{
	int r = wf_ref_parse(cli, 0, &ret->from, err);

	if (r == 0)
		r = wf_ref_parse(cli, 1, &ret->to, err);
	if (r < 0)
		return r;
	ret->tenant = ret->from.tenant ? ret->from.tenant : ret->to.tenant;
	if (!ret->tenant)
		return wf_cli_usage(cli, err, "the tenant is missing: write TENANT/%s or --tenant",
				    ret->from.name);
	if (ret->to.tenant && strcmp(ret->to.tenant, ret->tenant) != 0)
		return wf_err_set(err, -EINVAL,
				  "'%s' and '%s' are of different tenants: no packet goes from one "
				  "to the other",
				  cli->words[0], cli->words[1]);
	return 0;
}

static bool has_address(const json_t *endpoint, const char *text)
{
	const json_t *address;
	size_t i;

	json_array_foreach(json_object_get(endpoint, "addresses"), i,
			   address) if (strcmp(json_string_value(address), text) == 0) return true;
	return false;
}

/* With --lab LAB alone any node will do for most questions; this one only `from`'s answers. */
static int ask_the_right_node(struct wf_cli *cli, const struct ends *ends, struct wf_err *err)
{
	_cleanup_json_ json_t *answer = NULL;
	struct wf_buf path = {0};
	const json_t *item;
	size_t i;
	int r;

	if (!cli->lab || strchr(cli->lab, '/'))
		return 0;
	wf_buf_puts(&path, "/v1/endpoints");
	wf_query_add(&path, "tenant", ends->tenant);
	r = wf_ask(cli, "GET", path.data, NULL, &answer, err);
	wf_buf_done(&path);
	if (r < 0)
		return r;
	json_array_foreach(json_object_get(answer, "items"), i, item)
	{
		const char *name = json_string_value(json_object_get(item, "name"));
		const char *node = json_string_value(json_object_get(item, "node"));

		if (node && *node && name &&
		    (strcmp(name, ends->from.name) == 0 || has_address(item, ends->from.name)))
			return wf_ask_node(cli, node, err);
	}
	return 0;
}

static char *format(wf_format_fn fn, const json_t *value)
{
	struct wf_buf text = {0};

	fn(value, &text);
	return wf_buf_take(&text);
}

static void print_end(const char *heading, const json_t *end)
{
	_cleanup_free_ char *name = format(wf_format_plain, json_object_get(end, "name"));
	_cleanup_free_ char *address = format(wf_format_plain, json_object_get(end, "address"));
	_cleanup_free_ char *node = format(wf_format_plain, json_object_get(end, "node"));

	printf("%-9s %s  %s  on node %s\n", heading, name, address, node);
}

static void print_policy(const json_t *way)
{
	_cleanup_free_ char *policy = format(wf_format_plain, json_object_get(way, "policy"));

	printf("%-9s %s%s\n", "policy", *policy ? policy : "none: the direct path",
	       json_is_true(json_object_get(way, "is_reverse")) ? " (its way back)" : "");
}

/* ", through fw1, ids": the instances of functions that a segment enters. */
static char *through(const json_t *segment)
{
	struct wf_buf text = {0};
	const json_t *endpoint;
	size_t i;

	json_array_foreach(json_object_get(segment, "endpoints"), i, endpoint)
	{
		if (!json_is_string(endpoint))
			continue;
		wf_buf_puts(&text, text.data ? ", " : ", through ");
		wf_format_plain(endpoint, &text);
	}
	return wf_buf_take(&text);
}

static void print_segments(const json_t *segments)
{
	const json_t *segment;
	size_t i;

	json_array_foreach(segments, i, segment)
	{
		_cleanup_free_ char *sid = format(wf_format_plain, json_object_get(segment, "sid"));
		_cleanup_free_ char *behavior = format(wf_format_plain,
						       json_object_get(segment, "behavior"));
		_cleanup_free_ char *nodes = format(wf_format_plain,
						    json_object_get(segment, "nodes"));
		_cleanup_free_ char *entered = through(segment);

		printf("  %zu. %-39s  %-8s  %s%s\n", i + 1, sid, behavior, nodes,
		       entered ? entered : "");
	}
}

static void print_path(const json_t *path)
{
	const json_t *segments = json_object_get(path, "segments");
	_cleanup_free_ char *way = format(wf_format_segments, segments);
	_cleanup_free_ char *share = format(wf_format_share, json_object_get(path, "share"));
	_cleanup_free_ char *overhead = format(wf_format_plain, json_object_get(path, "overhead"));

	printf("path      %s  (%s of the flows, %s bytes of overhead)\n", way, share, overhead);
	print_segments(segments);
}

static int print_header(const json_t *path, struct wf_err *err)
{
	const json_t *segments = json_object_get(path, "segments");
	const char *hex = json_string_value(json_object_get(path, "header"));
	struct wf_buf dump = {0};
	int r = hex ? wf_path_dump(hex, segments, &dump) : 0;

	if (r == 0 && dump.data)
		printf("\n  byte  outer header%28smeaning\n%s", "", dump.data);
	wf_buf_done(&dump);
	return r < 0 ? wf_err_set(err, -EPROTO, "the daemon's outer header is none: '%.64s'", hex)
		     : 0;
}

static void print_head(const json_t *answer)
{
	_cleanup_free_ char *tenant = format(wf_format_plain, json_object_get(answer, "tenant"));

	printf("%-9s %s\n", "tenant", tenant);
	print_end("from", json_object_get(answer, "from"));
}

static void print_mtu(const json_t *answer)
{
	_cleanup_free_ char *mtu = format(wf_format_plain, json_object_get(answer, "mtu"));

	if (*mtu)
		printf("%-9s %s\n", "mtu", mtu);
}

static int print_answer(const json_t *answer, struct wf_err *err)
{
	const json_t *path;
	size_t i;
	int r = 0;

	print_head(answer);
	print_end("to", json_object_get(answer, "to"));
	print_policy(answer);
	print_mtu(answer);
	if (json_is_true(json_object_get(answer, "local")))
		printf("\nBoth are on one node: the packet stays there, as it is.\n");
	json_array_foreach(json_object_get(answer, "paths"), i, path)
	{
		if (r)
			return r;
		putchar('\n');
		print_path(path);
		r = print_header(path, err);
	}
	return r;
}

/* A packet that a service or the outside gets, by one of its backends or gateways. */
static void print_member_way(const json_t *member)
{
	const char *dropped = json_string_value(json_object_get(member, "dropped"));
	const json_t *path;
	size_t i;

	if (dropped) {
		printf("dropped   %s\n", dropped);
		return;
	}
	print_policy(member);
	if (json_is_true(json_object_get(member, "local")))
		printf("It is on this node: the packet stays there.\n");
	json_array_foreach(json_object_get(member, "paths"), i, path) print_path(path);
}

/* Slots of the service's table that have the same owner, and the same others. */
static void print_backend(const json_t *backend)
{
	_cleanup_free_ char *share = format(wf_format_share, json_object_get(backend, "share"));
	_cleanup_free_ char *others = format(wf_format_plain, json_object_get(backend, "others"));
	const char *name = json_string_value(json_object_get(backend, "name"));
	const char *node = json_string_value(json_object_get(backend, "node"));

	printf("\nbackend   %s%s%s  %s of the flows%s%s\n", name ? name : "none",
	       node ? " at " : "", node ? node : "", share, *others ? "; also asked: " : "",
	       others);
	print_member_way(backend);
}

static void print_service(const json_t *answer)
{
	const json_t *to = json_object_get(answer, "to"), *backend;
	_cleanup_free_ char *address = format(wf_format_plain, json_object_get(to, "address"));
	_cleanup_free_ char *name = format(wf_format_plain, json_object_get(to, "name"));
	_cleanup_free_ char *port = format(wf_format_plain, json_object_get(answer, "port"));
	const json_int_t n_more = json_integer_value(json_object_get(answer, "more"));
	size_t i;

	print_head(answer);
	printf("%-9s %s  %s  %s, a service\n", "to", name, address, port);
	print_mtu(answer);
	json_array_foreach(json_object_get(answer, "backends"), i, backend) print_backend(backend);
	if (n_more)
		printf("\n%" JSON_INTEGER_FORMAT " more lists of backends are not shown.\n",
		       n_more);
}

static void print_gateway(const json_t *gateway)
{
	_cleanup_free_ char *share = format(wf_format_share, json_object_get(gateway, "share"));
	const char *name = json_string_value(json_object_get(gateway, "name"));
	const char *node = json_string_value(json_object_get(gateway, "node"));

	printf("\ngateway   %s%s%s  %s of the flows\n", name ? name : "unknown", node ? " at " : "",
	       node ? node : "", share);
	print_member_way(gateway);
}

static void print_outside(const json_t *answer)
{
	const json_t *to = json_object_get(answer, "to"), *gateway;
	_cleanup_free_ char *address = format(wf_format_plain, json_object_get(to, "address"));
	size_t i;

	print_head(answer);
	printf("%-9s %s, outside\n", "to", address);
	print_mtu(answer);
	json_array_foreach(json_object_get(answer, "gateways"), i, gateway) print_gateway(gateway);
}

static int run(struct wf_cli *cli, struct wf_err *err)
{
	_cleanup_json_ json_t *answer = NULL;
	struct wf_buf path = {0};
	struct ends ends;
	int r = parse_ends(cli, &ends, err);

	if (r == 0)
		r = ask_the_right_node(cli, &ends, err);
	if (r < 0)
		return r;
	wf_buf_puts(&path, "/v1/path");
	wf_query_add(&path, "tenant", ends.tenant);
	wf_query_add(&path, "from", ends.from.name);
	wf_query_add(&path, "to", ends.to.name);
	wf_query_add(&path, "port", wf_cli_value(cli, "port"));
	r = wf_ask(cli, "GET", path.data, NULL, &answer, err);
	wf_buf_done(&path);
	if (r < 0)
		return r;
	if (cli->is_json)
		wf_print_json(answer);
	else if (json_object_get(answer, "backends"))
		print_service(answer);
	else if (json_object_get(answer, "gateways"))
		print_outside(answer);
	else
		r = print_answer(answer, err);
	return r;
}

static const struct wf_opt options[] = {
	{"tenant", 0, "TENANT", false, WF_COMPLETE_TENANT, "the tenant of both"},
	{"port", 0, "PORT", false, WF_COMPLETE_NOTHING,
	 "of a service: which one is asked (tcp/80; its first)"},
	{NULL, 0, NULL, false, WF_COMPLETE_NOTHING, NULL},
};

const struct wf_cmd wf_cmd_path_show = {
	.noun = "path",
	.verb = "show",
	.usage = "FROM TO [--tenant T] [--port PORT]",
	.help = "show what a packet between two endpoints, to a service or to the outside gets",
	.more = "FROM is TENANT/ENDPOINT, TO that or TENANT/SERVICE, or an address outside; or "
		"names or addresses with --tenant. The node that hosts FROM is the one to ask.",
	.min_words = 2,
	.max_words = 2,
	.complete = WF_COMPLETE_ENDPOINT,
	.options = options,
	.run = run,
};
