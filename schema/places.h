/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where everything stood. The trick: the lines of all values of a document in the order in which
 * they were read, which is the order in which walking its JSON meets them; so a key's line is found
 * by walking and counting, and costs four bytes a value.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct wf_lines {
	uint32_t *items; /* owned; of a map's member: the line of its key */
	size_t n;
	size_t cap;
};

/* How many values there are in @v, itself too; stops counting at @max. */
size_t wf_lines_count(json_t *v, size_t max);

/* The line of "via[2]" in @root, or of the nearest thing around it that is there. */
uint32_t wf_lines_find(const struct wf_lines *lines, json_t *root, const char *key);
