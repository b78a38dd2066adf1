/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A token bucket: at most WF_TOKENS_BURST at once, one more each jiffy. Errors that are answered
 * to packets must not become a flood of their own (RFC 4443 section 2.4 (f)).
 */
#pragma once

#include "wire/bytes.h"

#define WF_TOKENS_BURST 64

struct wf_tokens {
	__u64 at; /* jiffies of the last refill */
	__u64 left;
};

/* Takes one, if there is one. */
WF_INLINE _Bool wf_tokens_take(struct wf_tokens *t, __u64 now)
{
	__u64 gained = now - t->at;

	if (gained) {
		t->left = gained + t->left < WF_TOKENS_BURST ? gained + t->left : WF_TOKENS_BURST;
		t->at = now;
	}
	if (!t->left)
		return 0;
	t->left--;
	return 1;
}
