/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers for content: the same content, the same number, on every node and in every run. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "wire/siphash.h"

static const __u64 wf_hash_key[2] = {0x57656674, 1}; /* no secret: a collision is noticed */

static inline void wf_hash_add(struct wf_siphash *h, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i += 8) {
		uint64_t word = 0;

		memcpy(&word, p + i, n - i < 8 ? n - i : 8);
		wf_siphash_add(h, word);
	}
}

/* 0 says that there is nothing. */
static inline uint64_t wf_hash_end(struct wf_siphash *h)
{
	uint64_t number = wf_siphash_end(h);

	return number ? number : 1;
}

static inline uint64_t wf_hash_of(const void *bytes, size_t n)
{
	struct wf_siphash h;

	wf_siphash_begin(&h, wf_hash_key);
	wf_hash_add(&h, bytes, n);
	return wf_hash_end(&h);
}

/* What is tried where another content has the number. */
static inline uint64_t wf_hash_next(uint64_t number)
{
	return number + 1 ? number + 1 : 1;
}
