// SPDX-License-Identifier: Apache-2.0
#include "schema/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERVAL_MS 1000 /* where nothing is said, as with the others */
#define TIMEOUT_MS  1000
#define RISE	    2
#define FALL	    3
#define PORT_LAST   65535

static void read_port(struct wf_reader *r, const char *key, json_t *v, struct wf_probe *p)
{
	uint32_t port;

	if (wf_value_number(r, key, v, 1, PORT_LAST, &port))
		p->port = (uint16_t)port;
}

static void read_tcp(struct wf_reader *r, const char *key, json_t *v, struct wf_probe *p)
{
	p->type = WF_PROBE_TCP;
	read_port(r, key, v, p);
}

/* What may stand in a request line: printable, and no space. */
static bool is_path(const char *text)
{
	for (const char *c = text; *c; c++)
		if (*c <= ' ' || *c >= 0x7f)
			return false;
	return *text == '/';
}

static void read_path(struct wf_reader *r, const char *key, json_t *v, struct wf_probe *p)
{
	static const char wanted[] = "a path without spaces, like /health";
	char text[WF_VALUE_TEXT_MAX];

	_Static_assert(WF_PROBE_PATH_MAX + 1 == WF_VALUE_TEXT_MAX, "a text fits");
	if (!wf_value_text(r, key, v, wanted, text))
		return;
	if (is_path(text))
		strcpy(p->path, text);
	else
		wf_value_wrong(r, key, wanted, v);
}

static void read_http(struct wf_reader *r, const char *key, json_t *v, struct wf_probe *p)
{
	static const char *const known[] = {"port", "path", NULL};
	const char *name;
	json_t *value;

	p->type = WF_PROBE_HTTP;
	strcpy(p->path, "/");
	if (!json_is_object(v)) {
		wf_value_wrong(r, key, "a request, like {port: 80, path: /health}", v);
		return;
	}
	json_object_foreach(v, name, value)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%.40s.%.50s", key, name);
		if (strcmp(name, "port") == 0)
			read_port(r, at, value, p);
		else if (strcmp(name, "path") == 0)
			read_path(r, at, value, p);
		else
			wf_value_unknown_key(r, at, name, known);
	}
	if (!json_object_get(v, "port"))
		wf_problems_add(r->problems, r->index, key,
				"port is missing, like {port: 80, path: /health}");
}

static bool read_word(struct wf_reader *r, const char *key, json_t *v, bool is_first, char **ret)
{
	char text[WF_VALUE_TEXT_MAX];

	_Static_assert(WF_PROBE_ARG_MAX + 1 == WF_VALUE_TEXT_MAX, "a text fits");
	if (!wf_value_text(r, key, v, "a word of a command", text))
		return false;
	if (is_first && text[0] != '/') {
		wf_value_wrong(r, key, "the absolute path of a program, like /usr/bin/check", v);
		return false;
	}
	*ret = strdup(text);
	r->is_out_of_memory |= !*ret;
	return *ret;
}

static void read_command(struct wf_reader *r, const char *key, json_t *v, struct wf_probe *p)
{
	json_t *item;
	size_t i;

	p->type = WF_PROBE_COMMAND;
	if (!wf_value_list(r, key, v, WF_PROBE_ARGS_MAX, "words, like [/usr/bin/check, arg]"))
		return;
	if (!json_array_size(v)) {
		wf_problems_add(r->problems, r->index, key,
				"there is no program in it, like [/usr/bin/check, arg]");
		return;
	}
	p->argv = calloc(json_array_size(v) + 1, sizeof(*p->argv));
	r->is_out_of_memory |= !p->argv;
	json_array_foreach(v, i, item)
	{
		char at[WF_KEY_MAX];

		snprintf(at, sizeof(at), "%.60s[%zu]", key, i);
		if (!p->argv || !read_word(r, at, item, i == 0, &p->argv[i]))
			return;
	}
}

static void read_interval(struct wf_reader *r, const char *key, json_t *v, struct wf_probe *p)
{
	wf_value_duration(r, key, v, WF_PROBE_INTERVAL_MIN_MS, WF_PROBE_INTERVAL_MAX_MS,
			  &p->interval_ms);
}

static void read_timeout(struct wf_reader *r, const char *key, json_t *v, struct wf_probe *p)
{
	wf_value_duration(r, key, v, WF_PROBE_TIMEOUT_MIN_MS, WF_PROBE_TIMEOUT_MAX_MS,
			  &p->timeout_ms);
}

static void read_times(struct wf_reader *r, const char *key, json_t *v, uint8_t *ret)
{
	uint32_t times;

	if (wf_value_number(r, key, v, 1, WF_PROBE_TIMES_MAX, &times))
		*ret = (uint8_t)times;
}

static void read_rise(struct wf_reader *r, const char *key, json_t *v, struct wf_probe *p)
{
	read_times(r, key, v, &p->rise);
}

static void read_fall(struct wf_reader *r, const char *key, json_t *v, struct wf_probe *p)
{
	read_times(r, key, v, &p->fall);
}

static const struct {
	const char *name;
	bool is_question;
	void (*read)(struct wf_reader *r, const char *key, json_t *v, struct wf_probe *p);
} keys[] = {
	{"tcp", true, read_tcp},	  {"http", true, read_http},
	{"command", true, read_command},  {"interval", false, read_interval},
	{"timeout", false, read_timeout}, {"rise", false, read_rise},
	{"fall", false, read_fall},
};

#define N_KEYS (sizeof(keys) / sizeof(*keys))

static void unknown(struct wf_reader *r, const char *key, const char *name)
{
	const char *known[N_KEYS + 1] = {NULL};

	for (size_t i = 0; i < N_KEYS; i++)
		known[i] = keys[i].name;
	wf_value_unknown_key(r, key, name, known);
}

/* Returns how many of them there are. */
static unsigned int read_keys(struct wf_reader *r, const char *key, json_t *v, struct wf_probe *p)
{
	unsigned int n_questions = 0;
	const char *name;
	json_t *value;

	json_object_foreach(v, name, value)
	{
		char at[WF_KEY_MAX];
		size_t i = 0;

		snprintf(at, sizeof(at), "%.30s.%.60s", key, name);
		while (i < N_KEYS && strcmp(name, keys[i].name) != 0)
			i++;
		if (i == N_KEYS)
			unknown(r, at, name);
		else if (keys[i].is_question && n_questions++)
			wf_problems_add(r->problems, r->index, at,
					"there can be only one of tcp, http and command");
		else
			keys[i].read(r, at, value, p);
	}
	return n_questions;
}

void wf_probe_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_probe *ret)
{
	ret->interval_ms = INTERVAL_MS;
	ret->rise = RISE;
	ret->fall = FALL;
	if (!json_is_object(v))
		wf_value_wrong(r, key, "a probe, like {tcp: 80, interval: 1s}", v);
	else if (!read_keys(r, key, v, ret))
		wf_problems_add(r->problems, r->index, key,
				"asks nothing: it needs one of tcp, http and command");
	if (!ret->timeout_ms)
		ret->timeout_ms = ret->interval_ms < TIMEOUT_MS ? ret->interval_ms : TIMEOUT_MS;
}

static json_t *question_of(const struct wf_probe *p)
{
	json_t *list;

	if (p->type == WF_PROBE_TCP)
		return json_integer(p->port);
	if (p->type == WF_PROBE_HTTP)
		return json_pack("{s:i, s:s}", "port", (int)p->port, "path", p->path);
	list = json_array();
	for (char **arg = p->argv; list && *arg; arg++)
		if (json_array_append_new(list, json_string(*arg)) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

json_t *wf_probe_to_json(const struct wf_probe *p)
{
	static const char *const words[WF_PROBE_TYPE_COUNT] = {
		[WF_PROBE_TCP] = "tcp",
		[WF_PROBE_HTTP] = "http",
		[WF_PROBE_COMMAND] = "command",
	};

	return json_pack("{s:o, s:o, s:o, s:i, s:i}", words[p->type], question_of(p), "interval",
			 wf_duration_to_json(p->interval_ms), "timeout",
			 wf_duration_to_json(p->timeout_ms), "rise", (int)p->rise, "fall",
			 (int)p->fall);
}
