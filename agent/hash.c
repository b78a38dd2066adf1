// SPDX-License-Identifier: Apache-2.0
#include "agent/hash.h"

#include <stddef.h>

/* FNV-1a */
static uint64_t text(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3ull;
	return (h ^ 0xff) * 0x100000001b3ull; /* no byte of UTF-8: where one text ends */
}

uint64_t wf_endpoint_hash(const char *tenant, const char *name, uint32_t salt)
{
	uint64_t h = text(text(0xcbf29ce484222325ull ^ salt, tenant), name);

	/* FNV's high bits are weak: the finalizer of MurmurHash3. */
	h = (h ^ h >> 33) * 0xff51afd7ed558ccdull;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53ull;
	return h ^ h >> 33;
}
