/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing arrays. A vector is any struct that begins as WF_VEC(T) does; the zeroed struct is the
 * empty vector. Items are moved by memcpy when the array grows, so keep no pointers into it while
 * pushing.
 */
#pragma once

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WF_VEC(T)                     \
	struct {                      \
		T *items; /* owned */ \
		size_t n;             \
		size_t cap;           \
	}

/* Makes room for one more item. 0 or -ENOMEM. */
int wf_vec_grow(void **items, size_t n, size_t *cap, size_t item_bytes);

/* Appends @item. 0 or -ENOMEM, the vector untouched. */
#define wf_vec_push(vec, item)                                                                  \
	({                                                                                      \
		typeof(vec) _v = (vec);                                                         \
		int _r = wf_vec_grow((void **)&_v->items, _v->n, &_v->cap, sizeof(*_v->items)); \
		if (!_r)                                                                        \
			_v->items[_v->n++] = (item);                                            \
		_r;                                                                             \
	})

/* Frees the array, not what its items own, and leaves the empty vector. */
#define wf_vec_done(vec)                    \
	do {                                \
		typeof(vec) _v = (vec);     \
		free(_v->items);            \
		memset(_v, 0, sizeof(*_v)); \
	} while (0)

/* Walks the items; the empty vector has none to do arithmetic on. */
#define wf_vec_each(it, vec) \
	for (typeof(&*(vec)->items) it = (vec)->items; it && it < (vec)->items + (vec)->n; it++)

#define wf_vec_sort(vec, cmp)                                                      \
	do {                                                                       \
		if ((vec)->n)                                                      \
			qsort((vec)->items, (vec)->n, sizeof(*(vec)->items), cmp); \
	} while (0)
