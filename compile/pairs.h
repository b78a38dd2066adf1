/* SPDX-License-Identifier: Apache-2.0 */
/* The same table of two sealed images, side by side, in key order: one pass over both. */
#pragma once

#include <stdbool.h>

#include "compile/image.h"

struct wf_pairs {
	const struct wf_image *from;
	const struct wf_image *to;
	enum wf_table table;
	size_t i, k; /* how far, in from and to; begin with 0 */
};

struct wf_pair {
	const void *key;
	const void *from; /* its values; NULL: not in that image */
	const void *to;
};

/* False: that was all. */
bool wf_pairs_next(struct wf_pairs *p, struct wf_pair *ret);
