/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Token buckets. Errors that are answered to packets must not become a flood of their own (RFC 4443
 * section 2.4 (f)), nor what listeners are told of packets.
 */
#pragma once

#include "wire/bytes.h"

#define WF_TOKENS_BURST 64

struct wf_tokens {
	__u64 at; /* time of the last refill */
	__u64 left;
};

/* Takes one, if there is one: at most WF_TOKENS_BURST at once, one more each jiffy. */
WF_INLINE _Bool wf_tokens_take(struct wf_tokens *t, __u64 now)
{
	const __u64 gained = now - t->at;

	if (gained) {
		t->left = gained + t->left < WF_TOKENS_BURST ? gained + t->left : WF_TOKENS_BURST;
		t->at = now;
	}
	if (!t->left)
		return 0;
	t->left--;
	return 1;
}

/* The same for @rate a second, and as many at once. @now_ns: of a clock that never goes back. */
WF_INLINE _Bool wf_tokens_take_rate(struct wf_tokens *t, __u64 now_ns, __u32 rate)
{
	const __u64 interval = rate ? 1000000000u / rate : 0;
	__u64 left = t->left < rate ? t->left : rate, gained;

	if (!interval)
		return 0;
	gained = (now_ns - t->at) / interval;
	if (gained >= rate - left) {
		t->at = now_ns;
		left = rate;
	} else {
		t->at += gained * interval;
		left += gained;
	}
	t->left = left ? left - 1 : 0;
	return left != 0;
}
