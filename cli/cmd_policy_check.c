// SPDX-License-Identifier: Apache-2.0
/* What would happen to a packet: who decides it where, its way, what is asked of it, its answers.
 */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/format.h"

static const char *text_at(const json_t *item, const char *key)
{
	const char *text = json_string_value(json_object_get(item, key));

	return text ? text : "";
}

static bool is_allowed(const json_t *item)
{
	return strcmp(text_at(item, "verdict"), "allowed") == 0;
}

static void print_end(const char *heading, const json_t *end)
{
	const char *name = text_at(end, "name");

	if (*name)
		printf("%-9s %s/%s  %s  on node %s\n", heading, text_at(end, "tenant"), name,
		       text_at(end, "address"), text_at(end, "node"));
	else
		printf("%-9s %s  nobody's address in tenant %s\n", heading, text_at(end, "address"),
		       text_at(end, "tenant"));
}

/* What a node says is its policy's, the tenant's default, or not a policy's matter at all. */
static void print_ruling(const json_t *ruling)
{
	const char *policy = text_at(ruling, "policy"), *reason = text_at(ruling, "reason");
	const char *at = text_at(ruling, "at");

	printf("  node %s (%s): %s", text_at(ruling, "node"),
	       strcmp(at, "both") == 0 ? "sender and receiver" : at, text_at(ruling, "verdict"));
	if (*reason && strcmp(reason, "denied") != 0)
		printf(", %s\n", reason);
	else if (*policy)
		printf(" by policy %s of tenant %s\n", policy, text_at(ruling, "tenant"));
	else
		printf(" by no policy: tenant %s's default is %s\n", text_at(ruling, "tenant"),
		       text_at(ruling, "default"));
}

static void print_rulings(const json_t *item)
{
	const json_t *ruling;
	size_t i;

	json_array_foreach(json_object_get(item, "rulings"), i, ruling) print_ruling(ruling);
}

static void print_way(const json_t *way)
{
	struct wf_buf text = {0};

	if (!json_is_object(way)) {
		printf("%-9s direct\n", "way");
		return;
	}
	wf_format_ways(way, &text);
	printf("%-9s %s%s, by policy %s\n", "way", text.data ? text.data : "direct",
	       json_is_true(json_object_get(way, "is_reverse")) ? ", mirrored" : "",
	       text_at(way, "policy"));
	wf_buf_done(&text);
}

static void print_list(const char *heading, const json_t *list, const char *tail)
{
	struct wf_buf text = {0};

	wf_format_plain(list, &text);
	if (text.data)
		printf("%-9s %s%s\n", heading, text.data, tail);
	wf_buf_done(&text);
}

static void print_needs(const json_t *answer)
{
	json_int_t every = json_integer_value(json_object_get(answer, "transit_every"));
	char tail[64] = "";

	if (every > 1)
		snprintf(tail, sizeof(tail), " (of one packet in %d)", (int)every);
	print_list("requires", json_object_get(answer, "require"), tail);
	print_list("verified", json_object_get(answer, "verified_at"), ", if it passes there");
}

static void print_reply(const json_t *reply)
{
	if (!json_is_object(reply))
		return;
	if (!is_allowed(reply)) {
		printf("\nanswers are dropped: %s\n", text_at(reply, "reason"));
		print_rulings(reply);
		return;
	}
	printf("\nanswers pass%s\n", strcmp(text_at(reply, "because"), "connection") == 0
					     ? ", but nothing else from there does"
					     : "");
	print_rulings(reply);
	print_way(json_object_get(reply, "way"));
}

static void print_answer(const json_t *answer)
{
	bool is_local = json_is_true(json_object_get(answer, "is_local"));

	print_end("from", json_object_get(answer, "from"));
	print_end("to", json_object_get(answer, "to"));
	printf("%-9s %s\n\n", "port", text_at(answer, "port"));
	if (is_allowed(answer))
		puts("allowed");
	else
		printf("dropped: %s (%s)\n", text_at(answer, "reason"), text_at(answer, "text"));
	print_rulings(answer);
	if (is_allowed(answer) && is_local && !json_is_object(json_object_get(answer, "way")))
		printf("%-9s none: it stays on the node\n", "way");
	else if (is_allowed(answer))
		print_way(json_object_get(answer, "way"));
	print_needs(answer);
	print_reply(json_object_get(answer, "reply"));
}

static int run(struct wf_cli *cli, struct wf_err *err)
{
	_cleanup_json_ json_t *answer = NULL;
	struct wf_buf path = {0};
	int r;

	wf_buf_puts(&path, "/v1/policy/check");
	wf_query_add(&path, "from", cli->words[0]);
	wf_query_add(&path, "to", cli->words[1]);
	wf_query_add(&path, "port", cli->words[2]);
	wf_query_add(&path, "tenant", wf_cli_value(cli, "tenant"));
	r = wf_ask(cli, "GET", path.data, NULL, &answer, err);
	wf_buf_done(&path);
	if (r < 0)
		return r;
	if (cli->is_json)
		wf_print_json(answer);
	else
		print_answer(answer);
	return is_allowed(answer) ? 0 : WF_EXIT_FAILURE;
}

static const struct wf_opt options[] = {
	{"tenant", 0, "TENANT", false, WF_COMPLETE_TENANT, "of ends without one"},
	{NULL, 0, NULL, false, WF_COMPLETE_NOTHING, NULL},
};

const struct wf_cmd wf_cmd_policy_check = {
	.noun = "policy",
	.verb = "check",
	.usage = "FROM TO PORT [--tenant T]",
	.help = "say what would happen to a packet, and which policy decides",
	.more = "FROM and TO are TENANT/ENDPOINT, TENANT/ADDRESS, or names or addresses with "
		"--tenant; PORT is like tcp/5432, udp/53 or icmp/8. Any node can be asked. The "
		"exit code is 1 if the packet would be dropped.",
	.min_words = 3,
	.max_words = 3,
	.complete = WF_COMPLETE_ENDPOINT,
	.options = options,
	.run = run,
};
