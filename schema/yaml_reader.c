// SPDX-License-Identifier: Apache-2.0
#include "schema/yaml_reader.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/vec.h"

struct wf_yaml {
	yaml_parser_t parser;
	const char *text; /* borrowed */
	size_t len;
	wf_yaml_problem_fn fn;
	void *arg;

	int broken; /* 0, or why reading had to stop */
	size_t n_reported;
	/* Of the document being read: */
	struct wf_lines lines;
	json_t *anchors;  /* owned; name to value */
	size_t n_aliased; /* values that aliases repeated */
	unsigned int depth;
};

static json_t *read_value(struct wf_yaml *y, const yaml_event_t *event);

static void report(struct wf_yaml *y, uint32_t line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void report(struct wf_yaml *y, uint32_t line, const char *fmt, ...)
{
	char msg[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	y->fn(y->arg, line, msg);
	if (++y->n_reported == WF_YAML_PROBLEMS_MAX && !y->broken)
		y->broken = -EINVAL;
}

static uint32_t line_of(const yaml_event_t *event)
{
	return (uint32_t)event->start_mark.line + 1;
}

struct wf_yaml *wf_yaml_new(const char *text, size_t len, wf_yaml_problem_fn fn, void *arg)
{
	struct wf_yaml *y = calloc(1, sizeof(*y));

	if (!y || !yaml_parser_initialize(&y->parser)) {
		free(y);
		return NULL;
	}
	y->text = text;
	y->len = len;
	y->fn = fn;
	y->arg = arg;
	yaml_parser_set_encoding(&y->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&y->parser, (const unsigned char *)text, len);
	return y;
}

void wf_yaml_free(struct wf_yaml *y)
{
	if (!y)
		return;
	yaml_parser_delete(&y->parser);
	json_decref(y->anchors);
	wf_vec_done(&y->lines);
	free(y);
}

static uint32_t line_at(const struct wf_yaml *y, size_t offset)
{
	uint32_t line = 1;

	for (size_t i = 0; i < offset && i < y->len; i++)
		line += y->text[i] == '\n';
	return line;
}

/* libyaml counts characters. What is missing at the end is missing from the last line. */
static size_t offset_of(const struct wf_yaml *y, size_t index)
{
	size_t at = 0;

	while (at < y->len && index--)
		do
			at++;
		while (at < y->len && (y->text[at] & 0xc0) == 0x80);
	if (at == y->len)
		while (at > 0 && y->text[at - 1] == '\n')
			at--;
	return at;
}

static void report_syntax(struct wf_yaml *y)
{
	const yaml_parser_t *p = &y->parser;
	size_t at = p->error == YAML_READER_ERROR ? p->problem_offset
						  : offset_of(y, p->problem_mark.index);
	char here = at < y->len ? y->text[at] : '\0';
	uint32_t line = line_at(y, at);

	if (p->error == YAML_READER_ERROR)
		report(y, line, "not YAML: control character 0x%02x", p->problem_value);
	else if (here == '\t')
		report(y, line, "not YAML: a tab stands here; write spaces");
	else if (here == ':' && at > 0 && y->text[at - 1] == ':')
		report(y, line, "not YAML: text that ends with ':' needs quotes, like \"fd00::\"");
	else
		report(y, line, "not YAML: %s%s%s", p->problem, p->context ? " " : "",
		       p->context ? p->context : "");
}

/* The caller deletes the event. */
static bool next_event(struct wf_yaml *y, yaml_event_t *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (y->broken)
		return false;
	if (yaml_parser_parse(&y->parser, ret))
		return true;
	y->broken = y->parser.error == YAML_MEMORY_ERROR ? -ENOMEM : -EINVAL;
	if (y->broken == -EINVAL)
		report_syntax(y);
	return false;
}

static json_t *keep(struct wf_yaml *y, json_t *v)
{
	if (!v)
		y->broken = -ENOMEM;
	return v;
}

static bool is_one_of(const char *text, const char *const *words)
{
	while (*words && strcmp(text, *words) != 0)
		words++;
	return *words != NULL;
}

/* Would it be written just so, were it printed? 18 digits fit any integer. */
static bool is_decimal(const char *text)
{
	size_t sign = *text == '-', digits = strspn(text + sign, "0123456789");

	if (!digits || digits > 18 || text[sign + digits])
		return false;
	return text[sign] != '0' || strcmp(text, "0") == 0;
}

static json_t *plain_value(const char *text, size_t len)
{
	static const char *const nulls[] = {"", "~", "null", NULL};

	if (is_one_of(text, nulls))
		return json_null();
	if (strcmp(text, "true") == 0)
		return json_true();
	if (strcmp(text, "false") == 0)
		return json_false();
	if (is_decimal(text))
		return json_integer(strtoll(text, NULL, 10));
	return json_stringn(text, len);
}

/* Text whose type is not to be guessed. */
static bool is_text(const yaml_event_t *event)
{
	return event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || event->data.scalar.tag;
}

static json_t *read_scalar(struct wf_yaml *y, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	const char *tag = (const char *)event->data.scalar.tag;
	size_t len = event->data.scalar.length;

	if (tag && strcmp(tag, YAML_STR_TAG) != 0 && strcmp(tag, "!") != 0)
		report(y, line_of(event), "the tag %.60s is not supported", tag);
	if (strlen(text) != len) {
		report(y, line_of(event), "text with a NUL character");
		len = strlen(text);
	}
	return keep(y, is_text(event) ? json_stringn(text, len) : plain_value(text, len));
}

static json_t *read_alias(struct wf_yaml *y, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	json_t *v = json_object_get(y->anchors, name);
	size_t n;

	if (!v) {
		report(y, line_of(event), "there is no anchor &%.60s before this alias", name);
		y->broken = -EINVAL;
		return NULL;
	}
	n = wf_lines_count(v, WF_YAML_ALIASED_MAX + 1);
	y->n_aliased += n;
	if (y->n_aliased > WF_YAML_ALIASED_MAX) {
		report(y, line_of(event), "aliases repeat more than %d values; write them out",
		       WF_YAML_ALIASED_MAX);
		y->broken = -EINVAL;
		return NULL;
	}
	while (--n) /* the alias itself has its line already */
		if (wf_vec_push(&y->lines, line_of(event)) < 0) {
			y->broken = -ENOMEM;
			return NULL;
		}
	return json_incref(v);
}

static json_t *read_list(struct wf_yaml *y)
{
	json_t *list = keep(y, json_array());
	yaml_event_t event;

	while (next_event(y, &event) && event.type != YAML_SEQUENCE_END_EVENT) {
		json_t *item = read_value(y, &event);

		yaml_event_delete(&event);
		if (item && json_array_append_new(list, item) < 0)
			y->broken = -ENOMEM;
	}
	yaml_event_delete(&event);
	return list;
}

/* Line of the member @key of @map, whose own place in the lines is @at. */
static uint32_t member_line(const struct wf_yaml *y, json_t *map, size_t at, const char *key)
{
	const char *name;
	json_t *v;

	at++;
	json_object_foreach(map, name, v)
	{
		if (strcmp(name, key) == 0)
			break;
		at += wf_lines_count(v, SIZE_MAX);
	}
	return y->lines.items[at];
}

static bool is_good_key(struct wf_yaml *y, const yaml_event_t *key)
{
	if (key->type != YAML_SCALAR_EVENT) {
		report(y, line_of(key), "a key must be text");
		y->broken = -EINVAL;
		return false;
	}
	if (strlen((const char *)key->data.scalar.value) != key->data.scalar.length)
		report(y, line_of(key), "a key with a NUL character");
	if (strcmp((const char *)key->data.scalar.value, "<<") == 0 && !is_text(key))
		report(y, line_of(key), "merge keys (<<) are not supported; write the keys out");
	return true;
}

/* One member of @map, whose place in the lines is @at. */
static void read_member(struct wf_yaml *y, json_t *map, size_t at, const yaml_event_t *key_event)
{
	const char *key = (const char *)key_event->data.scalar.value;
	size_t n_before = y->lines.n;
	yaml_event_t event;
	json_t *v = NULL;

	if (next_event(y, &event))
		v = read_value(y, &event);
	yaml_event_delete(&event);
	if (!v || y->broken) {
		json_decref(v);
		return;
	}
	if (json_object_get(map, key)) {
		report(y, line_of(key_event), "key '%.60s' is there twice; first in line %u", key,
		       member_line(y, map, at, key));
		y->lines.n = n_before;
		json_decref(v);
		return;
	}
	y->lines.items[n_before] = line_of(key_event);
	if (json_object_set_new(map, key, v) < 0)
		y->broken = -ENOMEM;
}

static json_t *read_map(struct wf_yaml *y)
{
	json_t *map = keep(y, json_object());
	size_t at = y->lines.n - 1;
	yaml_event_t event;

	while (next_event(y, &event) && event.type != YAML_MAPPING_END_EVENT) {
		if (is_good_key(y, &event))
			read_member(y, map, at, &event);
		yaml_event_delete(&event);
	}
	yaml_event_delete(&event);
	return map;
}

static const char *anchor_of(const yaml_event_t *event)
{
	if (event->type == YAML_SCALAR_EVENT)
		return (const char *)event->data.scalar.anchor;
	if (event->type == YAML_SEQUENCE_START_EVENT)
		return (const char *)event->data.sequence_start.anchor;
	if (event->type == YAML_MAPPING_START_EVENT)
		return (const char *)event->data.mapping_start.anchor;
	return NULL;
}

static json_t *read_typed(struct wf_yaml *y, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(y, event);
	case YAML_ALIAS_EVENT:
		return read_alias(y, event);
	case YAML_SEQUENCE_START_EVENT:
		return read_list(y);
	default:
		assert(event->type == YAML_MAPPING_START_EVENT);
		return read_map(y);
	}
}

/* NULL: reading is broken. */
static json_t *read_value(struct wf_yaml *y, const yaml_event_t *event)
{
	const char *anchor = anchor_of(event);
	json_t *v;

	if (y->depth == WF_YAML_DEPTH_MAX) {
		report(y, line_of(event), "nested more than %d deep", WF_YAML_DEPTH_MAX);
		y->broken = -EINVAL;
		return NULL;
	}
	if (wf_vec_push(&y->lines, line_of(event)) < 0) {
		y->broken = -ENOMEM;
		return NULL;
	}
	y->depth++;
	v = read_typed(y, event);
	y->depth--;
	if (v && anchor && !y->broken && json_object_set(y->anchors, anchor, v) < 0)
		y->broken = -ENOMEM;
	return v;
}

/* Reads up to the content of the next document; false: no more, or broken. */
static bool find_document(struct wf_yaml *y, yaml_event_t *ret)
{
	while (next_event(y, ret)) {
		yaml_event_type_t type = ret->type;

		if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT &&
		    type != YAML_DOCUMENT_END_EVENT)
			return type != YAML_STREAM_END_EVENT && type != YAML_NO_EVENT;
		yaml_event_delete(ret);
	}
	return false;
}

int wf_yaml_next(struct wf_yaml *y, json_t **ret, struct wf_lines *ret_lines)
{
	yaml_event_t event;
	json_t *v = NULL;

	json_decref(y->anchors);
	y->anchors = json_object();
	y->n_aliased = 0;
	y->lines.n = 0;
	if (!y->anchors)
		return -ENOMEM;
	if (find_document(y, &event))
		v = read_value(y, &event);
	yaml_event_delete(&event);
	if (y->broken) {
		json_decref(v);
		return y->broken;
	}
	if (!v)
		return 0;
	*ret = v;
	*ret_lines = y->lines;
	y->lines = (struct wf_lines){0};
	return 1;
}
