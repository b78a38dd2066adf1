/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SHA-256 in the kernel. A block is a global function: the verifier looks at it once, however often
 * it is called.
 */
#pragma once

#include <bpf/bpf_helpers.h>

#include "wire/hmac.h"

/* The block @at of job->text into job->state. */
__noinline int hash_block(struct wf_hmac_job *job, __u32 at)
{
	if (!job || at >= WF_HMAC_BLOCKS_MAX)
		return 0;
	wf_sha256_compress(job->state, job->text + at * WF_SHA256_BLOCK, job->w);
	return 1;
}

WF_INLINE void hash_blocks(struct wf_hmac_job *job, __u32 n_blocks)
{
	for (__u32 i = 0; i < WF_HMAC_BLOCKS_MAX; i++) {
		if (i >= n_blocks)
			break;
		hash_block(job, i);
	}
}
