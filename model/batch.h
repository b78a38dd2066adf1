/* SPDX-License-Identifier: Apache-2.0 */
/* The objects that a check is about, sorted, with their places in the caller's list. */
#pragma once

#include "model/model.h"

struct wf_batch_item {
	const struct wf_object *object; /* borrowed */
	size_t index;			/* in the caller's list */
	size_t n_users;			/* others that need it, counted by a check */
};

struct wf_batch {
	struct wf_batch_item *items; /* owned; sorted by object, then index */
	size_t n;
	size_t cap;
};

int wf_batch_init(struct wf_batch *b, struct wf_object *const *objects, size_t n);
void wf_batch_done(struct wf_batch *b);

/*
 * Calls @fn for each object of @kind (and tenant, unless NULL) of @m as it will be, the batch's in
 * place of the model's, until it does not return 0; returns what it did. @item: NULL for what
 * stays as it is.
 */
typedef int (*wf_batch_fn)(void *arg, const struct wf_object *o, const struct wf_batch_item *item);
int wf_batch_each(const struct wf_batch *b, const struct wf_model *m, enum wf_kind kind,
		  const char *tenant, wf_batch_fn fn, void *arg);

/* The first item that is called so; NULL: none. */
struct wf_batch_item *wf_batch_find(const struct wf_batch *b, const struct wf_object *like);
struct wf_batch_item *wf_batch_find_name(const struct wf_batch *b, enum wf_kind kind,
					 const char *tenant, const char *name);
