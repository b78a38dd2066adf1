/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may talk to whom, pair by pair of sides: the VERDICT entries of a realm, as far as one end of
 * a pair can be on this node, and the RANGES that they name.
 */
#pragma once

#include "compile/ranges.h"
#include "compile/realm.h"

/*
 * What a set may cost: so often may a direction speak of a pair. It is as much as 16 policies for
 * each pair of the verdict table.
 */
#define WF_WORDS_MAX (1 << 23)

struct wf_said {
	struct wf_verdict_key key; /* set 0 */
	uint64_t ranges;	   /* number */
};

struct wf_verdicts {
	struct wf_said *items; /* owned; sorted by the sides' places in wf_sides */
	size_t n;
	size_t cap;
};

/* 0, -ENOMEM; -E2BIG: @err names the tenant, the policies (if it is about few) and the limit. */
int wf_verdicts_of(const struct wf_realm *realm, struct wf_ranges_pool *pool,
		   struct wf_verdicts *ret, struct wf_err *err);
void wf_verdicts_done(struct wf_verdicts *v);
