/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a YAML document against tables of keys. Problems are collected, each with the line of the
 * node that it is about, and reading goes on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/vec.h"

#define WF_YAML_PROBLEMS_MAX 100

struct wf_yaml_problem {
	unsigned int line;
	char text[400]; /* "KEY: message" */
};

struct wf_yaml {
	yaml_document_t *doc; /* borrowed */
	WF_VEC(struct wf_yaml_problem) problems;
};

struct wf_yaml_key {
	const char *name;
	bool is_required;
	/* NULL: known, and read by nobody. @into: as given to wf_yaml_map(). */
	void (*read)(struct wf_yaml *y, yaml_node_t *value, const char *key, void *into);
};

void wf_yaml_problem(struct wf_yaml *y, unsigned int line, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
unsigned int wf_yaml_line(const yaml_node_t *n);

/* Reads a mapping in the order of @keys (ending with a NULL name), whatever the file's is. */
void wf_yaml_map(struct wf_yaml *y, yaml_node_t *map, const char *key,
		 const struct wf_yaml_key *keys, void *into);
/* The value of @name in @map, or NULL. */
yaml_node_t *wf_yaml_get(struct wf_yaml *y, yaml_node_t *map, const char *name);

/* The i-th item of a list, or NULL behind its end; not a list: a problem, once, at i = 0. */
yaml_node_t *wf_yaml_item(struct wf_yaml *y, yaml_node_t *list, const char *key, size_t i);

/* Text as written, quoted or plain; NULL with a problem for anything else. */
const char *wf_yaml_text(struct wf_yaml *y, yaml_node_t *n, const char *key);
/* A whole number within the bounds; else a problem and -EINVAL. */
int wf_yaml_number(struct wf_yaml *y, yaml_node_t *n, const char *key, uint32_t min, uint32_t max,
		   uint32_t *ret);

/* Appends "FILE:LINE: KEY: message" lines, sorted by line. */
void wf_yaml_print(struct wf_yaml *y, const char *file, struct wf_buf *out);
