// SPDX-License-Identifier: Apache-2.0
#include "base/vec.h"

int wf_vec_grow(void **items, size_t n, size_t *cap, size_t item_bytes)
{
	size_t want;
	void *grown;

	if (n < *cap)
		return 0;
	want = *cap ? *cap * 2 : 8;
	grown = reallocarray(*items, want, item_bytes);
	if (!grown)
		return -ENOMEM;
	*items = grown;
	*cap = want;
	return 0;
}
