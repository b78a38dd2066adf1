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

#define WF_EXTHDR_MAX	  8
#define WF_EXTHDR_OFF_MAX 0x7fff /* no upper layer begins behind it */

#define WF_UPPER_FRAGMENT	(1 << 0)
#define WF_UPPER_LATER_FRAGMENT (1 << 1)
#define WF_UPPER_ROUTING	(1 << 2)
#define WF_UPPER_TINY_FRAGMENT	(1 << 3) /* a later one, 8 bytes behind the first one's start */

enum wf_exthdr_fault {
	WF_EXTHDR_OK,
	WF_EXTHDR_TRUNCATED,
	WF_EXTHDR_TOO_MANY, /* more than WF_EXTHDR_MAX */
	WF_EXTHDR_FAULT_COUNT,
};

struct wf_upper {
	__u32 off;	     /* of the upper layer */
	__u32 routing_off;   /* of the first routing header, with WF_UPPER_ROUTING */
	__u32 fragment_off;  /* of the Fragment header, with WF_UPPER_FRAGMENT */
	__u8 proto;	     /* upper layer */
	__u8 fragment_proto; /* Next Header of the Fragment header: equal in all fragments */
	__u8 routing_type;
	__u8 flags; /* WF_UPPER_* */
};

#define WF_EXTHDR_SET                                                                      \
	(1ull << WF_PROTO_HOPOPTS | 1ull << WF_PROTO_ROUTING | 1ull << WF_PROTO_FRAGMENT | \
	 1ull << WF_PROTO_AH | 1ull << WF_PROTO_DSTOPTS)

WF_INLINE _Bool wf_exthdr_is(__u8 proto)
{
	return proto < 64 && WF_EXTHDR_SET >> proto & 1;
}

/* Length of the extension header whose second byte is @len, bytes: 8..2048. */
WF_INLINE __u32 wf_exthdr_len(__u8 proto, __u8 len)
{
	__u32 is_ah = wf_bit_equal8(proto, WF_PROTO_AH);
	__u32 is_fragment = wf_bit_equal8(proto, WF_PROTO_FRAGMENT);

	return (wf_bit_select(is_fragment, 0, len) + 1 + is_ah) << (3 - is_ah);
}

/* What the header at @p, with at least 8 bytes, adds to @upper. Without branches: the walk is a
 * loop. */
WF_INLINE void wf_exthdr_note(const __u8 *p, struct wf_upper *upper)
{
	__u32 is_routing = wf_bit_equal8(upper->proto, WF_PROTO_ROUTING) & ~(upper->flags >> 2);
	__u32 is_fragment = wf_bit_equal8(upper->proto, WF_PROTO_FRAGMENT);
	__u32 frag = wf_load_be16(p + 2) & (0 - is_fragment);
	__u32 is_later = wf_bit_less(7, frag), is_part, is_tiny;

	is_tiny = 1 - wf_bit_less(0, (frag & 0xfff8) ^ 8);
	frag &= 0xfff9; /* offset and M */
	is_part = wf_bit_less(0, frag);
	upper->routing_off = wf_bit_select(is_routing, upper->off, upper->routing_off);
	upper->routing_type = (__u8)wf_bit_select(is_routing, p[2], upper->routing_type);
	upper->fragment_proto = (__u8)wf_bit_select(is_part, p[0], upper->fragment_proto);
	upper->fragment_off = wf_bit_select(is_part, upper->off, upper->fragment_off);
	upper->flags |= (__u8)(is_part | is_later << 1 | is_routing << 2 | is_tiny << 3);
}

/* @off: behind the fixed header; @proto: its Next Header. @ret is filled as far as the walk came.
 */
WF_INLINE enum wf_exthdr_fault wf_exthdr_walk(const void *data, const void *end, __u32 off,
					      __u8 proto, struct wf_upper *ret)
{
	struct wf_upper upper = {.off = off, .proto = proto};
	const __u8 *p;

	*ret = upper;
	for (int i = 0; i <= WF_EXTHDR_MAX; i++) {
		p = (const __u8 *)data + (upper.off & WF_EXTHDR_OFF_MAX);
		if (upper.off > WF_EXTHDR_OFF_MAX || p > (const __u8 *)end)
			return WF_EXTHDR_TRUNCATED;
		*ret = upper;
		if (!wf_exthdr_is(upper.proto) || upper.flags & WF_UPPER_LATER_FRAGMENT)
			return WF_EXTHDR_OK;
		if (p + 8 > (const __u8 *)end)
			return WF_EXTHDR_TRUNCATED;
		wf_exthdr_note(p, &upper);
		upper.off += wf_exthdr_len(upper.proto, p[1]);
		upper.proto = p[0];
	}
	return WF_EXTHDR_TOO_MANY;
}
