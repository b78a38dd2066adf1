/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML as JSON values, document by document.
 *
 * Plain true, false, null, ~ and nothing are what they are in JSON, and plain decimal integers
 * without leading zeros are numbers: all other scalars (on, 010, 0x1f, 1.5) are text. So whoever
 * wants text can write a number or truth value back as it stood.
 *
 * Refused: a key twice in one map, keys that are not text, tags, merge keys, nesting beyond
 * WF_YAML_DEPTH_MAX, aliases that repeat more than WF_YAML_ALIASED_MAX values in a document.
 */
#pragma once

#include "schema/places.h"

#define WF_YAML_DEPTH_MAX    64
#define WF_YAML_ALIASED_MAX  1000
#define WF_YAML_PROBLEMS_MAX 100 /* then reading ends */

struct wf_yaml;

typedef void (*wf_yaml_problem_fn)(void *arg, uint32_t line, const char *msg);

/* Borrows @text, which must be UTF-8, for its life. NULL without memory. */
struct wf_yaml *wf_yaml_new(const char *text, size_t len, wf_yaml_problem_fn fn, void *arg);
void wf_yaml_free(struct wf_yaml *y);

/*
 * The next document: 1 and its value and lines, both the caller's; 0: no more; -EINVAL: a problem
 * that ends the reading was reported; -ENOMEM. Other problems are reported and reading goes on.
 */
int wf_yaml_next(struct wf_yaml *y, json_t **ret, struct wf_lines *ret_lines);
