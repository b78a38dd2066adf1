// SPDX-License-Identifier: Apache-2.0
/* What the programs do with packets, live: one line an event, until Ctrl-C. */
#include "cli/commands.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>

#include "cli/ask.h"
#include "cli/format.h"
#include "client/stream.h"

static const char *text_at(const json_t *item, const char *key)
{
	const char *text = json_string_value(json_object_get(item, key));

	return text ? text : "";
}

static json_int_t number_at(const json_t *item, const char *key)
{
	return json_integer_value(json_object_get(item, key));
}

static void put_time(const json_t *item, struct wf_buf *line)
{
	json_int_t ms = number_at(item, "time_ms");
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[16];

	strftime(text, sizeof(text), "%H:%M:%S", localtime_r(&seconds, &tm));
	wf_buf_printf(line, "%s.%03d  %s  ", text, (int)(ms % 1000), text_at(item, "node"));
}

/* Its name, or else its address. */
static void put_end(const json_t *end, struct wf_buf *line)
{
	const char *name = text_at(end, "name");

	if (*name)
		wf_buf_printf(line, "%s/%s", text_at(end, "tenant"), name);
	else
		wf_buf_puts(line, text_at(end, "address"));
}

static void put_flow(const json_t *item, struct wf_buf *line)
{
	const json_t *from = json_object_get(item, "from");

	if (!from) {
		wf_buf_printf(line, "a packet at %s  ", text_at(item, "interface"));
		return;
	}
	put_end(from, line);
	wf_buf_puts(line, " > ");
	put_end(json_object_get(item, "to"), line);
	wf_buf_printf(line, "  %s/%d  ", text_at(item, "protocol"), (int)number_at(item, "port"));
}

static void put_policy(const json_t *item, struct wf_buf *line)
{
	const char *policy = text_at(item, "policy");

	if (*policy)
		wf_buf_printf(line, " by policy %s", policy);
}

static void put_path(const json_t *item, struct wf_buf *line)
{
	const json_t *path = json_object_get(item, "path"), *node;
	size_t i;

	if (*text_at(item, "way"))
		wf_buf_printf(line, "  way %s%s", text_at(item, "way"),
			      json_is_true(json_object_get(item, "is_reverse")) ? " back" : "");
	if (!json_is_array(path))
		return;
	wf_buf_puts(line, json_array_size(path) ? "  path " : "  stays here");
	json_array_foreach(path, i, node)
		wf_buf_printf(line, "%s%s", i ? " > " : "", json_string_value(node));
}

static void put_endpoint(const json_t *item, struct wf_buf *line)
{
	const char *why = text_at(item, "reason");

	wf_buf_printf(line, "endpoint %s/%s at %s is %s%s%s", text_at(item, "tenant"),
		      text_at(item, "name"), text_at(item, "at"), text_at(item, "health"),
		      *why ? ": " : "", why);
}

static void put_node(const json_t *item, struct wf_buf *line)
{
	static const struct {
		const char *reachable, *text;
	} texts[] = {
		{"yes", "answers again"},
		{"silent", "does not answer: perhaps it is this node that is cut off"},
		{"no", "does not answer: instances and backends there count as down"},
	};

	wf_buf_printf(line, "node %s ", text_at(item, "name"));
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (strcmp(texts[i].reachable, text_at(item, "reachable")) == 0)
			wf_buf_puts(line, texts[i].text);
}

static void put_health(const json_t *item, struct wf_buf *line)
{
	put_time(item, line);
	if (strcmp(text_at(item, "of"), "node") == 0)
		put_node(item, line);
	else
		put_endpoint(item, line);
}

static void put_packet(const json_t *item, struct wf_buf *line)
{
	bool is_drop = strcmp(text_at(item, "type"), "drop") == 0;

	put_time(item, line);
	put_flow(item, line);
	wf_buf_printf(line, is_drop ? "dropped: %s" : "allowed", text_at(item, "reason"));
	put_policy(item, line);
	if (!is_drop)
		put_path(item, line);
}

static void print_missed(const json_t *item)
{
	static const struct {
		const char *key, *why;
	} causes[] = {
		{"rate", "more a second than --rate"},
		{"slow", "not read fast enough"},
		{"lost", "too many for the programs to tell"},
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++)
		if (number_at(item, causes[i].key))
			fprintf(stderr, "weft: %" JSON_INTEGER_FORMAT " events missed: %s\n",
				number_at(item, causes[i].key), causes[i].why);
}

static void print_json_line(const json_t *item)
{
	json_dumpf(item, stdout, JSON_COMPACT);
	putchar('\n');
}

static int print(void *arg, const json_t *item)
{
	const struct wf_cli *cli = arg;
	struct wf_buf line = {0};

	if (cli->is_json) {
		print_json_line(item);
	} else if (strcmp(text_at(item, "type"), "missed") == 0) {
		print_missed(item);
	} else {
		if (strcmp(text_at(item, "type"), "health") == 0)
			put_health(item, &line);
		else
			put_packet(item, &line);
		puts(line.data ? line.data : "");
	}
	wf_buf_done(&line);
	return ferror(stdout) ? -EPIPE : 0;
}

/* A name that may have its tenant in front: "red/web". @tenant: the one known, or NULL. */
static int add_name(const struct wf_cli *cli, const char *key, struct wf_buf *path,
		    const char **tenant, char *buf, size_t size, struct wf_err *err)
{
	const char *value = wf_cli_value(cli, key), *slash = value ? strchr(value, '/') : NULL;

	if (slash) {
		snprintf(buf, size, "%.*s", (int)(slash - value), value);
		if (*tenant && strcmp(*tenant, buf) != 0)
			return wf_cli_usage(cli, err, "'%s' is not of tenant '%s'", value, *tenant);
		*tenant = buf;
	}
	wf_query_add(path, key, slash ? slash + 1 : value);
	return 0;
}

static int check_count(const struct wf_cli *cli, struct wf_err *err)
{
	const char *count = wf_cli_value(cli, "count");

	if (!count || (strspn(count, "0123456789") == strlen(count) && strlen(count) < 19 &&
		       strtoull(count, NULL, 10) > 0))
		return 0;
	return wf_cli_usage(cli, err, "--count '%s': a number, at least 1", count);
}

/* All, unless some are named. */
static void add_types(const struct wf_cli *cli, struct wf_buf *path)
{
	static const struct {
		const char *option, *type;
	} types[] = {{"drops", "drop"}, {"verdicts", "verdict"}, {"health", "health"}};
	struct wf_buf value = {0};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (wf_cli_has(cli, types[i].option))
			wf_buf_printf(&value, "%s%s", value.len ? "," : "", types[i].type);
	wf_query_add(path, "type", value.len ? value.data : "all");
	wf_buf_done(&value);
}

static int make_path(const struct wf_cli *cli, struct wf_buf *path, struct wf_err *err)
{
	const char *tenant = wf_cli_value(cli, "tenant");
	char of_endpoint[256], of_policy[256];
	int r = check_count(cli, err);

	wf_buf_puts(path, "/v1/monitor");
	add_types(cli, path);
	if (r == 0)
		r = add_name(cli, "endpoint", path, &tenant, of_endpoint, sizeof(of_endpoint), err);
	if (r == 0)
		r = add_name(cli, "policy", path, &tenant, of_policy, sizeof(of_policy), err);
	wf_query_add(path, "tenant", tenant);
	wf_query_add(path, "reason", wf_cli_value(cli, "reason"));
	wf_query_add(path, "rate", wf_cli_value(cli, "rate"));
	wf_query_add(path, "limit", wf_cli_value(cli, "count"));
	return r;
}

/* Readable when somebody wants it to end. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int run(struct wf_cli *cli, struct wf_err *err)
{
	_cleanup_close_ int signals = -1;
	struct wf_stream_want want = {.line = print, .arg = cli, .out_fd = STDOUT_FILENO};
	struct wf_buf path = {0};
	int r = make_path(cli, &path, err);

	if (r == 0)
		r = wf_ask_open(cli, err);
	if (r == 0) {
		setvbuf(stdout, NULL, _IOLBF, 0);
		want.stop_fd = signals = open_signals();
		r = wf_client_stream(cli->client, path.data, &want, err);
	}
	wf_buf_done(&path);
	return r;
}

static const struct wf_opt options[] = {
	{"drops", 0, NULL, false, WF_COMPLETE_NOTHING, "only packets that are dropped"},
	{"verdicts", 0, NULL, false, WF_COMPLETE_NOTHING, "only flows that are allowed"},
	{"health", 0, NULL, false, WF_COMPLETE_NOTHING,
	 "only endpoints and nodes that fail, or work again"},
	{"tenant", 0, "TENANT", false, WF_COMPLETE_TENANT, "only of this tenant"},
	{"endpoint", 0, "ENDPOINT", false, WF_COMPLETE_ENDPOINT, "only from or to this endpoint"},
	{"policy", 0, "POLICY", false, WF_COMPLETE_POLICY,
	 "only what this policy decides, or gives its way"},
	{"reason", 0, "REASON", false, WF_COMPLETE_REASON, "only drops for this reason"},
	{"rate", 0, "N", false, WF_COMPLETE_NOTHING, "at most so many a second (1000)"},
	{"count", 'n', "N", false, WF_COMPLETE_NOTHING, "end after so many"},
	{NULL, 0, NULL, false, WF_COMPLETE_NOTHING, NULL},
};

const struct wf_cmd wf_cmd_monitor = {
	.noun = "monitor",
	.usage = "[--drops] [--verdicts] [--health] [--tenant T] [--endpoint E] [--policy P] "
		 "[--reason R] "
		 "[--rate N] [--count N]",
	.help = "show live what this node drops and allows, and what fails",
	.more = "One line for each packet that is dropped, for each flow when it is allowed, and "
		"for each instance, backend and node that fails, or works again. "
		"ENDPOINT and POLICY may have their tenant in front: red/web.",
	.options = options,
	.run = run,
};
