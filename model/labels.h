/* SPDX-License-Identifier: Apache-2.0 */
/* A set of labels: sorted by key, each key once. The zeroed struct is the empty set. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "model/limits.h"

#define WF_LABELS_STR_MAX (WF_LABELS_TEXT_MAX + 1)

struct wf_label {
	char key[WF_LABEL_KEY_MAX + 1];
	char value[WF_LABEL_VALUE_MAX + 1];
};

struct wf_labels {
	struct wf_label *items; /* owned */
	size_t n;
	size_t cap;
};

/* Adds or replaces. 0, -EINVAL (characters or length), -E2BIG (too many, or their text longer than
 * WF_LABELS_TEXT_MAX) or -ENOMEM. */
int wf_labels_set(struct wf_labels *l, const char *key, const char *value);

/* Takes the label away, if it is there. */
void wf_labels_unset(struct wf_labels *l, const char *key);

/* "app=web,tier=front", sorted: equal sets have equal text. Parses what it prints; "" is empty. */
int wf_labels_parse(const char *text, struct wf_labels *ret);
/* @buf: WF_LABELS_STR_MAX bytes; returns @buf. */
const char *wf_labels_str(const struct wf_labels *l, char *buf);

int wf_labels_copy(const struct wf_labels *from, struct wf_labels *ret);
bool wf_labels_equal(const struct wf_labels *a, const struct wf_labels *b);

/* Does @l have every label of @wanted? */
bool wf_labels_have(const struct wf_labels *l, const struct wf_labels *wanted);

void wf_labels_done(struct wf_labels *l);
