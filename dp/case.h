/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A packet under judgement: all that its verdict rests on, read before it is judged. Flows here
 * have real protocols and ports, those of fragments, too.
 */
#pragma once

#include "dp/alias.h"
#include "dp/ask.h"
#include "dp/conn.h"
#include "dp/fragment.h"
#include "dp/leg.h"
#include "dp/proxy.h"
#include "wire/flow.h"
#include "wire/icmp_type.h"

enum wf_case_kind {
	WF_CASE_WHOLE,	/* no fragment, or the first one with all of its transport header */
	WF_CASE_HIDDEN, /* a first fragment without */
	WF_CASE_LATER,
	WF_CASE_ERROR, /* ICMP */
};

/* Which of a tenant's sets it is judged by. */
enum wf_stage {
	WF_STAGE_IN,  /* what comes, and what stays on the node */
	WF_STAGE_OUT, /* what goes */
	WF_STAGE_WAS, /* by what others may still have sent */
};

/* May an ICMP error be about a packet that was not sent to who sends the error? */
enum wf_tells {
	WF_TELLS_NONE,
	WF_TELLS_FUNCTION,   /* apply: an instance of a function sends it */
	WF_TELLS_BY_LANE,    /* validate: if what it quotes is of a connection through functions, or
				a gateway */
	WF_TELLS_BY_GATEWAY, /* apply: a gateway sends it; if ... through a gateway */
};

/* Large for a BPF stack: in the kernel it lies in a map. */
struct wf_case {
	/* the packet: */
	struct wf_conn_key ahead; /* its flow and its destination's home */
	struct wf_conn_key
		back; /* the answers', and its sender's; of an ICMP error: what it quotes */
	struct wf_party from;
	struct wf_party to;
	__u32 fragment_id;
	__u8 kind;	/* enum wf_case_kind */
	__u8 stage;	/* enum wf_stage */
	__u8 tcp_flags; /* of a whole packet */
	__u8 has_back;	/* back.flow is there: the protocol has answers, the quote could be read */
	__u8 is_first;	/* fragment */
	__u8 is_vague;	/* a fragment that does not say its transport protocol */
	__u8 fragment_proto;

	/* with a service at one end (dp/service.h): */
	struct wf_alias alias;
	struct wf_alias taken;	     /* of the packet that a backend has taken just now */
	struct wf_alias asked;	     /* ... and what its client has sent it to */
	struct wf_conn_key request;  /* the flow of the client's packets */
	struct wf_flow judged;	     /* the flow that policies are asked of, in between */
	struct wf_candidate backend; /* it goes to; sid 0: none */
	__u32 others;		     /* as in struct wf_leg */

	struct wf_exit exit; /* it leaves the tenant by, its home and identity 0; sid 0: none */

	/* the judgement: */
	__u8 is_once; /* of this packet, not of its flow: not to be remembered */
	struct wf_ruling ruling;
	struct wf_ask ask;
	struct wf_fragment_key fragment;
	struct wf_inner inner, quoted; /* in the kernel, where there is little stack for them */
	__u8 needs;		       /* WF_NEED_*, at the receiver */
	__u8 is_answer;		       /* of the connection that back.flow opened */
	__u8 tells_of_others;	       /* enum wf_tells */
	__u8 pad;
	__u16 gateway; /* of the connection that an error quotes, as in struct wf_conn */
	__u16 pad2;
	__u32 lanes[2]; /* of its connection, as in struct wf_conn; 0: not known */
	struct wf_leg leg;
	struct wf_static anew;
	struct wf_proxied_key given; /* asked for, with that (dp/static.h), ... */
	struct wf_conn opened;	     /* ... and what becomes of it */
};

/* How much of the upper layer is read. */
#define WF_CASE_BYTES WF_TCP_LEN

/*
 * The flow of @in with its real protocol and ports, of a first fragment, too. @l4: the upper
 * layer's first @n bytes. False when they do not say; then protocol and ports are those of the
 * fragment.
 */
WF_INLINE _Bool wf_flow_whole(const struct wf_inner *in, const __u8 *l4, __u32 n,
			      struct wf_flow *ret)
{
	*ret = in->flow;
	ret->is_fragment = 0;
	if (!in->flow.is_fragment)
		return 1;
	if (in->flags & WF_INNER_LATER_FRAGMENT)
		return 0;
	ret->proto = in->upper;
	if (in->upper == WF_PROTO_ICMP || in->upper == WF_PROTO_ICMPV6) {
		if (n < 8)
			return 0;
		ret->dport = *(const wf_any16 *)l4;
		if (wf_icmp_has_id(in->upper, l4[0]))
			ret->sport = *(const wf_any16 *)(l4 + 4);
		return 1;
	}
	if (!wf_flow_has_ports(in->upper))
		return 1;
	if (n < 4)
		return 0;
	ret->sport = *(const wf_any16 *)l4;
	ret->dport = *(const wf_any16 *)(l4 + 2);
	return 1;
}

/* Is it an ICMP error, from which a quote is to be read? */
WF_INLINE _Bool wf_case_is_error(const struct wf_inner *in, const struct wf_flow *whole)
{
	const __u8 icmp = in->flags & WF_INNER_V4 ? WF_PROTO_ICMP : WF_PROTO_ICMPV6;

	return whole->proto == icmp &&
	       wf_icmp_type_is_error(icmp, (__u8)(wf_ntohs(whole->dport) >> 8));
}

/*
 * The packet's side of @ret. @l4: WF_CASE_BYTES, of which the first @n are the upper layer's. Of an
 * ICMP error has_back is false; if the quote can be read, the caller sets it and back.flow.
 */
WF_INLINE void wf_case_fill(const struct wf_inner *in, const __u8 *l4, __u32 n, struct wf_case *ret)
{
	const __u32 len = in->ip_len - (in->l4_off - in->l3_off); /* in this packet */
	struct wf_flow *flow = &ret->ahead.flow;
	const _Bool is_whole = wf_flow_whole(in, l4, n, flow);

	ret->is_first = in->flow.is_fragment && !(in->flags & WF_INNER_LATER_FRAGMENT);
	ret->is_vague = in->flags & WF_INNER_LATER_FRAGMENT && wf_exthdr_is(in->flow.proto);
	ret->fragment_proto = in->flow.proto;
	ret->tcp_flags = 0;
	ret->has_back = 0;
	ret->is_once = 0;
	ret->tells_of_others = WF_TELLS_NONE;
	ret->needs = 0;
	ret->is_answer = 0;
	ret->lanes[0] = ret->lanes[1] = 0;
	ret->fragment_id = 0;
	ret->alias.at = WF_ALIAS_NONE;
	ret->backend.sid = 0;
	ret->exit.sid = 0;
	ret->gateway = 0;
	ret->others = 0;
	ret->stage = WF_STAGE_IN;
	ret->ruling = (struct wf_ruling){0};
	ret->kind = WF_CASE_WHOLE;
	if (in->flags & WF_INNER_LATER_FRAGMENT)
		ret->kind = WF_CASE_LATER;
	else if (!is_whole || (ret->is_first && wf_upper_header_len(flow->proto, l4, n) > len))
		ret->kind = WF_CASE_HIDDEN;
	else if (wf_case_is_error(in, flow))
		ret->kind = WF_CASE_ERROR;
	if (ret->kind != WF_CASE_WHOLE)
		return;
	if (flow->proto == WF_PROTO_TCP && n > WF_TCP_FLAGS_AT)
		ret->tcp_flags = l4[WF_TCP_FLAGS_AT];
	ret->has_back = wf_flow_answer(flow, &ret->back.flow);
}

/*
 * Who they are: @to in its home. Which of the tenant's sets: @stage. Who has no home is outside of
 * the other's.
 */
WF_INLINE void wf_case_parties(struct wf_case *c, struct wf_party from, struct wf_party to,
			       enum wf_stage stage)
{
	c->from = from;
	c->to = to;
	c->ahead.tenant = to.home ? to.home : from.home;
	c->ahead.pad = 0;
	c->back.tenant = from.home ? from.home : to.home;
	c->back.pad = 0;
	c->stage = (__u8)stage;
}

#ifndef __bpf__
/* In user space the packet lies in one piece. @end: of the packet. */
WF_INLINE void wf_case_read(const void *data, const void *end, const struct wf_inner *in,
			    struct wf_case *ret)
{
	const __u8 *l4 = (const __u8 *)data + in->l4_off;
	const __u32 there = l4 < (const __u8 *)end ? (__u32)((const __u8 *)end - l4) : 0;
	const __u32 len = in->ip_len - (in->l4_off - in->l3_off);
	const __u32 n = len < there ? len : there;
	const __u16 proto = in->flags & WF_INNER_V4 ? WF_ETH_P_IPV4 : WF_ETH_P_IPV6;
	__u8 bytes[WF_CASE_BYTES] = {0};
	struct wf_inner quoted;
	const __u8 *id = (const __u8 *)data + in->l3_off + 4;

	__builtin_memcpy(bytes, l4, n < WF_CASE_BYTES ? n : WF_CASE_BYTES);
	wf_case_fill(in, bytes, n < WF_CASE_BYTES ? n : WF_CASE_BYTES, ret);
	if (in->flags & WF_INNER_V4)
		ret->fragment_id = *(const wf_any16 *)id;
	else if (in->fragment_at)
		ret->fragment_id = *(const wf_any32 *)(id + in->fragment_at * 4);
	if (ret->kind != WF_CASE_ERROR ||
	    wf_flow_parse(data, end, in->l4_off + 8u, proto, &quoted) != WF_FLOW_OK)
		return;
	l4 = (const __u8 *)data + quoted.l4_off;
	ret->has_back = wf_flow_whole(&quoted, l4, l4 + 8 <= (const __u8 *)end ? 8 : 0,
				      &ret->back.flow);
}
#endif
