/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * IPv6 extension headers (RFC 8200 section 4): the walk to the upper layer. Their order is not
 * enforced.
 *
 * A later fragment ends the walk: what follows its Fragment header is the middle of something. A
 * Fragment header with offset 0 and no more fragments (RFC 6946) makes no fragment.
 */
#pragma once

#include "wire/bytes.h"
#include "wire/ipv6.h"

#define WF_EXTHDR_MAX 8

#define WF_UPPER_FRAGMENT	(1 << 0)
#define WF_UPPER_LATER_FRAGMENT (1 << 1)
#define WF_UPPER_ROUTING	(1 << 2)

enum wf_exthdr_fault {
	WF_EXTHDR_OK,
	WF_EXTHDR_TRUNCATED,
	WF_EXTHDR_TOO_MANY, /* more than WF_EXTHDR_MAX */
	WF_EXTHDR_FAULT_COUNT,
};

struct wf_upper {
	__u32 off;	     /* of the upper layer */
	__u32 routing_off;   /* of the first routing header, with WF_UPPER_ROUTING */
	__u8 proto;	     /* upper layer */
	__u8 fragment_proto; /* Next Header of the Fragment header: equal in all fragments */
	__u8 routing_type;
	__u8 flags; /* WF_UPPER_* */
};

WF_INLINE _Bool wf_exthdr_is(__u8 proto)
{
	return proto == WF_PROTO_HOPOPTS || proto == WF_PROTO_ROUTING ||
	       proto == WF_PROTO_FRAGMENT || proto == WF_PROTO_DSTOPTS || proto == WF_PROTO_AH;
}

/* Length of the extension header whose second byte is @len, bytes: 8..2048. */
WF_INLINE __u32 wf_exthdr_len(__u8 proto, __u8 len)
{
	if (proto == WF_PROTO_FRAGMENT)
		return 8;
	return proto == WF_PROTO_AH ? (len + 2u) * 4 : (len + 1u) * 8;
}

/* What one header, at @p with at least 8 bytes, adds to @upper. */
WF_INLINE void wf_exthdr_note(const __u8 *p, struct wf_upper *upper)
{
	__u16 frag;

	if (upper->proto == WF_PROTO_ROUTING && !(upper->flags & WF_UPPER_ROUTING)) {
		upper->flags |= WF_UPPER_ROUTING;
		upper->routing_type = p[2];
		upper->routing_off = upper->off;
	}
	if (upper->proto != WF_PROTO_FRAGMENT)
		return;
	frag = wf_load_be16(p + 2);
	if (frag & 0xfff9) {
		upper->flags |= WF_UPPER_FRAGMENT;
		upper->fragment_proto = p[0];
	}
	if (frag & 0xfff8)
		upper->flags |= WF_UPPER_LATER_FRAGMENT;
}

/* @off: behind the fixed header; @proto: its Next Header. @ret is filled as far as the walk came.
 */
WF_INLINE enum wf_exthdr_fault wf_exthdr_walk(const void *data, const void *end, __u32 off,
					      __u8 proto, struct wf_upper *ret)
{
	struct wf_upper upper = {.off = off, .proto = proto};
	enum wf_exthdr_fault fault = WF_EXTHDR_OK;
	const __u8 *p;
	__u32 len;

	for (int i = 0; wf_exthdr_is(upper.proto); i++) {
		if (i == WF_EXTHDR_MAX) {
			fault = WF_EXTHDR_TOO_MANY;
			break;
		}
		p = (const __u8 *)data + (upper.off & 0x7fff);
		if (upper.off > 0x7fff || p + 8 > (const __u8 *)end) {
			fault = WF_EXTHDR_TRUNCATED;
			break;
		}
		len = wf_exthdr_len(upper.proto, p[1]);
		wf_exthdr_note(p, &upper);
		upper.proto = p[0];
		upper.off += len;
		if (upper.flags & WF_UPPER_LATER_FRAGMENT)
			break;
	}
	if (fault == WF_EXTHDR_OK &&
	    (upper.off > 0x7fff || (const __u8 *)data + upper.off > (const __u8 *)end))
		fault = WF_EXTHDR_TRUNCATED;
	*ret = upper;
	return fault;
}
