/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which policy a pair of endpoints takes (docs/policies.md): of all that match, the most specific.
 *
 * A symmetric policy speaks twice, as written and mirrored: two directions. Their order of
 * precedence is total, so the first that matches both sides wins. Its first criterion, which sides
 * are specific, is also the order of the data path's four lookups: so only directions that are
 * specific on both sides are written out per pair, and only their winners.
 */
#pragma once

#include "compile/classes.h"
#include "compile/image.h"

struct wf_ruling {
	const struct wf_object *object; /* the policy */
	const struct wf_selector *from;
	const struct wf_selector *to;
	bool is_reverse;
	uint64_t *dests; /* owned; a bit for each class that `to` matches */
};

struct wf_rulings {
	struct wf_ruling *items; /* owned; highest precedence first */
	size_t n;
	size_t cap;
};

/*
 * The directions of a tenant's policies that an endpoint of this node could take. Policies without
 * an id are left out. 0 or -ENOMEM.
 */
int wf_rulings_of(const struct wf_model *m, const char *tenant, const struct wf_classes *classes,
		  struct wf_rulings *ret);
void wf_rulings_done(struct wf_rulings *d);

/* Below 0: @a goes before @b. */
int wf_ruling_cmp(const void *a, const void *b);

static inline bool wf_ruling_leads_to(const struct wf_ruling *d, size_t class)
{
	return d->dests[class / 64] >> class % 64 & 1;
}

/* Adds the RULE entries. 0, -ENOMEM, -E2BIG. */
int wf_rules_add(struct wf_image *img, uint32_t tenant, const struct wf_classes *classes,
		 const struct wf_rulings *directions);
