/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "did you mean": offer all candidates, then ask for the words. Candidates are borrowed until then.
 * Initialise with the wanted word alone: `struct wf_near near = {.wanted = name};`
 */
#pragma once

#include <stddef.h>

#define WF_NEAR_STR_MAX	  280
#define WF_NEAR_LISTED	  6
#define WF_NEAR_LOOKED_AT 10000 /* of very many candidates, look at the first ones */

struct wf_near {
	const char *wanted;
	const char *best[3]; /* nearest first; NULL: fewer */
	size_t distance[3];
	const char *listed[WF_NEAR_LISTED]; /* the first ones, near or not */
	size_t n_offered;
};

/* Insertions, deletions, changes and swaps of neighbours from @a to @b; looks at 63 bytes of each.
 */
size_t wf_edit_distance(const char *a, const char *b);

void wf_near_offer(struct wf_near *near, const char *candidate);

/*
 * "; did you mean 'a' or 'b'?", else with few candidates "; there are 'a', 'b'", else "". @buf:
 * WF_NEAR_STR_MAX bytes; returns @buf.
 */
const char *wf_near_str(const struct wf_near *near, char *buf);
