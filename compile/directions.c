// SPDX-License-Identifier: Apache-2.0
#include "compile/directions.h"

#include <string.h>

/* How specific a selector is. 0: not at all. Any two of different kinds differ. */
#define SPECIFIC_WHOLE	1  /* a tenant, the Internet */
#define SPECIFIC_LABELS 1  /* and their number */
#define SPECIFIC_PREFIX 64 /* and its length */

_Static_assert(SPECIFIC_LABELS + WF_LABELS_MAX < SPECIFIC_PREFIX, "a prefix goes before labels");
_Static_assert(SPECIFIC_PREFIX + 128 <= 0xff, "it is 8 bits of a rank");

static int specificity(const struct wf_selector *s)
{
	switch (s->type) {
	case WF_SELECT_PREFIX:
		return SPECIFIC_PREFIX + s->prefix.len;
	case WF_SELECT_LABELS:
		return SPECIFIC_LABELS + (int)s->labels.n;
	case WF_SELECT_TENANT:
		return s->labels.n ? SPECIFIC_LABELS + (int)s->labels.n : SPECIFIC_WHOLE;
	case WF_SELECT_INTERNET:
		return SPECIFIC_WHOLE;
	default:
		return 0;
	}
}

static int from_of(const struct wf_direction *d)
{
	return specificity(d->from->selector);
}

static int to_of(const struct wf_direction *d)
{
	return specificity(d->to->selector);
}

/* 3: both sides specific, 2: only from, 1: only to, 0: none. */
static int level(const struct wf_direction *d)
{
	return (from_of(d) > 0) * 2 + (to_of(d) > 0);
}

int wf_direction_cmp(const void *a, const void *b)
{
	const struct wf_direction *x = a, *y = b;
	int c = level(y) - level(x);

	if (!c)
		c = from_of(y) - from_of(x);
	if (!c)
		c = to_of(y) - to_of(x);
	if (!c)
		c = !x->object->policy.n_ports - !y->object->policy.n_ports;
	if (!c)
		c = (int)x->is_reverse - (int)y->is_reverse;
	return c ? c : strcmp(x->object->name, y->object->name);
}

uint16_t wf_direction_rank(const struct wf_direction *d)
{
	return (uint16_t)((level(d) + 1) << 8 | from_of(d));
}

bool wf_policy_is_symmetric(const struct wf_policy *p)
{
	return p->is_symmetric && !p->is_deny && p->from.type != WF_SELECT_TENANT;
}

int wf_directions_of(struct wf_object *const *policies, size_t n,
		     const struct wf_selections *selections, struct wf_directions *ret)
{
	struct wf_directions d = {0};
	int r = 0;

	for (size_t i = 0; i < n && !r; i++) {
		struct wf_direction forward = {.object = policies[i],
					       .from = selections->of[2 * i],
					       .to = selections->of[2 * i + 1]};
		struct wf_direction reverse = {.object = policies[i],
					       .from = forward.to,
					       .to = forward.from,
					       .is_reverse = true};

		if (!policies[i]->policy.id)
			continue;
		r = wf_vec_push(&d, forward);
		if (!r && wf_policy_is_symmetric(&policies[i]->policy))
			r = wf_vec_push(&d, reverse);
	}
	if (r < 0) {
		wf_directions_done(&d);
		return r;
	}
	wf_vec_sort(&d, wf_direction_cmp);
	*ret = d;
	return 0;
}

void wf_directions_done(struct wf_directions *d)
{
	wf_vec_done(d);
}
