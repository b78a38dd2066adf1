/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prefixes that a tenant's policies select by. All that hold an address are found by one binary
 * search: they lie inside one another, so each knows the next wider one.
 */
#pragma once

#include "base/addr.h"
#include "base/buf.h"
#include "base/vec.h"
#include "model/model.h"

struct wf_nested {
	struct wf_prefix prefix;
	int wider; /* the smallest other one that holds this, or -1 */
};

struct wf_prefixes {
	struct wf_nested *items; /* owned; sorted, each once */
	size_t n;
	size_t cap;
};

/* 0 or -ENOMEM. */
int wf_prefixes_of(struct wf_object *const *policies, size_t n, struct wf_prefixes *ret);
void wf_prefixes_done(struct wf_prefixes *p);

/* Appends the text of all that hold an address of @e, sorted, a blank before each. */
void wf_prefixes_print(const struct wf_prefixes *p, const struct wf_endpoint *e, struct wf_buf *b);
