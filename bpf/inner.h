/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is changed in a packet before it is taken out of its tunnel. */
#pragma once

#include "bpf/packet.h"
#include "dp/outer.h"
#include "wire/ecn.h"

/* ECN of the packet inside, whose header is at @p, which lies within the packet. */
WF_INLINE _Bool inner_store_ecn(struct __sk_buff *skb, __u8 *p, const struct wf_outer *o,
				const struct wf_inner *in)
{
	int tc = in->tc;

	if (!(o->tc & WF_ECN_MASK) || (o->tc & WF_ECN_MASK) == (in->tc & WF_ECN_MASK))
		return 1;
	tc = wf_ecn_decap_tc(in->tc, o->tc);
	if (tc < 0)
		return 0;
	if (in->flags & WF_INNER_V4) {
		wf_ipv4_set_tos((void *)p, (__u8)tc);
		return 1;
	}
	wf_ipv6_set_tc((void *)p, (__u8)tc);
	bpf_csum_update(skb, wf_csum_fold((__u32)WF_BE32((__u32)tc << 20) +
					  (__u64)(__u32)~WF_BE32((__u32)in->tc << 20)));
	return 1;
}

/* NULL: it does not lie within the packet. */
WF_INLINE __u8 *inner_header(struct __sk_buff *skb, const struct wf_outer *o,
			     const struct wf_inner *in)
{
	__u8 *p = (__u8 *)packet_data(skb) + (o->upper_off & 0xfff);

	if (p + (in->flags & WF_INNER_V4 ? WF_IPV4_LEN : WF_IPV6_LEN) > (__u8 *)packet_end(skb))
		return (void *)0;
	return p;
}

/* RFC 6040. False: the packet is to be dropped. */
WF_INLINE _Bool inner_set_ecn(struct __sk_buff *skb, const struct wf_outer *o,
			      const struct wf_inner *in)
{
	__u8 *p = inner_header(skb, o, in);

	return p && inner_store_ecn(skb, p, o, in);
}

/* ... and one hop less. ECN, INNER_MALFORMED. */
WF_INLINE enum wf_drop inner_patch(struct __sk_buff *skb, const struct wf_outer *o,
				   const struct wf_inner *in)
{
	__u8 *p = inner_header(skb, o, in);

	if (!p)
		return WF_DROP_INNER_MALFORMED;
	packet_hop_down(skb, p, in->flags & WF_INNER_V4);
	return inner_store_ecn(skb, p, o, in) ? WF_DROP_NONE : WF_DROP_ECN;
}
