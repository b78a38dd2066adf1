/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole wish: every object, sorted by wf_object_cmp(), found by binary search.
 *
 * A copy shares the objects and costs one pointer each, so the API tries a change on a copy, checks
 * it, and only then writes it.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "base/vec.h"
#include "model/claims.h"
#include "model/object.h"

struct wf_model;

struct wf_model *wf_model_new(void);
/* NULL without memory. */
struct wf_model *wf_model_copy(const struct wf_model *m);
void wf_model_free(struct wf_model *m);
WF_DEFINE_CLEANUP(model, struct wf_model *, wf_model_free)

/* Adds or replaces; takes its own reference. 0 or -ENOMEM. Appending in sorted order is O(1). */
int wf_model_put(struct wf_model *m, struct wf_object *o);
/* -ENOENT: was not there. */
int wf_model_remove(struct wf_model *m, enum wf_kind kind, const char *tenant, const char *name);

/* Borrowed; NULL: not there. @tenant may be NULL for kinds that belong to none. */
struct wf_object *wf_model_find(const struct wf_model *m, enum wf_kind kind, const char *tenant,
				const char *name);

/* All of one kind (and tenant, unless NULL), sorted: borrowed, valid until the model changes. */
struct wf_object *const *wf_model_range(const struct wf_model *m, enum wf_kind kind,
					const char *tenant, size_t *ret_n);

/* The endpoint of @tenant that has this address. Borrowed; NULL: it is free. O(1). */
struct wf_object *wf_model_find_address(const struct wf_model *m, const char *tenant,
					const struct wf_addr *addr);
/* Who has this, and does not share it, beside @except (may be NULL)? Borrowed; NULL: nobody. O(1).
 */
struct wf_object *wf_model_find_claim(const struct wf_model *m, const struct wf_claim *claim,
				      const struct wf_object *except);

/* The key that signs. Borrowed; NULL: none does. */
const struct wf_object *wf_model_signing_key(const struct wf_model *m);

/* Something wrong with an object. Printable ASCII: other characters are shown as '?'. */
struct wf_problem {
	size_t index; /* of the object, in the list that was checked */
	char key[96]; /* where in it: "via[2]", "addresses[0]", "" for the object itself */
	char msg[WF_ERR_MSG_MAX];
};

struct wf_problems {
	struct wf_problem *items; /* owned */
	size_t n;
	size_t cap;
	size_t n_found; /* with those that are beyond WF_PROBLEMS_MAX */
};

#define WF_PROBLEMS_MAX 100 /* further ones are only counted: mend these first */

void wf_problems_add(struct wf_problems *p, size_t index, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void wf_problems_done(struct wf_problems *p);

/*
 * What can be said of an object by itself: prefixes that overlap or are reserved, an address twice,
 * a policy that nothing can match, ...
 */
void wf_object_check(const struct wf_object *o, size_t index, struct wf_problems *problems);

/*
 * Would the wish be right with these objects put into it? Duplicates among them, missing tenants,
 * unknown nodes and functions in `via`, endpoints that two functions select, prefixes that overlap
 * within a tenant or no longer hold its endpoints, addresses outside the tenant or in use, ids in
 * use, ... 0: yes; -EINVAL: @problems say why; -ENOMEM.
 */
int wf_model_check_put(const struct wf_model *m, struct wf_object *const *objects, size_t n,
		       struct wf_problems *problems);

/*
 * Would it be right without these (kind, tenant and name of each are looked at)? Missing ones, and
 * ones that others need: a tenant with endpoints, policies, functions or services, a node or a
 * function in a `via`, a node with endpoints, an endpoint that is attached, what a gateway names.
 */
int wf_model_check_remove(const struct wf_model *m, struct wf_object *const *objects, size_t n,
			  struct wf_problems *problems);
