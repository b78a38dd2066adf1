/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ownership that can be checked in one function: an owning local is tagged for cleanup and
 * initialised (NULL, fd -1), and leaves only through TAKE_PTR or TAKE_FD.
 */
#pragma once

#include <stdlib.h>
#include <unistd.h>

#define WF_CLEANUP(fn) __attribute__((cleanup(fn)))

#define TAKE_PTR(p)                      \
	({                               \
		typeof(p) *_pp = &(p);   \
		typeof(p) _taken = *_pp; \
		*_pp = NULL;             \
		_taken;                  \
	})

#define TAKE_FD(fd)                 \
	({                          \
		int *_pfd = &(fd);  \
		int _taken = *_pfd; \
		*_pfd = -1;         \
		_taken;             \
	})

/*
 * Defines cleanup_<name>() for locals of the pointer type @type that @free_fn takes (NULL too):
 * `WF_CLEANUP(cleanup_model) struct wf_model *m = NULL;`
 */
#define WF_DEFINE_CLEANUP(name, type, free_fn)     \
	static inline void cleanup_##name(type *p) \
	{                                          \
		free_fn(*p);                       \
	}

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define _cleanup_free_	WF_CLEANUP(cleanup_free)
#define _cleanup_close_ WF_CLEANUP(cleanup_close)
