// SPDX-License-Identifier: Apache-2.0
#include "lab/yaml_walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void wf_yaml_problem(struct wf_yaml *y, unsigned int line, const char *key, const char *fmt, ...)
{
	struct wf_yaml_problem p = {.line = line};
	va_list ap;
	int n;

	if (y->problems.n >= WF_YAML_PROBLEMS_MAX)
		return;
	n = snprintf(p.text, sizeof(p.text), "%.80s%s", key, *key ? ": " : "");
	va_start(ap, fmt);
	vsnprintf(p.text + n, sizeof(p.text) - n, fmt, ap);
	va_end(ap);
	/* Without memory for the problem the file is refused all the same: see wf_lab_parse(). */
	(void)wf_vec_push(&y->problems, p);
}

unsigned int wf_yaml_line(const yaml_node_t *n)
{
	return (unsigned int)n->start_mark.line + 1;
}

static yaml_node_t *node(struct wf_yaml *y, int id)
{
	return yaml_document_get_node(y->doc, id);
}

static const char *key_text(struct wf_yaml *y, const yaml_node_pair_t *pair)
{
	yaml_node_t *n = node(y, pair->key);

	return n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : "";
}

yaml_node_t *wf_yaml_get(struct wf_yaml *y, yaml_node_t *map, const char *name)
{
	if (map->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
	     p++)
		if (strcmp(key_text(y, p), name) == 0)
			return node(y, p->value);
	return NULL;
}

static void list_keys(const struct wf_yaml_key *keys, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (const struct wf_yaml_key *k = keys; k->name && n < size; k++)
		n += snprintf(buf + n, size - n, "%s%s", k == keys ? "" : ", ", k->name);
}

static bool is_key(const struct wf_yaml_key *keys, const char *name)
{
	for (const struct wf_yaml_key *k = keys; k->name; k++)
		if (strcmp(k->name, name) == 0)
			return true;
	return false;
}

static void check_keys(struct wf_yaml *y, yaml_node_t *map, const struct wf_yaml_key *keys)
{
	yaml_node_pair_t *start = map->data.mapping.pairs.start;
	char known[200];

	list_keys(keys, known, sizeof(known));
	for (yaml_node_pair_t *p = start; p < map->data.mapping.pairs.top; p++) {
		const char *name = key_text(y, p);
		unsigned int line = wf_yaml_line(node(y, p->key));

		if (!is_key(keys, name))
			wf_yaml_problem(y, line, name, "unknown key; known are %s", known);
		for (yaml_node_pair_t *q = start; q < p; q++)
			if (strcmp(key_text(y, q), name) == 0)
				wf_yaml_problem(y, line, name, "the key is there twice");
	}
}

void wf_yaml_map(struct wf_yaml *y, yaml_node_t *map, const char *key,
		 const struct wf_yaml_key *keys, void *into)
{
	if (map->type != YAML_MAPPING_NODE) {
		char known[200];

		list_keys(keys, known, sizeof(known));
		wf_yaml_problem(y, wf_yaml_line(map), key, "must be a mapping with the keys %s",
				known);
		return;
	}
	check_keys(y, map, keys);
	for (const struct wf_yaml_key *k = keys; k->name; k++) {
		yaml_node_t *value = wf_yaml_get(y, map, k->name);

		if (value && k->read)
			k->read(y, value, k->name, into);
		else if (!value && k->is_required)
			wf_yaml_problem(y, wf_yaml_line(map), k->name, "is missing");
	}
}

yaml_node_t *wf_yaml_item(struct wf_yaml *y, yaml_node_t *list, const char *key, size_t i)
{
	if (list->type != YAML_SEQUENCE_NODE) {
		if (i == 0)
			wf_yaml_problem(y, wf_yaml_line(list), key, "must be a list: [a, b]");
		return NULL;
	}
	if (i >= (size_t)(list->data.sequence.items.top - list->data.sequence.items.start))
		return NULL;
	return node(y, list->data.sequence.items.start[i]);
}

const char *wf_yaml_text(struct wf_yaml *y, yaml_node_t *n, const char *key)
{
	if (n->type == YAML_SCALAR_NODE &&
	    strlen((const char *)n->data.scalar.value) == n->data.scalar.length)
		return (const char *)n->data.scalar.value;
	wf_yaml_problem(y, wf_yaml_line(n), key, "must be text");
	return NULL;
}

int wf_yaml_number(struct wf_yaml *y, yaml_node_t *n, const char *key, uint32_t min, uint32_t max,
		   uint32_t *ret)
{
	const char *text = wf_yaml_text(y, n, key);
	unsigned long value;

	if (!text)
		return -EINVAL;
	value = strspn(text, "0123456789") == strlen(text) && strlen(text) < 10
			? strtoul(text, NULL, 10)
			: 0;
	if (!*text || value < min || value > max) {
		wf_yaml_problem(y, wf_yaml_line(n), key, "'%.40s' is not a number from %u to %u",
				text, min, max);
		return -EINVAL;
	}
	*ret = (uint32_t)value;
	return 0;
}

static int by_line(const void *a, const void *b)
{
	const struct wf_yaml_problem *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return strcmp(x->text, y->text);
}

void wf_yaml_print(struct wf_yaml *y, const char *file, struct wf_buf *out)
{
	wf_vec_sort(&y->problems, by_line);
	for (size_t i = 0; i < y->problems.n; i++)
		wf_buf_printf(out, "%s:%u: %s\n", file, y->problems.items[i].line,
			      y->problems.items[i].text);
}
